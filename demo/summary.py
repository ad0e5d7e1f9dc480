"""The closing table: what the night found, in words that a superintendent uses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from demo import forecasts, movements
from include.config import District

# From most to least urgent, as the rules name them.
TIERS = ("High Risk", "At Risk", "Some Risk", "Low Risk", "Insufficient data", "Not applicable")
MEANING = {
    "High Risk": "needs support now",
    "At Risk": "needs support soon",
    "Some Risk": "watch",
    "Low Risk": "on track",
    "Insufficient data": "no tier: the records do not say enough",
    "Not applicable": "outside the rules (pre-kindergarten)",
}
RECORDS = (
    ("students", "marts", "dim_student"),
    ("attendance events", "canonical", "can_attendance_events"),
    ("test results", "marts", "fct_assessment_result"),
    ("discipline actions", "marts", "fct_discipline_action"),
    ("program participations", "marts", "fct_program_participation"),
)


def show(
    out: Console, dsn: str, district: District, day: date, truth: Path | None, *, is_built: bool
) -> None:
    """Print tiers, who moved, what is missing, what was read, predicted and sent.

    `day` is the night's, `is_built` whether its transformation came to its end: else the reports
    show another night, and only that is said. `truth` holds a generated district's true
    probabilities.
    """
    with psycopg.connect(dsn) as connection:
        (shown,) = connection.execute(
            "select max(as_of_date) from reporting.rpt_student_indicators"
        ).fetchone() or (None,)
        if shown != day or not is_built:
            out.print(
                f"\n[yellow]No new tiers of {day}[/]: the night did not come to them. Reports show"
                f" the tiers of {shown or 'no day yet'}. What failed and what to do stands above."
            )
            return
        _tiers(out, connection, f"{district.name} on {day}")
        _print(out, "Who moved since the night before", movements.moved(connection))
        _missing(out, connection)
        _records(out, connection)
        forecasts.show(out, connection, truth)
        _print(out, "What was sent so far", movements.sent(connection))


def _tiers(out: Console, connection: psycopg.Connection, district: str) -> None:
    counts: dict[str, int] = dict(
        connection.execute(
            "select rule_tier, count(*) from reporting.vw_student_risk_scores group by rule_tier"
        ).fetchall()
    )
    total = sum(counts.values())
    table = Table(title=f"{district}: {total:,} students", title_justify="left", box=None)
    for name, justify in (
        ("Tier", "left"),
        ("Students", "right"),
        ("Share", "right"),
        ("", "left"),
    ):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for tier in (*TIERS, *sorted(set(counts) - set(TIERS))):
        if counts.get(tier):
            share = f"{100 * counts[tier] / total:.1f} %"
            table.add_row(tier, f"{counts[tier]:,}", share, MEANING.get(tier, ""))
    out.print(table)


def _missing(out: Console, connection: psycopg.Connection) -> None:
    rows = connection.execute(
        "select student_count, indicator, finding from reporting.rpt_data_readiness"
        " where readiness != 'usable' order by student_count desc, indicator limit 8"
    ).fetchall()
    missing = [
        (f"{count:,}", f"{indicator.replace('_', ' ')}: {finding}")
        for count, indicator, finding in rows
    ]
    _print(out, "What is missing, and for how many students", missing)


def _records(out: Console, connection: psycopg.Connection) -> None:
    found = [(f"{_count(connection, schema, table):,}", name) for name, schema, table in RECORDS]
    waiting = connection.execute(
        "select source, reason, result_count from reporting.rpt_assessment_match_queue"
        " order by source, reason"
    ).fetchall()
    found += [
        (f"{count:,}", f"{source} test results wait in the match queue ({reason})")
        for source, reason, count in waiting
    ]
    _print(out, "What was read", found)


def _count(connection: psycopg.Connection, schema: str, table: str) -> int:
    query = sql.SQL("select count(*) from {}").format(sql.Identifier(schema, table))
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _print(out: Console, title: str, rows: Iterable[tuple[Any, ...]]) -> None:
    rows = list(rows)
    if not rows:
        return
    table = Table(title=title, title_justify="left", box=None, show_header=False)
    table.add_column(justify="right")
    table.add_column()
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    out.print()
    out.print(table)
