"""From raw to reporting: a district whose every tier was computed by hand.

Its students, and what must be said of them, stand in judged_students.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.conftest import SAMPLES, create_database
from tests.dbt import filed_students, new_indicator
from tests.dbt.conftest import run_dbt
from tests.dbt.judged_students import AS_OF, TRUTH, Truth, records
from tests.dbt.raw_records import write
from tests.dbt.small_district import school_day, student

S03_REASONS = "Absent 12 of 60 days (20.0 %); D or F in 1 of 2 courses, GPA 1.35 (Quarter 1)"
LETTERS = {"-": "none", "y": "yellow", "r": "red", "?": "insufficient_data", "/": "not_applicable"}


@pytest.fixture(scope="module")
def reported(
    pg_server_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[psycopg.Connection[Any]]:
    """A connection to the district after one run of every seed and model."""
    url = create_database(pg_server_url, "known_truth")
    write(url, records(), deleted=[student("s14")])
    samples = SAMPLES if SAMPLES.is_dir() else None
    own = tmp_path_factory.mktemp("own") / "districts"
    filed_students.land(url, own, AS_OF, samples)
    # an installation's layout is one file, and nothing else of it is anywhere
    assert [p.name for p in own.rglob("*") if p.is_file()] == ["toy.yaml"]
    done = run_dbt(
        *("build", "--exclude-resource-type", "test", "unit_test", "--select"),
        *("+vw_student_risk_scores", "+risk_tier_crossings", "+fct_attendance_event"),
        *("+rpt_attendance_submission", "+rpt_attendance_differences", "+rpt_student_indicators"),
        *("+fct_assessment_objective_result", "+fct_assessment_unmatched"),
        "+dim_learning_standard",
        folder=tmp_path_factory.mktemp("known_truth"),
        url=url,
        as_of=AS_OF,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    with psycopg.connect(pg_server_url, autocommit=True) as admin:
        admin.execute("create database known_truth_and_more template known_truth")
    with psycopg.connect(url) as connection:
        yield connection
    with psycopg.connect(pg_server_url, autocommit=True) as admin:
        admin.execute("drop database known_truth with (force)")
        admin.execute("drop database known_truth_and_more with (force)")


def seen(connection: psycopg.Connection[Any], number: str) -> Truth:
    """What the reporting schema says of a student, in the words of TRUTH."""
    row = connection.execute(
        """
        select rule_tier, risk_level, school_id, gpa, latest_percentile,
            attendance_flag, course_grades_flag, assessment_flag, behavior_flag
        from reporting.vw_student_risk_scores where student_unique_id = %s
        """,
        (number,),
    ).fetchone()
    assert row is not None, f"{number} has no row"
    days = connection.execute(
        """
        select days_absent, days_enrolled
        from marts.fct_attendance_to_date join marts.dim_student using (student_key)
        where student_unique_id = %s and insufficient_reason is null
        """,
        (number,),
    ).fetchone()
    tier, level, school, gpa, percentile, *flags = row
    back = {name: letter for letter, name in LETTERS.items()}
    return Truth(
        tier=tier,
        level=level,
        school=school,
        absent=(f"{days[0].normalize():f}", days[1]) if days else None,
        gpa=None if gpa is None else f"{round(gpa, 16).normalize():f}",
        percentile=None if percentile is None else int(percentile),
        flags="".join(back[flag] for flag in flags),
    )


@pytest.mark.parametrize("number", sorted(TRUTH))
def test_each_student_has_the_tier_computed_by_hand(
    reported: psycopg.Connection[Any], number: str
) -> None:
    assert seen(reported, number) == TRUTH[number]


@pytest.mark.parametrize("number", ["s01", "s11"])
def test_attendance_in_percent_is_what_the_counts_say(
    reported: psycopg.Connection[Any], number: str
) -> None:
    found = reported.execute(
        "select attendance_pct from reporting.vw_student_risk_scores where student_unique_id = %s",
        (number,),
    ).fetchone()
    counts = TRUTH[number].absent
    assert counts is not None
    assert found == (100 - Decimal(counts[0]) * 100 / counts[1],)


def test_who_left_was_deleted_or_has_not_begun_has_no_row(
    reported: psycopg.Connection[Any],
) -> None:
    found = reported.execute(
        "select student_unique_id from reporting.vw_student_risk_scores"
    ).fetchall()
    assert sorted(number for (number,) in found) == sorted(TRUTH)


def test_events_of_who_left_or_was_deleted_stay(reported: psycopg.Connection[Any]) -> None:
    found = reported.execute(
        """
        select reason_not_counted, count(*) from marts.fct_attendance_event
        where reason_not_counted is null or reason_not_counted = 'student_not_known'
        group by reason_not_counted order by reason_not_counted nulls last
        """
    ).fetchall()
    # of s14 all 39; counted are 6, 6, 12, 39 of s06, 5, 10 and 5 of s01 to s11, then 1, 8 and 6 of
    # s27, s28 and s31
    assert found == [("student_not_known", 39), (None, 98)]


def test_two_reds_are_high_risk_and_both_reasons_are_told(
    reported: psycopg.Connection[Any],
) -> None:
    found = reported.execute(
        "select reasons from reporting.vw_student_risk_scores where student_unique_id = 's03'"
    ).fetchone()
    assert found == (S03_REASONS,)


def test_a_first_run_is_remembered_and_alerts_nobody(reported: psycopg.Connection[Any]) -> None:
    crossings = reported.execute("select count(*) from risk.risk_tier_crossings").fetchone()
    history = reported.execute(
        "select direction, count(*) from risk.risk_tier_history group by direction"
    ).fetchall()
    assert (crossings, history) == ((0,), [("first", len(TRUTH))])


def test_a_stray_daily_event_that_hides_class_attendance_is_warned_of(
    reported: psycopg.Connection[Any], pg_server_url: str, tmp_path: Path
) -> None:
    done = run_dbt(
        *("test", "--select", "class_attendance_hidden_by_few_daily_events"),
        folder=tmp_path,
        url=urlsplit(pg_server_url)._replace(path=f"/{reported.info.dbname}").geturl(),
        as_of=AS_OF,
    )
    # neither the school without daily events nor those with nothing else
    assert "Got 1 result, configured to warn if != 0" in done.stdout, done.stdout[-3000:]


def test_a_school_whose_attendance_stopped_is_named_with_its_last_day(
    reported: psycopg.Connection[Any],
) -> None:
    schools = reported.execute(
        "select school_id, submission_status, days_not_submitted"
        " from reporting.rpt_attendance_submission order by school_id"
    ).fetchall()
    # nobody has submitted by day since day 3 at the fourth, which takes attendance by class
    assert schools == [
        ("1", "in_time", 2), ("2", "late", 12), ("3", "in_time", 2), ("4", "stopped", 59),
        ("5", "stopped", 15), ("6", "stopped", 62),
    ]  # fmt: skip
    reason = reported.execute(
        "select reason from reporting.rpt_student_indicators"
        " where student_unique_id = 's27' and indicator = 'attendance'"
    ).fetchone()
    assert reason == (f"No attendance submitted since {school_day(47)}",)


def test_a_day_on_which_the_records_of_a_school_differ_is_listed_with_what_counts(
    reported: psycopg.Connection[Any],
) -> None:
    found = reported.execute(
        "select attendance_date::text, has_daily_event, counted_fraction"
        " from reporting.rpt_attendance_differences where student_unique_id = 's29' order by 1"
    ).fetchall()
    assert found == [
        *((school_day(day), False, 1) for day in range(1, 7)),
        (school_day(7), True, 0),
        (school_day(61), False, None),
    ]


def test_the_database_itself_refuses_a_gap_in_what_must_be_there(
    reported: psycopg.Connection[Any], manifest: dict[str, Any]
) -> None:
    columns = reported.execute(
        "select table_schema, table_name, column_name, is_nullable = 'YES'"
        " from information_schema.columns"
    ).fetchall()
    is_nullable = {(schema, table, name): answer for schema, table, name, answer in columns}
    promised = {
        (node["schema"], node["name"], column["name"])
        for node in manifest["nodes"].values()
        for column in node["columns"].values()
        if any(constraint["type"] == "not_null" for constraint in column["constraints"])
    }
    built = promised & set(is_nullable)
    assert len(built) > 50
    assert not [column for column in built if is_nullable[column]]


def test_what_people_read_is_described_in_the_database(
    reported: psycopg.Connection[Any], manifest: dict[str, Any]
) -> None:
    said = {
        (schema, table, column): text
        for schema, table, column, text in reported.execute(
            """
            select schemas.nspname, tables.relname, coalesce(columns.attname, ''), told.description
            from pg_description as told
            inner join pg_class as tables on tables.oid = told.objoid
            inner join pg_namespace as schemas on schemas.oid = tables.relnamespace
            left join pg_attribute as columns
                on columns.attrelid = tables.oid and columns.attnum = told.objsubid
                and told.objsubid > 0
            where told.classoid = 'pg_class'::regclass
            """
        ).fetchall()
    }
    written = {
        (node["schema"], node["name"], column): text
        for node in manifest["nodes"].values()
        if node["schema"] in ("marts", "risk", "features", "reporting")
        for column, text in [
            ("", node["description"]),
            *((name, column["description"]) for name, column in node["columns"].items()),
        ]
    }
    tables = {(schema, table) for schema, table, _ in said}
    assert {schema for schema, _ in tables} >= {"marts", "risk", "reporting"}
    built = {place: text for place, text in written.items() if place[:2] in tables}
    assert len(built) > 300
    assert {place: said.get(place) for place in built} == built


def test_a_row_of_a_layouts_file_is_told_in_the_districts_own_words(
    reported: psycopg.Connection[Any],
) -> None:
    found = reported.execute(
        """
        select student_unique_id, source, subject, test_language, window_name, norm_set,
            percentile::integer, growth_from_window, growth_percentile::integer,
            performance_level_rank, invalid_reason
        from marts.fct_assessment_result inner join marts.dim_student using (student_key)
        where source not in ('edfi', 'star', 'iready')
            and invalid_reason is distinct from 'same_sitting'
        order by 1, 3
        """
    ).fetchall()
    none = (None, None)
    assert found == [
        ("s51", "dibels_8", "reading", None, "fall", "dibels_8: national norms", 9, *none, 1, None),
        ("s52", "cmas", "math", None, "spring", *none, *none, None, "not_tested"),
        ("s53", "toy", "math", None, "fall", "toy: toy norms", 50, "fall", 40, 4, None),
        ("s53", "toy", "reading", None, "fall", "toy: toy norms", 24, *none, None, None),
        ("s54", "toy", "math", None, "fall", "toy: toy norms", 5, *none, 2, "spoiled"),
        ("s55", "staar_interim", "math_spanish", "spanish", "window 2", *none, *none, 2, None),
    ]


def test_a_test_in_two_accounts_of_a_vendor_counts_once(
    reported: psycopg.Connection[Any],
) -> None:
    results, parts = (
        reported.execute(
            f"""
            select subject, count(*), count(*) filter (where is_valid)
            from marts.{table} inner join marts.dim_student using (student_key)
            where student_unique_id = 's53' and source = 'toy'
            group by 1 order by 1
            """
        ).fetchall()
        for table in ("fct_assessment_result", "fct_assessment_objective_result")
    )
    assert results == [("math", 2, 1), ("reading", 2, 1)]
    assert parts == [("math", 2, 1)]


def test_parts_of_a_test_come_with_their_level(reported: psycopg.Connection[Any]) -> None:
    found = reported.execute(
        """
        select source, scope_code, method_code, value_text, value_num::integer, level_code
        from marts.fct_assessment_objective_result inner join marts.dim_student using (student_key)
        where student_unique_id in ('s51', 's53', 's55') and is_valid
        order by 1, 3
        """
    ).fetchall()
    low = "Well Below Benchmark"
    assert found == [
        ("dibels_8", "LNF", "percentile", "Discontinue", None, low),
        ("dibels_8", "LNF", "raw_score", "12", 12, low),
        ("staar_interim", "1", "level", "Under", None, "Under"),
        ("toy", "facts", "raw_score", "7", 7, None),
    ]


def test_the_part_of_a_test_finds_its_standard_whatever_the_case(
    reported: psycopg.Connection[Any],
) -> None:
    found = reported.execute(
        """
        select parts.scope_code, parts.learning_standard_count, standards.learning_standard_id
        from marts.fct_assessment_objective_result as parts
        inner join marts.dim_student using (student_key)
        left join marts.dim_learning_standard as standards
            on standards.learning_standard_key = parts.learning_standard_key
        where student_unique_id = 's43'
        """
    ).fetchall()
    assert found == [("geometry", 1, "MATH-8-G")]


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample data is not here")
@pytest.mark.parametrize("layout", [layout for layout, *_ in filed_students.SAMPLES])
def test_a_published_sample_arrives_whole_and_waits_for_its_students(
    reported: psycopg.Connection[Any], layout: str
) -> None:
    found = reported.execute(
        "select count(*), min(reason) from marts.fct_assessment_unmatched where source = %s",
        (layout,),
    ).fetchone()
    assert found == (5, "id_not_found")


def test_results_of_every_vendor_pass_the_tests_of_a_night(
    reported: psycopg.Connection[Any], tmp_path: Path, pg_server_url: str
) -> None:
    url = urlsplit(pg_server_url)._replace(path="/known_truth").geturl()
    done = run_dbt(
        *("test", "--indirect-selection", "cautious", "--select", "no_vendor_row_is_lost"),
        *("int_assessment__results", "fct_assessment_result", "fct_assessment_objective_result"),
        folder=tmp_path,
        url=url,
        as_of=AS_OF,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "PASS no_vendor_row_is_lost" in done.stdout


@pytest.fixture(scope="module")
def with_transition(
    reported: psycopg.Connection[Any], pg_server_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, psycopg.Connection[Any]]]:
    """The project with a fifth indicator, and the district after what stands on it was built."""
    project = new_indicator.added_to_a_copy(tmp_path_factory.mktemp("checkout"))
    url = urlsplit(pg_server_url)._replace(path="/known_truth_and_more").geturl()
    new_indicator.build(project, url, AS_OF)
    with psycopg.connect(url) as connection:
        yield project, connection


def test_a_new_indicator_touches_the_files_that_its_page_lists(
    with_transition: tuple[Path, psycopg.Connection[Any]],
) -> None:
    project, _ = with_transition
    assert new_indicator.changed(project.parent) == {
        # what it is
        "dbt_project/macros/rules/indicators.sql",
        "dbt_project/macros/rules/transition_flag.sql",
        "dbt_project/models/risk/_risk__models.yml",
        "dbt_project/models/risk/_risk_transition__unit_tests.yml",
        "dbt_project/models/risk/indicators/risk_indicator__transition.sql",
        # its number, and the words for what is missing
        "dbt_project/seeds/policy/indicator_gaps.csv",
        "dbt_project/seeds/policy/policy_names.csv",
        "dbt_project/seeds/policy/risk_policy.csv",
        "dbt_project/models/intermediate/policy/int_policy__by_grade_band.sql",
        # what it was on earlier days
        "dbt_project/models/features/ftr_student_as_of.sql",
        # its rule, as people read it
        "docs/risk-rules.md",
    }
    assert new_indicator.listed() == new_indicator.changed(project.parent)


def test_a_new_indicator_counts_for_the_tier_and_gives_its_reason(
    with_transition: tuple[Path, psycopg.Connection[Any]],
) -> None:
    _, connection = with_transition
    found = connection.execute(
        "select distinct flag, reason from reporting.rpt_student_indicators"
        " where indicator = 'transition' order by 1"
    ).fetchall()
    assert ("yellow", "Grade 09 is a year of transition") in found
    better = connection.execute(
        """
        select tiers.grade_level, tiers.rule_tier, tiers.reasons
        from risk.risk_tiers as tiers
        where tiers.grade_level = '09' and tiers.rule_tier = 'Low Risk'
        """
    ).fetchall()
    assert better == []
    reasons = connection.execute(
        "select reasons from risk.risk_tiers where grade_level = '09' and rule_tier = 'Some Risk'"
    ).fetchall()
    assert reasons
    assert all("Grade 09 is a year of transition" in text for (text,) in reasons)
