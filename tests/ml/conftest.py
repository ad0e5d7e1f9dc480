"""A warehouse with the dbt layer's tables, filled from a made-up district."""

from __future__ import annotations

import io
from collections.abc import Callable

import pandas as pd
import psycopg
import pytest
from psycopg import sql

from include.landing import prepare
from ml.catalog import DISTRICT, KEYS
from tests.ml.synthetic import district

_BOOLEAN = {
    "was_chronic_last_year", "is_chronic_ytd", "is_failing", "fails_course", "becomes_chronic",
    "is_either", "is_onset_case", "has_special_education", "is_english_learner",
    "has_food_service",
}  # fmt: skip
_TEXT = {"grade_band", "rule_tier", "sex", "race_ethnicity"}
_OUTCOMES = (
    "label_begin_date", "label_end_date", "fails_course", "becomes_chronic", "is_either",
    "is_onset_case",
)  # fmt: skip


@pytest.fixture(scope="session")
def people() -> pd.DataFrame:
    """Eight closed grading periods of a district of 2,000."""
    return district(2000)


@pytest.fixture
def frame(people: pd.DataFrame) -> pd.DataFrame:
    """The same without the columns that no model is shown."""
    return people.drop(columns=["school_year", "rule_tier"])


@pytest.fixture
def warehouse(database_url: str) -> Callable[[pd.DataFrame], str]:
    """Loads a frame into the tables that dbt would build; returns the database's URL."""
    return lambda people: fill(database_url, people)


def fill(url: str, people: pd.DataFrame) -> str:
    """Load a frame into the tables that dbt would build; returns the URL."""
    prepare(url, [])
    features = [
        *KEYS, "school_year", *DISTRICT.features.names, "rule_tier", *DISTRICT.baseline_columns,
    ]  # fmt: skip
    with psycopg.connect(url) as connection:
        connection.execute("create schema features")
        _table(connection, "ftr_student_as_of", people[features])
        labelled = people[people["label_end_date"].notna()]
        outcomes = labelled[["student_key", "as_of_date", *_OUTCOMES]]
        _table(connection, "ftr_student_outcome", outcomes)
        audited = people[["student_key", "as_of_date", *DISTRICT.audit]]
        _table(connection, "ftr_audit_group", audited)
    return url


def _table(connection: psycopg.Connection, name: str, frame: pd.DataFrame) -> None:
    columns = [(column, _type(column)) for column in frame.columns]
    connection.execute(
        sql.SQL("create table features.{} ({})").format(
            sql.Identifier(name),
            sql.SQL(", ").join(
                sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind))
                for column, kind in columns
            ),
        )
    )
    told = frame.copy()
    for column in _BOOLEAN.intersection(told.columns):
        told[column] = told[column].map({1.0: "t", 0.0: "f"})
    buffer = io.StringIO()
    told.to_csv(buffer, index=False, date_format="%Y-%m-%d")
    command = sql.SQL("copy features.{} from stdin (format csv, header)").format(
        sql.Identifier(name)
    )
    with connection.cursor().copy(command) as copy:
        copy.write(buffer.getvalue())


def _type(column: str) -> str:
    if column in _BOOLEAN:
        return "boolean"
    if column in _TEXT:
        return "text"
    if column.endswith("_date"):
        return "date"
    return "bigint" if column in ("student_key", "school_key") else "double precision"
