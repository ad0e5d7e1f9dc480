"""What dbt does to a real database: who may read, what a rerun leaves, how a wrong policy stops."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import psycopg.sql
import pytest

from tests.dbt.conftest import run_dbt

OBSERVED = "select student_key, as_of_date, rule_tier from risk.risk_tier_observations"
HISTORY = """
    select student_key, changed_on::text, tier, previous_tier, direction
    from risk.risk_tier_history
    order by student_key, changed_on
"""


# what nobody outside may read: staging and marts hold names as well as raw does
CLOSED = (
    *("raw", "ops", "staging", "canonical", "intermediate", "marts", "risk", "features", "ml"),
    *("identity", "policy", "privacy", "xwalk"),
)
# from the tiers of a night to what alerts are made from
ALERTED = ("risk_tier_crossings", "rpt_tier_crossings")

TODAY = "2026-11-18"


class Bench(NamedTuple):
    """One database name and one folder for all tests of this file.

    dbt parses the whole project anew when the connection differs from its last run in a folder. So
    each test gets a fresh database of the same name.
    """

    server: str
    name: str
    folder: Path

    @property
    def url(self) -> str:
        return f"{self.server.rsplit('/', 1)[0]}/{self.name}"

    def admin(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as admin:
            identifiers = [psycopg.sql.Identifier(name) for name in names]
            admin.execute(psycopg.sql.SQL(statement).format(*identifiers))


@pytest.fixture(scope="module")
def bench(pg_server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    name = f"dbt_{secrets.token_hex(6)}"
    return Bench(pg_server_url, name, tmp_path_factory.mktemp("dbt_runs"))


@pytest.fixture
def empty(bench: Bench) -> Iterator[Bench]:
    """The bench with an empty database."""
    bench.admin("create database {}", bench.name)
    yield bench
    bench.admin("drop database {} with (force)", bench.name)


def dbt(bench: Bench, *arguments: str, as_of: str = TODAY) -> str:
    """Run dbt and return its output; the test fails when dbt does."""
    done = run_dbt(*arguments, folder=bench.folder, url=bench.url, as_of=as_of)
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


def test_the_roles_read_reporting_and_nothing_else(empty: Bench) -> None:
    with psycopg.connect(empty.url, autocommit=True) as owner:
        for schema in (*CLOSED, "reporting"):
            owner.execute(f"create schema {schema}")
            owner.execute(f"create table {schema}.some_table as select 1 as one")
        dbt(empty, "seed", "--select", "grade_bands")
        owner.execute("create table reporting.later as select 2 as two")
        for role in (f"{empty.name}_reporting", f"{empty.name}_egress"):
            owner.execute(f"set role {role}")
            assert owner.execute("select one from reporting.some_table").fetchone() == (1,)
            assert owner.execute("select two from reporting.later").fetchone() == (2,)
            for schema in CLOSED:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    owner.execute(f"select one from {schema}.some_table")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute("insert into reporting.some_table values (2)")
            owner.execute("reset role")


def test_every_schema_that_dbt_fills_is_open_or_tested_closed(manifest: dict[str, Any]) -> None:
    filled = {
        node["schema"]
        for node in (*manifest["nodes"].values(), *manifest["sources"].values())
        if node["resource_type"] in ("model", "seed", "source")
    }
    assert filled <= {*CLOSED, "reporting"}


def run_night(bench: Bench, as_of: str, tiers: dict[int, str], *, told: bool = True) -> None:
    """A run of the history on these tiers; the models before it are another test's subject.

    `told` False: it fails after its tiers were observed.
    """
    with psycopg.connect(bench.url, autocommit=True) as owner:
        owner.execute("create schema if not exists risk")
        owner.execute("drop table if exists risk.risk_tiers cascade")
        owner.execute(
            "create table risk.risk_tiers (student_key bigint, as_of_date date, rule_tier text,"
            " tier_rank integer, school_key bigint, grade_level text, grade_band text,"
            " reasons text default 'Two F', policy_version text default 'p')"
        )
        for student, tier in tiers.items():
            owner.execute(
                "insert into risk.risk_tiers (student_key, as_of_date, rule_tier, tier_rank)"
                " select %(student)s, %(as_of)s, rule_tier, tier_rank from policy.tier_ladder"
                " where rule_tier = %(tier)s",
                {"student": student, "as_of": as_of, "tier": tier},
            )
    models = ["risk_tier_observations", "risk_tier_history"]
    dbt(bench, "run", "--select", *models, *(ALERTED if told else ()), as_of=as_of)


def name_the_students(bench: Bench, *students: int) -> None:
    """What the report of crossings reads beside the tiers."""
    with psycopg.connect(bench.url, autocommit=True) as owner:
        for schema in ("marts", "intermediate"):
            owner.execute(f"create schema if not exists {schema}")
        owner.execute(
            "create table marts.dim_student as select number as student_key,"
            " 's' || number as student_unique_id, 'A' as first_name, 'B' as last_surname,"
            " cast(null as date) as birth_date from unnest(%s::bigint[]) as number",
            (list(students),),
        )
        owner.execute(
            "create table marts.dim_school (school_key bigint, school_id text, school_name text)"
        )
        owner.execute(
            "create table intermediate.int_policy__by_grade_band as"
            " select '*' as grade_band, 3 as alert_when_first_known_rank,"
            " 7 as alert_max_age_days"
        )


def crossings(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as reader:
        return reader.execute(
            "select student_unique_id, changed_on::text, tier"
            " from reporting.rpt_tier_crossings order by student_unique_id, changed_on"
        ).fetchall()


def history(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as reader:
        return reader.execute(HISTORY).fetchall()


def test_reruns_in_any_order_leave_the_history_of_the_last_answers(empty: Bench) -> None:
    dbt(empty, "seed", "--select", "tier_ladder")
    name_the_students(empty, 1, 2, 3)
    run_night(empty, "2026-11-16", {1: "Low Risk", 2: "Low Risk"})
    run_night(empty, "2026-11-17", {1: "Low Risk", 2: "Low Risk"})
    run_night(empty, "2026-11-18", {1: "Low Risk", 3: "At Risk"})
    before = history(empty.url)
    assert before == [
        (1, "2026-11-16", "Low Risk", None, "first"),
        (2, "2026-11-16", "Low Risk", None, "first"),
        (2, "2026-11-18", None, "Low Risk", "left"),
        (3, "2026-11-18", "At Risk", None, "entered"),
    ]
    assert crossings(empty.url) == [("s3", "2026-11-18", "At Risk")]

    run_night(empty, "2026-11-18", {1: "Low Risk", 3: "At Risk"})
    assert history(empty.url) == before, "the same date again must change nothing"
    assert crossings(empty.url) == [("s3", "2026-11-18", "At Risk")]

    # Tuesday again, with what is known now: only the steps into and out of Tuesday change
    run_night(empty, "2026-11-17", {1: "High Risk", 2: "Low Risk"})
    after = [
        (1, "2026-11-16", "Low Risk", None, "first"),
        (1, "2026-11-17", "High Risk", "Low Risk", "up"),
        (1, "2026-11-18", "Low Risk", "High Risk", "down"),
        *before[1:],
    ]
    assert history(empty.url) == after
    assert crossings(empty.url) == [], "Wednesday has spoken: a rise on Tuesday is no news"

    dbt(
        *(empty, "run", "--full-refresh"),
        *("--select", "risk_tier_observations", "risk_tier_history"),
        as_of="2026-11-17",
    )
    assert history(empty.url) == after, "a full refresh must not forget"


def test_a_rise_that_a_night_could_not_tell_of_is_offered_by_the_nights_after(empty: Bench) -> None:
    dbt(empty, "seed", "--select", "tier_ladder")
    name_the_students(empty, 1, 2)
    run_night(empty, "2026-11-16", {1: "Low Risk", 2: "Low Risk"})
    # the tiers are observed, and then the night fails
    run_night(empty, "2026-11-17", {1: "High Risk", 2: "High Risk"}, told=False)
    run_night(empty, "2026-11-18", {1: "High Risk", 2: "Some Risk"})
    assert crossings(empty.url) == [("s1", "2026-11-17", "High Risk")], "s2 has fallen back"

    run_night(empty, "2026-11-19", {1: "High Risk", 2: "High Risk"})
    assert crossings(empty.url) == [
        ("s1", "2026-11-17", "High Risk"),
        ("s2", "2026-11-17", "High Risk"),
        ("s2", "2026-11-19", "High Risk"),
    ]


def test_observations_of_an_older_release_are_kept(empty: Bench) -> None:
    dbt(empty, "seed", "--select", "tier_ladder")
    run_night(empty, "2026-11-16", {1: "Low Risk"}, told=False)
    with psycopg.connect(empty.url, autocommit=True) as owner:
        for table, column in (
            ("risk_tier_observations", "grade_band"),
            ("risk_tier_observations", "policy_version"),
            ("risk_tier_observations", "code_version"),
            ("risk_tier_history", "cause"),
        ):
            owner.execute(
                psycopg.sql.SQL("alter table risk.{} drop column {}").format(
                    psycopg.sql.Identifier(table), psycopg.sql.Identifier(column)
                )
            )
    run_night(empty, "2026-11-17", {1: "High Risk"}, told=False)
    assert history(empty.url) == [
        (1, "2026-11-16", "Low Risk", None, "first"),
        (1, "2026-11-17", "High Risk", "Low Risk", "up"),
    ]


@pytest.fixture(scope="module")
def policy_template(bench: Bench) -> Iterator[str]:
    """The name of a database that holds the policy of the project, tested."""
    template = f"{bench.name}_policy"
    bench.admin("create database {}", bench.name)
    dbt(bench, "build", "--select", "+int_policy__by_grade_band", "vendor_registry", "feed_policy")
    bench.admin("alter database {} rename to {}", bench.name, template)
    yield template
    bench.admin("drop database {} with (force)", template)


@pytest.fixture
def seeded_policy(bench: Bench, policy_template: str) -> Iterator[Bench]:
    """The bench with a copy of the template."""
    bench.admin("create database {} template {}", bench.name, policy_template)
    yield bench
    bench.admin("drop database {} with (force)", bench.name)


@pytest.mark.parametrize(
    ("change", "test"),
    [
        (
            "update policy.risk_policy set policy_name = 'x' where policy_name like 'chronic%'",
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
        (
            "update privacy.vendor_registry set endpoints = 'a.example.org *.com'",
            "registry_endpoints_are_hosts",
        ),
        (
            "delete from policy.feed_policy where policy_name = 'unmatched_from_rows'",
            "feed_policy_is_complete",
        ),
    ],
    ids=[
        "unknown",
        "twice",
        "ends_early",
        "not_a_number",
        "out_of_range",
        "missing",
        "order",
        "half_of_the_world",
        "feed_without_limit",
    ],
)
def test_a_wrong_policy_stops_the_run(seeded_policy: Bench, change: str, test: str) -> None:
    with psycopg.connect(seeded_policy.url, autocommit=True) as owner:
        owner.execute(change)
    done = run_dbt(
        *("test", "--select", test),
        folder=seeded_policy.folder,
        url=seeded_policy.url,
        as_of=TODAY,
    )
    assert done.returncode == 1
    assert f"Failure in test {test}" in done.stdout
