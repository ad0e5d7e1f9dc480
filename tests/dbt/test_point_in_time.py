"""No feature of a past date may know what happened, or became known, after it.

Two worlds share everything that was known by the evening of LAST_KNOWN; all that came later is
another thing in each. The features of every date up to then must be the same in both.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import psycopg.sql
import pytest
import yaml

from tests.conftest import create_database
from tests.dbt import two_year_district as district
from tests.dbt.conftest import run_dbt
from tests.dbt.raw_records import book, write
from tests.parsed_project import PROJECT

Rows = dict[tuple[Any, ...], dict[str, Any]]

AS_OF, LATER = district.AS_OF, "2026-11-18"
KEYS = ("as_of_date", "student_key")
TABLES = ("ftr_student_as_of", "ftr_audit_group")


def _columns() -> list[tuple[str, str]]:
    """Every column that the project describes, so that a new one is compared from its first day."""
    page = (PROJECT / "models" / "features" / "_features__models.yml").read_text("utf-8")
    models = {model["name"]: model for model in yaml.safe_load(page)["models"]}
    return [
        (table, column["name"])
        for table in TABLES
        for column in models[table]["columns"]
        if column["name"] not in KEYS
    ]


class Worlds:
    """Builds one world after the other under one database name, so that dbt parses only once."""

    def __init__(self, server: str, folder: Path) -> None:
        self.server = server
        self.name = f"worlds_{secrets.token_hex(6)}"
        self.folder = folder
        self.other: dict[str, Rows] = {}

    @property
    def url(self) -> str:
        return f"{self.server.rsplit('/', 1)[0]}/{self.name}"

    def dbt(self, *arguments: str, as_of: str = district.AS_OF) -> None:
        done = run_dbt(*arguments, folder=self.folder, url=self.url, as_of=as_of)
        assert done.returncode == 0, done.stdout[-3000:]

    def build(self, world: int) -> None:
        """Raw of one world, and everything up to its features."""
        create_database(self.server, self.name)
        opening, later = district.past()
        nights = (
            (1000, district.OPENED, [*district.the_place(), *opening]),
            (2000, district.SECOND, later),
            (3000, district.THIRD, [*district.future(world), *district.hindsight(world)]),
        )
        for load_id, as_of, records in nights:
            book(self.url, load_id, as_of)
            write(self.url, records, load_id=load_id)
        self.dbt(
            *("build", "--exclude-resource-type", "test", "unit_test", "--select"),
            *("+path:models/features", "+risk_tiers"),
        )

    def features(self, table: str) -> Rows:
        """The rows up to LAST_KNOWN, by date and student."""
        with psycopg.connect(self.url) as reader:
            found = reader.execute(
                psycopg.sql.SQL("select * from features.{} where as_of_date <= %s").format(
                    psycopg.sql.Identifier(table)
                ),
                (district.LAST_KNOWN,),
            )
            assert found.description
            names = [column.name for column in found.description]
            rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        return {tuple(row[key] for key in KEYS): row for row in rows}

    def agrees(self) -> bool:
        """Whether the data test finds that features say what the rules and the marts say."""
        test = "features_agree_with_the_tiers"
        done = run_dbt("test", "--select", test, folder=self.folder, url=self.url, as_of=AS_OF)
        assert f"1 of 1 {'FAIL' if done.returncode else 'PASS'}" in done.stdout, done.stdout[-3000:]
        return not done.returncode

    def drop(self) -> None:
        with psycopg.connect(self.server, autocommit=True) as admin:
            name = psycopg.sql.Identifier(self.name)
            admin.execute(psycopg.sql.SQL("drop database {} with (force)").format(name))


@pytest.fixture(scope="module")
def worlds(pg_server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    """The first world, built; the second has been and is gone."""
    built = Worlds(pg_server_url, tmp_path_factory.mktemp("worlds"))
    built.build(2)
    built.other = {table: built.features(table) for table in TABLES}
    built.drop()
    built.build(1)
    yield built
    built.drop()


def test_both_worlds_have_the_same_students_on_the_same_dates(worlds: Worlds) -> None:
    for table in TABLES:
        ours = worlds.features(table)
        assert len(ours) > 1000
        assert ours.keys() == worlds.other[table].keys()


@pytest.mark.parametrize(("table", "column"), _columns())
def test_no_feature_knows_what_came_later(worlds: Worlds, table: str, column: str) -> None:
    ours = {key: row[column] for key, row in worlds.features(table).items()}
    theirs = {key: row[column] for key, row in worlds.other[table].items()}
    assert len({value for value in ours.values() if value is not None}) > 1, (
        f"{column} never changes here: the comparison would prove nothing"
    )
    leaked = {key[0].isoformat() for key in ours if ours[key] != theirs[key]}
    assert not leaked, f"{column} knew the future on {sorted(leaked)}"


def of_the_new_school(worlds: Worlds, student: str, *columns: str) -> tuple[Any, ...]:
    """Features of the eve of the second quarter."""
    names = ", ".join(columns)
    with psycopg.connect(worlds.url) as reader:
        [found] = reader.execute(
            f"select {names} from features.ftr_student_as_of"
            " inner join marts.dim_student using (student_key)"
            " where student_unique_id = %s and as_of_date = %s",
            (student, district.LAST_KNOWN),
        ).fetchall()
    return found


def test_a_school_that_opened_this_year_has_no_last_year(worlds: Worlds) -> None:
    assert of_the_new_school(
        worlds, district.JUST_CAME,
        "school_chronic_rate_last_year", "absence_rate_last_year", "was_chronic_last_year",
        "f_count_last_year", "days_absent_ytd", "days_enrolled_ytd",
    ) == (None, None, None, None, 1, 45)  # fmt: skip


def test_who_came_over_to_a_new_school_keeps_the_own_last_year(worlds: Worlds) -> None:
    assert of_the_new_school(
        worlds, district.CAME_OVER, "school_chronic_rate_last_year", "was_chronic_last_year",
        "f_count_last_year",
    ) == (None, 0, 1)  # fmt: skip


def test_a_term_without_grades_leaves_marks_unknown(worlds: Worlds) -> None:
    marks = ("gpa_latest", "gpa_change", "f_count_latest", "df_count_latest", "is_failing")
    found = of_the_new_school(worlds, district.JUST_CAME, *marks)
    assert found == (None,) * len(marks)
    with psycopg.connect(worlds.url) as reader:
        outcomes = reader.execute(
            "select fails_course, becomes_chronic from features.ftr_period_outcome"
            " inner join marts.dim_student using (student_key) where student_unique_id = %s",
            (district.JUST_CAME,),
        ).fetchall()
        indicator = reader.execute(
            "select flag, reason_code from risk.risk_indicators"
            " inner join marts.dim_student using (student_key)"
            " where student_unique_id = %s and indicator = 'course_grades'",
            (district.JUST_CAME,),
        ).fetchall()
    assert outcomes == [(None, False)]
    assert indicator == [("insufficient_data", "no_marks")]


def test_on_the_day_of_the_run_features_say_what_the_marts_and_the_rules_say(
    worlds: Worlds,
) -> None:
    assert worlds.agrees()
    with psycopg.connect(worlds.url) as reader:
        tiers = reader.execute("select distinct rule_tier from risk.risk_tiers").fetchall()
    assert len(tiers) >= 4, "students of few tiers would prove little"


def test_features_of_an_earlier_day_than_the_newest_load_are_not_judged(worlds: Worlds) -> None:
    with psycopg.connect(worlds.url, autocommit=True) as owner:
        (student, tier) = owner.execute(
            "select student_key, rule_tier from features.ftr_student_as_of"
            " where as_of_date = %s order by 1 limit 1",
            (AS_OF,),
        ).fetchone() or (None, None)
        say = (
            "update features.ftr_student_as_of set rule_tier = %s"
            " where as_of_date = %s and student_key = %s"
        )
        owner.execute(say, ("another", AS_OF, student))
        assert not worlds.agrees()

        book(worlds.url, 9000, LATER)
        assert worlds.agrees()

        owner.execute("delete from ops.loads where load_id >= 9000")
        assert not worlds.agrees()
        owner.execute(say, (tier, AS_OF, student))


def test_a_stored_date_stays_and_the_date_of_a_later_run_is_added(worlds: Worlds) -> None:
    dates = "select distinct as_of_date::text from features.ftr_student_as_of order by 1"
    with psycopg.connect(worlds.url, autocommit=True) as owner:
        before = [day for (day,) in owner.execute(dates)]
        owner.execute(
            "update features.ftr_student_as_of set course_load = 99"
            " where as_of_date in ('2026-10-23', %s)",
            (district.AS_OF,),
        )
    run = ("run", "--select", "path:models/features")
    worlds.dbt(*run)
    loads = "select distinct as_of_date::text from features.ftr_student_as_of where course_load=99"
    with psycopg.connect(worlds.url) as reader:
        assert reader.execute(loads).fetchall() == [("2026-10-23",)], "a stored date was rewritten"
        assert [day for (day,) in reader.execute(dates)] == before

    # what they stand on depends on the day too
    worlds.dbt("run", "--select", "+path:models/features", as_of="2026-11-18")
    with psycopg.connect(worlds.url) as reader:
        # a Tuesday's features are of no use once it is over
        expected = [*before[:-1], "2026-11-18"]
        assert [day for (day,) in reader.execute(dates)] == expected
        assert reader.execute(loads).fetchall() == [("2026-10-23",)]

    worlds.dbt(*run, "--full-refresh", as_of="2026-11-18")
    with psycopg.connect(worlds.url) as reader:
        assert [day for (day,) in reader.execute(dates)] == expected
        assert reader.execute(loads).fetchall() == [], "a full refresh computes every date anew"
