"""Reads the frames of the dbt layer `features`; nothing else of the warehouse is looked at."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date

import pandas as pd
import psycopg
from psycopg import sql

from ml.catalog import Task
from ml.errors import ColumnsError

_FEATURES = "ftr_student_as_of"
_OUTCOMES = "ftr_student_outcome"
_AUDIT = "ftr_audit_group"
_DATES = ("as_of_date", "label_begin_date", "label_end_date")
_TEXT = ("grade_band", "sex", "race_ethnicity")
# of the keys, these come with the features and are no numbers to learn from
_KEYS = ("student_key", "as_of_date", "school_key", "grade_band")


def labelled(
    connection: psycopg.Connection, task: Task, *, as_of: date, max_rows: int
) -> tuple[pd.DataFrame, int]:
    """Snapshots whose outcome was known on `as_of`, with one in how many students were read.

    A student is read whole or not at all, chosen by key, so that a rerun reads the same ones.
    """
    outcomes = (*task.outcome_names, task.union, *((task.onset,) if task.onset else ()))
    snapshot = _Relation.of(connection, _FEATURES, "snapshot")
    later = _Relation.of(connection, _OUTCOMES, "later")
    audit = _Relation.of(connection, _AUDIT, "audit")
    source = sql.SQL(
        " from features.ftr_student_as_of as snapshot"
        " inner join features.ftr_student_outcome as later using (student_key, as_of_date)"
        " left join features.ftr_audit_group as audit using (student_key, as_of_date)"
        " where later.label_end_date <= {as_of} and snapshot.as_of_date < {as_of}"
        " and ({any_known})"
    ).format(
        as_of=sql.Literal(as_of),
        any_known=sql.SQL(" or ").join(
            sql.SQL("later.{} is not null").format(sql.Identifier(name))
            for name in (*task.outcome_names, task.union)
        ),
    )
    counted = connection.execute(sql.SQL("select count(*)") + source).fetchone()
    # at least one, so that an empty history divides by something
    step = max(1, -(-int(counted[0] if counted else 0) // max_rows))
    columns = [
        *snapshot.columns((*_KEYS, *task.features.names, *task.baseline_columns)),
        *later.columns(("label_begin_date", "label_end_date", *outcomes)),
        *audit.columns(task.audit),
    ]
    sample = sql.SQL(" and mod(abs(student_key), {}) = 0 order by as_of_date, student_key")
    query = (
        sql.SQL("select ") + sql.SQL(", ").join(columns) + source + sample.format(sql.Literal(step))
    )
    return _read(connection, query), step


def current(connection: psycopg.Connection, task: Task, *, as_of: date) -> pd.DataFrame:
    """The features of everyone enrolled on `as_of`."""
    snapshot = _Relation.of(connection, _FEATURES, "snapshot")
    query = (
        sql.SQL("select ")
        + sql.SQL(", ").join(snapshot.columns((*_KEYS, *task.features.names)))
        + sql.SQL(
            " from features.ftr_student_as_of as snapshot where snapshot.as_of_date = {}"
            " order by snapshot.student_key"
        ).format(sql.Literal(as_of))
    )
    return _read(connection, query)


def newest_day(connection: psycopg.Connection) -> date | None:
    """The last day that has features; None where nothing was built."""
    query = "select max(as_of_date) from features.ftr_student_as_of"
    (found,) = connection.execute(query).fetchone() or (None,)
    return None if found is None else date.fromisoformat(str(found)[:10])


@dataclass(frozen=True, slots=True)
class _Relation:
    """A table of the layer under its alias, with the types of its columns."""

    table: str
    alias: str
    types: dict[str, str]

    @classmethod
    def of(cls, connection: psycopg.Connection, table: str, alias: str) -> _Relation:
        found = connection.execute(
            "select column_name, data_type from information_schema.columns"
            " where table_schema = 'features' and table_name = %s",
            (table,),
        )
        return cls(table, alias, dict(found.fetchall()))

    def columns(self, names: tuple[str, ...]) -> list[sql.Composable]:
        """The columns to select; booleans as 1 and 0, so that null stays apart from both."""
        if absent := sorted(set(names) - set(self.types)):
            raise ColumnsError(
                f"features.{self.table}",
                seen=f"missing columns ({', '.join(absent)})" if self.types else "no such table",
                expected="the columns declared in ml/catalog.py",
                next_step="Build the dbt layer `features`; rename a column in both places.",
            )
        return [
            sql.SQL("cast({} as integer) as {}").format(
                sql.Identifier(self.alias, name), sql.Identifier(name)
            )
            if self.types[name] == "boolean"
            else sql.Identifier(self.alias, name)
            for name in names
        ]


def _read(connection: psycopg.Connection, query: sql.Composable) -> pd.DataFrame:
    # COPY and the CSV reader are ten times as fast as rows turned into objects one by one
    buffer = io.BytesIO()
    command = sql.SQL("copy ({}) to stdout (format csv, header)").format(query)
    with connection.cursor().copy(command) as copy:
        for block in copy:
            buffer.write(block)
    buffer.seek(0)
    frame = pd.read_csv(
        buffer, na_values=[""], keep_default_na=False, dtype=dict.fromkeys(_TEXT, "str"),
    )  # fmt: skip
    for name in _DATES:
        if name in frame:
            frame[name] = pd.to_datetime(frame[name], format="%Y-%m-%d")
    return frame
