"""A night ends with its students and tiers, in counts."""

from __future__ import annotations

import psycopg
import pytest

from include import outcome
from tests.transform.conftest import NightOf

LADDER = {"tier_1": 1, "tier_2": 2, "insufficient_data": None}
DAY, DAY_BEFORE = "2022-05-27", "2022-05-26"


@pytest.fixture
def report(database_url: str) -> psycopg.Connection:
    """An empty report of tiers beside the policy that ranks them."""
    with psycopg.connect(database_url) as owner:
        owner.execute("create schema reporting")
        owner.execute("create schema policy")
        owner.execute(
            "create table reporting.vw_student_risk_scores"
            " (student_key text, rule_tier text, as_of_date date)"
        )
        owner.execute("create table policy.tier_ladder (rule_tier text, tier_rank integer)")
        with owner.cursor() as cursor:
            cursor.executemany("insert into policy.tier_ladder values (%s, %s)", LADDER.items())
    return owner


def fill(database_url: str, day: str, **tiers: int) -> None:
    rows = [(f"{tier}_{n}", tier, day) for tier, count in tiers.items() for n in range(count)]
    with psycopg.connect(database_url) as owner, owner.cursor() as cursor:
        cursor.executemany("insert into reporting.vw_student_risk_scores values (%s, %s, %s)", rows)


@pytest.mark.usefixtures("report")
def test_the_tiers_are_told_most_urgent_first_with_their_share(
    database_url: str, night_of: NightOf
) -> None:
    fill(database_url, DAY, insufficient_data=1, tier_1=5, tier_2=2)
    assert outcome.tiers(night_of(database_url)).splitlines() == [
        "grand_bend, 2022-05-27: 8 students",
        "  tier_2                    2    25.0 %",
        "  tier_1                    5    62.5 %",
        "  insufficient_data         1    12.5 %",
        "Each student with the reasons: reporting.vw_student_risk_scores",
    ]


@pytest.mark.usefixtures("report")
def test_one_student_is_one(database_url: str, night_of: NightOf) -> None:
    fill(database_url, DAY, tier_1=1)
    assert "2022-05-27: 1 student\n" in outcome.tiers(night_of(database_url))


@pytest.mark.usefixtures("report")
def test_tiers_of_an_earlier_day_are_not_told_as_those_of_the_night(
    database_url: str, night_of: NightOf
) -> None:
    fill(database_url, DAY_BEFORE, tier_1=3)
    said = "grand_bend, 2022-05-27: no tier of that day in reporting.vw_student_risk_scores"
    assert outcome.tiers(night_of(database_url)) == said


def test_a_warehouse_without_a_report_has_no_tier_of_the_day(
    database_url: str, night_of: NightOf
) -> None:
    assert "no tier of that day" in outcome.tiers(night_of(database_url))
