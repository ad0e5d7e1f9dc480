"""PowerSchool's modified FIQL: `entrydate=ge=2026-08-01;last_name==Sam*`."""

from __future__ import annotations

import re
from collections.abc import Collection

from demo.simulators.powerschool.answers import invalid

_OPERATORS = {"==": "=", "=gt=": ">", "=ge=": ">=", "=lt=": "<", "=le=": "<="}
_TERM = re.compile(r"([\w.]+)(==|=gt=|=ge=|=lt=|=le=)(.*)", re.DOTALL)


def where(
    text: str | None, known: Collection[str], numbers: Collection[str]
) -> tuple[str, dict[str, object]]:
    """A condition in SQL with its values; names are checked, values are bound."""
    if not text:
        return "1 = 1", {}
    conditions, values = [], {}
    for number, term in enumerate(text.split(";")):
        found = _TERM.fullmatch(term)
        name = found[1].split(".")[-1].lower() if found else ""
        if found is None or name not in known:
            raise invalid("q", name or "q", "InvalidQuery")
        operator, value = _OPERATORS[found[2]], found[3]
        mark = f"q{number}"
        if operator == "=" and "*" in value:
            conditions.append(f'"{name}" glob :{mark}')
        else:
            conditions.append(f'"{name}" {operator} :{mark}')
        is_number = name in numbers and re.fullmatch(r"-?\d+", value)
        values[mark] = int(value) if is_number else value
    return " and ".join(conditions), values
