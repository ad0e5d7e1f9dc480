"""The simulated database: tables in memory, read by the SQL of the plugin's own queries.

SQLite is given those functions of Oracle that such queries use. Dates are kept as `YYYY-MM-DD`,
moments as `YYYY-MM-DD HH:MM:SS`, in the district's own time and without a zone, as PowerSchool
does.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from demo.simulators.powerschool.schema import INCIDENTS, TABLES, changed_column, key_of

Row = dict[str, Any]
OPENED = datetime(2026, 11, 19, 18, 0, 0, tzinfo=UTC)
_FORMATS = {"YYYY-MM-DD": 10, "YYYY-MM-DD HH24:MI:SS": 19}


class Store:
    """All tables. Thread-safe; a row that is written gets the next second as its moment."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.now = OPENED
        self._base = sqlite3.connect(":memory:", check_same_thread=False)
        self._base.row_factory = sqlite3.Row
        self._base.create_function("to_char", 2, _to_char, deterministic=True)
        self._base.create_function("to_date", 2, _to_date, deterministic=True)
        for table, columns in TABLES.items():
            named = ", ".join(f'"{name}"' for name in columns[1:])
            self._base.execute(
                f'create table "{table}" ("{columns[0]}" integer primary key, {named})'
            )

    def empty(self) -> None:
        """Forget every row, and start the clock anew."""
        with self.lock:
            self.now = OPENED
            for table in TABLES:
                self._base.execute(f'delete from "{table}"')

    def load(self, table: str, rows: Iterable[Row]) -> int:
        """Add many rows as they are, with their moments or without."""
        columns = TABLES[table]
        marks = ", ".join("?" for _ in columns)
        with self.lock:
            done = self._base.executemany(
                f'insert or replace into "{table}" values ({marks})',
                ([row.get(name) for name in columns] for row in rows),
            )
            return done.rowcount

    def upsert(self, table: str, row: Row, *, silent: bool = False) -> None:
        """Insert or replace a row by its key; columns not given stay.

        `silent`: as some screens and imports of PowerSchool do, the row's moment stays too.
        """
        with self.lock:
            key = key_of(table)
            known = self.one(table, row[key]) or {}
            changed = changed_column(table)
            if changed is not None and changed not in row:
                self.now += timedelta(seconds=1)
                stamp = known.get(changed) if silent else f"{self.now:%Y-%m-%d %H:%M:%S}"
                row = {**row, changed: stamp}
            self.load(table, [{**known, **row}])

    def delete(self, table: str, key: int) -> None:
        with self.lock:
            self._base.execute(f'delete from "{table}" where "{key_of(table)}" = ?', [key])

    def one(self, table: str, key: int) -> Row | None:
        found = self.select(f'select * from "{table}" where "{key_of(table)}" = :key', {"key": key})
        return found[0] if found else None

    def rows(self, table: str) -> list[Row]:
        return self.select(f'select * from "{table}" order by "{key_of(table)}"', {})

    def select(self, sql: str, values: Mapping[str, Any] | Sequence[Any]) -> list[Row]:
        with self.lock:
            return [dict(row) for row in self._base.execute(sql, values)]

    def keep_discipline_in(self, place: str) -> None:
        """Empty what a district does not use: its log, or incident management."""
        with self.lock:
            for table in ("log",) if place == "incident" else INCIDENTS:
                self._base.execute(f'delete from "{table}"')


def _to_char(value: Any, form: str) -> str | None:
    if form not in _FORMATS:
        raise ValueError(f"to_char: {form} is not known here")
    if value is None:
        return None
    text = str(value)
    return (text if len(text) > 10 else f"{text} 00:00:00")[: _FORMATS[form]]


def _to_date(value: Any, form: str) -> str | None:
    if form not in _FORMATS or len(str(value)) != _FORMATS[form]:
        raise ValueError(f"to_date: {form} does not fit")
    return str(value)
