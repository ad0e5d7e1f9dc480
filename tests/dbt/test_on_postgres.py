"""What dbt does to a real database: who may read, what a rerun leaves, how a wrong policy stops."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tests.dbt.conftest import run_dbt

OBSERVED = "select student_key, as_of_date, rule_tier from risk.risk_tier_observations"
HISTORY = """
    select student_key, changed_on::text, tier, previous_tier, direction
    from risk.risk_tier_history
    order by student_key, changed_on
"""


def dbt(url: str, folder: Path, *arguments: str, as_of: str = "2026-11-22") -> str:
    """Run dbt and return its output; the test fails when dbt does."""
    done = run_dbt(*arguments, folder=folder, url=url, as_of=as_of)
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


def test_reporting_role_reads_reporting_and_nothing_else(database_url: str, tmp_path: Path) -> None:
    with psycopg.connect(database_url, autocommit=True) as owner:
        for schema in ("raw", "marts", "risk", "reporting"):
            owner.execute(f"create schema {schema}")
            owner.execute(f"create table {schema}.some_table as select 1 as one")
        dbt(database_url, tmp_path, "seed", "--select", "grade_bands")
        owner.execute("create table reporting.later as select 2 as two")
        owner.execute("set role firstbell_reporting")
        assert owner.execute("select one from reporting.some_table").fetchone() == (1,)
        assert owner.execute("select two from reporting.later").fetchone() == (2,)
        for schema in ("raw", "marts", "risk"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute(f"select one from {schema}.some_table")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            owner.execute("insert into reporting.some_table values (2)")


def run_night(url: str, folder: Path, as_of: str, tiers: dict[int, str]) -> None:
    """A run of the history on these tiers; the models before it are another test's subject."""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("create schema if not exists risk")
        owner.execute("drop table if exists risk.risk_tiers cascade")
        owner.execute(
            "create table risk.risk_tiers (student_key bigint, as_of_date date, rule_tier text)"
        )
        for student, tier in tiers.items():
            owner.execute("insert into risk.risk_tiers values (%s, %s, %s)", (student, as_of, tier))
    models = ["risk_tier_observations", "risk_tier_history"]
    dbt(url, folder, "run", "--select", *models, as_of=as_of)


def history(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as reader:
        return reader.execute(HISTORY).fetchall()


def test_reruns_in_any_order_leave_the_history_of_the_last_answers(
    database_url: str, tmp_path: Path
) -> None:
    dbt(database_url, tmp_path, "seed", "--select", "tier_ladder")
    run_night(database_url, tmp_path, "2026-11-16", {1: "Low Risk", 2: "Low Risk"})
    run_night(database_url, tmp_path, "2026-11-17", {1: "Low Risk", 2: "Low Risk"})
    run_night(database_url, tmp_path, "2026-11-18", {1: "Low Risk", 3: "At Risk"})
    before = history(database_url)
    assert before == [
        (1, "2026-11-16", "Low Risk", None, "first"),
        (2, "2026-11-16", "Low Risk", None, "first"),
        (2, "2026-11-18", None, "Low Risk", "left"),
        (3, "2026-11-18", "At Risk", None, "entered"),
    ]

    run_night(database_url, tmp_path, "2026-11-18", {1: "Low Risk", 3: "At Risk"})
    assert history(database_url) == before, "the same date again must change nothing"

    # Tuesday again, with what is known now: only the steps into and out of Tuesday change
    run_night(database_url, tmp_path, "2026-11-17", {1: "High Risk", 2: "Low Risk"})
    after = [
        (1, "2026-11-16", "Low Risk", None, "first"),
        (1, "2026-11-17", "High Risk", "Low Risk", "up"),
        (1, "2026-11-18", "Low Risk", "High Risk", "down"),
        *before[1:],
    ]
    assert history(database_url) == after

    dbt(
        *(database_url, tmp_path, "run", "--full-refresh"),
        *("--select", "risk_tier_observations", "risk_tier_history"),
        as_of="2026-11-17",
    )
    assert history(database_url) == after, "a full refresh must not forget"


@pytest.fixture
def seeded_policy(database_url: str, tmp_path: Path) -> str:
    """A database that holds the policy of the project."""
    dbt(database_url, tmp_path, "build", "--select", "+int_policy__by_grade_band")
    return database_url


@pytest.mark.parametrize(
    ("change", "test"),
    [
        (
            "update policy.risk_policy set policy_name = 'cronic' where policy_name like 'chronic%'",
            "policy_name_is_known",
        ),
        (
            "insert into policy.risk_policy select * from policy.risk_policy",
            "policy_rows_do_not_overlap",
        ),
        (
            "update policy.risk_policy set effective_to = '2000-01-01'",
            "policy_rows_do_not_overlap",
        ),
        ("update policy.risk_policy set value = '10 %'", "policy_values_fit"),
        (
            "update policy.risk_policy set value = '0.5' where policy_name = 'df_red_count'",
            "policy_values_fit",
        ),
        (
            "update intermediate.int_policy__in_force set policy_value = null",
            "policy_is_complete",
        ),
        (
            "update intermediate.int_policy__by_grade_band set severe_absence_pct = 5",
            "policy_thresholds_are_in_order",
        ),
    ],
    ids=["unknown", "twice", "ends_early", "not_a_number", "out_of_range", "missing", "order"],
)
def test_a_wrong_policy_stops_the_run(
    seeded_policy: str, tmp_path: Path, change: str, test: str
) -> None:
    with psycopg.connect(seeded_policy, autocommit=True) as owner:
        owner.execute(change)
    done = run_dbt("test", "--select", test, folder=tmp_path, url=seeded_policy)
    assert done.returncode == 1
    assert f"Failure in test {test}" in done.stdout
