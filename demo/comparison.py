"""Tiers of one day before and after a change of the SIS, student by student; counts, no names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql
from rich.console import Console
from rich.table import Table

from demo.summary import TIERS

# Column of vw_student_risk_scores -> what a reader calls it.
COMPARED = {
    "rule_tier": "tier",
    "reasons": "reasons",
    "attendance_pct": "attendance",
    "gpa": "GPA",
    "latest_percentile": "test percentile",
    "behavior_flag": "behavior flag",
    "usable_indicator_count": "number of usable indicators",
}
_STUDENT = "student_unique_id"


@dataclass(frozen=True, slots=True)
class Tiers:
    """What the reports say of each student on a day; can be kept as JSON."""

    day: str
    students: dict[str, dict[str, Any]]

    def kept(self) -> dict[str, Any]:
        return asdict(self)


def read(dsn: str) -> Tiers | None:
    """The tiers that the reports show; None before a night has come through."""
    columns = ["as_of_date", _STUDENT, *COMPARED]
    query = sql.SQL("select {} from reporting.vw_student_risk_scores").format(
        sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    try:
        with psycopg.connect(dsn) as connection:
            rows = connection.execute(query).fetchall()
    except psycopg.errors.UndefinedTable:
        return None
    if not rows:
        return None
    return Tiers(
        day=rows[0][0].isoformat(),
        students={
            student: dict(zip(COMPARED, map(_plain, values), strict=True))
            for _, student, *values in rows
        },
    )


def differing(before: Tiers, after: Tiers) -> dict[str, int]:
    """How many students differ, by column, of those that both have; none: all are the same."""
    both = before.students.keys() & after.students.keys()
    found = Counter(
        column
        for student in both
        for column in COMPARED
        if before.students[student][column] != after.students[student][column]
    )
    return dict(found)


def show(out: Console, before: Tiers, after: Tiers, names: tuple[str, str]) -> None:
    """Print students and tiers of both, and what is not the same."""
    table = Table(title=f"{before.day}, told by both", title_justify="left", box=None)
    table.add_column("")
    for name in names:
        table.add_column(name, justify="right")
    sides = (before, after)
    table.add_row("Students", *(f"{len(side.students):,}" for side in sides))
    counts = [Counter(row["rule_tier"] for row in side.students.values()) for side in sides]
    for tier in (*TIERS, *sorted(set().union(*counts) - set(TIERS))):
        if any(count[tier] for count in counts):
            table.add_row(tier, *(f"{count[tier]:,}" for count in counts))
    out.print()
    out.print(table)
    for line in lines(before, after, names):
        out.print(line)


def lines(before: Tiers, after: Tiers, names: tuple[str, str]) -> Iterable[str]:
    """What is the same and what is not, in sentences."""
    found = differing(before, after)
    same = [word for column, word in COMPARED.items() if column not in found]
    if same:
        yield f"The same for every student that both tell of: {', '.join(same)}."
    for column, count in sorted(found.items(), key=lambda item: -item[1]):
        yield f"[yellow]–[/] {COMPARED[column]} differs for {_counted(count)}"
    for name, lacking in (
        (names[0], before.students.keys() - after.students.keys()),
        (names[1], after.students.keys() - before.students.keys()),
    ):
        if lacking:
            yield f"[yellow]–[/] {_counted(len(lacking))} told of by {name} alone"


def record(dsn: str, day: date) -> Mapping[str, tuple[int, int]]:
    """Attendance events that count, by the system that told them: before a day, and since."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            "select source_system, count(*) filter (where event_date < %(day)s),"
            " count(*) filter (where event_date >= %(day)s)"
            " from canonical.can_attendance_events group by 1 order by 1",
            {"day": day},
        ).fetchall()
    return {system: (earlier, later) for system, earlier, later in rows}


def _counted(count: int) -> str:
    return "1 student" if count == 1 else f"{count:,} students"


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value
