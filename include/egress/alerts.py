"""From tier crossings to messages: what the district's channels should hear of."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import dict_row

from include.config import TeamsChannel
from include.egress.outbox import Draft
from include.errors import StaleReportError

# What a card or the gate may need, and nothing else of the report.
_FACTS = (
    "student_unique_id", "first_name", "last_surname", "school_id", "school_name", "grade_level",
    "is_under_13", "tier", "previous_tier", "reasons", "cause",
)  # fmt: skip


def read(connection: psycopg.Connection, as_of_date: date, *, where: str) -> list[dict[str, Any]]:
    """The crossings of the last days up to this one, the newest first.

    Raises StaleReportError when the report is of another day.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(
            """
            select crossing_key, student_unique_id, first_name, last_surname, school_id,
                school_name, grade_level, is_under_13, tier, previous_tier, changed_on, reasons,
                cause
            from reporting.rpt_tier_crossings
            order by changed_on desc, crossing_key
            """
        ).fetchall()
        # every indicator has a row, also on a night on which nobody crossed; the tiers are what
        # waiting alerts are withdrawn by
        days = cursor.execute(
            "select as_of_date from reporting.rpt_data_readiness"
            " union select as_of_date from reporting.vw_student_risk_scores order by as_of_date"
        ).fetchall()
    reported = next((day["as_of_date"] for day in days if day["as_of_date"] != as_of_date), None)
    if reported is not None:
        raise StaleReportError(
            where,
            seen=f"the tiers of {reported}",
            expected=f"those of {as_of_date}",
            next_step=(
                f"Clear send_alerts of {reported}: its report offers the crossings of the days"
                " before it too."
                if reported > as_of_date
                else f"Run transform for {as_of_date}, then clear this task."
            ),
        )
    return found


def drafts(
    crossings: list[dict[str, Any]], name: str, channel: TeamsChannel, district_code: str
) -> list[Draft]:
    """One message per crossing that the channel wants to hear of."""
    return [
        Draft(
            channel=name,
            recipient=channel.recipient,
            action="alert",
            message_key=f"crossing:{crossing['crossing_key']}",
            # by chance, so that nobody can find the student by trying keys
            reference=f"FB-{secrets.token_hex(5)}",
            facts=_facts(crossing),
            subject=_subject(district_code, crossing["student_unique_id"]),
            crossed_on=crossing["changed_on"],
        )
        for crossing in crossings
        if _is_wanted(crossing, channel)
    ]


def _is_wanted(crossing: Mapping[str, Any], channel: TeamsChannel) -> bool:
    schools = channel.when.schools
    return crossing["tier"] in channel.when.tiers and (
        schools is None or crossing["school_id"] in schools
    )


def _subject(district_code: str, student_unique_id: str) -> str:
    """The same for each alert about one student, and no ID; migration 0005 makes it like this."""
    return hashlib.sha256(f"{district_code}|{student_unique_id}".encode()).hexdigest()


def _facts(crossing: Mapping[str, Any]) -> dict[str, Any]:
    facts = {name: crossing[name] for name in _FACTS}
    return {**facts, "changed_on": crossing["changed_on"].isoformat()}
