"""What a night from a shell ends with: students and tiers, and no names."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import psycopg
import pytest

from include import outcome
from include.config import get_district
from include.run import Run
from include.settings import Settings
from tests.transform.conftest import connection_to

TONIGHT = date(2026, 11, 20)


@pytest.fixture
def tonight(database_url: str, tmp_path: Path) -> Run:
    return Run(
        get_district("grand_bend"), TONIGHT, "n1",
        connect=lambda conn_id: connection_to(database_url), settings=Settings(work_dir=tmp_path),
    )  # fmt: skip


def fill(url: str, day: date) -> None:
    """Three students of two tiers, one more without a tier on the ladder."""
    with psycopg.connect(url) as connection:
        connection.execute(
            "create schema reporting; create schema policy;"
            " create table policy.tier_ladder (rule_tier text, tier_rank integer);"
            " insert into policy.tier_ladder values ('Low Risk', 1), ('At Risk', 3);"
            " create table reporting.vw_student_risk_scores (rule_tier text, as_of_date date)"
        )
        for tier in ("Low Risk", "At Risk", "Low Risk", "Insufficient Data"):
            connection.execute(
                "insert into reporting.vw_student_risk_scores values (%s, %s)", (tier, day)
            )


def test_a_night_ends_with_its_students_and_tiers_the_most_urgent_first(
    tonight: Run, database_url: str
) -> None:
    fill(database_url, TONIGHT)
    assert outcome.tiers(tonight).splitlines() == [
        "grand_bend, 2026-11-20: 4 students",
        "  At Risk                   1    25.0 %",
        "  Low Risk                  2    50.0 %",
        "  Insufficient Data         1    25.0 %",
        "Each student with the reasons: reporting.vw_student_risk_scores",
    ]


def test_tiers_of_an_earlier_day_are_not_told_as_tonights(tonight: Run, database_url: str) -> None:
    fill(database_url, date(2026, 11, 19))
    assert "no tier of that day" in outcome.tiers(tonight)


def test_a_night_before_the_first_build_says_that_there_is_no_tier(tonight: Run) -> None:
    assert "no tier of that day" in outcome.tiers(tonight)
