"""Look through the seeds before dbt loads them, for what a database takes without a word.

Postgres reads 12/01/2026 as a day, whichever of the two numbers is the month, and a row of a
district that does not exist decides nothing: both would be green, and the number not in force.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path

import yaml

from include.errors import ConfigError

# The row that holds for every district without one of its own.
EVERY = "*"


def check(project: Path, districts: Collection[str]) -> None:
    """Raise ConfigError that lists each value of a seed that would be misread, with file and line.

    `districts` are the codes of the districts that exist.
    """
    found = [problem for seed in _dates(project) for problem in _problems(*seed, districts)]
    if found:
        raise ConfigError(
            "seeds of the dbt project",
            seen="; ".join(found),
            expected="days as YYYY-MM-DD, and a district_code that is * or a district file's name "
            f"({', '.join(sorted(districts)) or 'none yet'})",
            next_step="Correct the row, then clear the task: nothing was loaded.",
        )


def _dates(project: Path) -> Iterator[tuple[Path, frozenset[str]]]:
    """Each seed's file and its columns of type date, as the properties files say."""
    for page in sorted((project / "seeds").rglob("*.yml")):
        for seed in (yaml.safe_load(page.read_text("utf-8")) or {}).get("seeds", []):
            types = seed.get("config", {}).get("column_types", {})
            dates = frozenset(name for name, kind in types.items() if kind == "date")
            file = page.parent / f"{seed['name']}.csv"
            if file.exists():
                yield file, dates


def _problems(file: Path, dates: frozenset[str], districts: Collection[str]) -> Iterator[str]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        for row in rows:
            where = f"{file.name}, line {rows.line_num}"
            code = row.get("district_code", EVERY)
            if code != EVERY and code not in districts:
                yield f"{where}: district_code {code!r}"
            for column in sorted(dates):
                if (value := row.get(column)) and not _is_day(value):
                    yield f"{where}: {column} {value!r}"


def _is_day(text: str) -> bool:
    # fromisoformat takes 20261201 and 2026-W49-2 as well, which spreadsheets take for a number
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
