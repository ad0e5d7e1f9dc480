"""A row as received, made into a change: its columns, its values looked at, its key a number."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from include.records import Change, Reject, Upsert
from include.sources.powerschool.tables import Column, Table, Type

_WHOLE, _NUMBER = re.compile(r"-?\d{1,18}"), re.compile(r"-?(\d+(\.\d*)?|\.\d+)")
_EXPECTED: dict[Type, str] = {
    "int": "a whole number",
    "number": "a number",
    "date": "a date as YYYY-MM-DD",
    "moment": "a moment as YYYY-MM-DD HH:MM:SS",
}
# an empty date of PowerSchool can show as the first day of its calendar, or of Oracle's
FIRST_REAL_YEAR = 1901


def key_of(table: Table, row: Any) -> int | None:
    """The row's number; None: it has none that can be used."""
    value = row.get(table.key) if isinstance(row, dict) else None
    text = "" if value is None or isinstance(value, bool) else str(value).strip()
    return int(text) if _WHOLE.fullmatch(text) else None


def change(table: Table, row: Any, ref: str) -> Change:
    """An upsert of the columns that we read, or a reject with its place and reason."""
    if not isinstance(row, dict):
        return Reject("not_an_object", f"seen a JSON {type(row).__name__}, expected an object", ref)
    payload: dict[str, Any] = {}
    for column in table.columns:
        value = _text(row.get(column.name))
        if value is not None:
            payload[column.name] = value
    key = key_of(table, row)
    if key is None:
        detail = f"{table.key}: seen no usable value, expected a whole number"
        return Reject("bad_id", detail, ref, column=table.key, payload=payload)
    for column in table.columns:
        if column.name in payload and not _fits(column, payload[column.name]):
            detail = f"{column.name}: seen another form, expected {_EXPECTED[column.type]}"
            reason = "bad_date" if column.type in ("date", "moment") else "bad_number"
            return Reject(reason, detail, ref, key=str(key), column=column.name, payload=payload)
        if column.type in ("date", "moment") and _is_no_date(payload.get(column.name)):
            del payload[column.name]
    for name in table.required:
        if name not in payload:
            detail = f"{name}: seen no value, expected one"
            return Reject("missing_value", detail, ref, key=str(key), column=name, payload=payload)
    return Upsert(str(key), payload, ref)


def _text(value: Any) -> str | None:
    """Values are text by the contract; numbers and truth values are taken as well."""
    if isinstance(value, bool):
        return str(int(value))
    text = "" if value is None else str(value).strip()
    return text or None


def _fits(column: Column, text: str) -> bool:
    if column.type == "text":
        return True
    if column.type in ("int", "number"):
        pattern = _WHOLE if column.type == "int" else _NUMBER
        return pattern.fullmatch(text) is not None
    try:
        if column.type == "date":
            date.fromisoformat(text)
        else:
            datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_no_date(text: Any) -> bool:
    return text is not None and int(str(text)[:4]) < FIRST_REAL_YEAR
