"""One district, told by Ed-Fi and told by PowerSchool: marts, indicators and tiers are the same.

What may differ stands here with the reason; docs/sources/powerschool.md says it to people.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
import pytest
from psycopg import sql

from demo.simulators import edfi
from demo.simulators.powerschool import Store, load_folder, serve
from demo.synthetic.powerschool.derive import derive, district_number
from demo.synthetic.settings import Plan
from demo.synthetic.write import write
from include import ingest, landing
from include.config import District
from include.connections import Connection
from include.run import Run
from include.settings import Settings
from include.sources import registry
from tests.conftest import copied
from tests.dbt.conftest import run_dbt
from tests.sources.powerschool.helpers import PLUGIN, connection_of

PLAN = Plan(students=100, oracle_draws=0)
ROOMS = ("marts", "risk", "features", "reporting")
KINDS = ("edfi", "powerschool")
# in mid-year, before the first grading period ends
HANDOVER = date(2026, 10, 5)
# The last day of school before it.
EVE = date(2026, 10, 2)
# What a later day changes: beside this staging and what stands on it, staging and the canonical
# models of one system know no day.
OF_THE_DAY = ("staging/map_growth", "canonical/assessment", "intermediate", *ROOMS)
# What a run before the handover and one after it make together.
HISTORY = (
    "risk.risk_tier_history", "risk.risk_tier_observations", "risk.risk_level_changes",
    "risk.risk_tier_crossings", "reporting.rpt_tier_crossings",
)  # fmt: skip
# Of features, those of the dates that a run has to write: of all of them after one run alone.
TO_BE_WRITTEN = {
    f"features.ftr_{name}"
    for name in (
        "as_of_dates", "assessment_step", "behavior_as_of", "calendar_as_of", "enrollment_as_of",
        "school_as_of", "window_counts_as_of",
    )
}  # fmt: skip
# A system numbers these by itself, or spells them in its own way; models read what we make of them.
OWN = {
    "action_id", "action_key", "attendance_event_key", "category_code", "event_duration",
    "enrollment_type_code", "exit_type_code", "incident_id", "incident_key",
    "incident_participation_key", "mark_key", "participation_key", "source_system",
}  # fmt: skip
# What PowerSchool is not asked for, by table, and what is each warehouse's own.
NOT_GIVEN = {
    # when its files were loaded
    "marts.fct_assessment_result": {"loaded_at"},
    "marts.fct_assessment_unmatched": {"waiting_since"},
    # of two runs in one, of one in the other
    "reporting.vw_student_risk_scores": {"risk_level_changed_date"},
    "marts.dim_school": {"district_name", "school_category_code", "school_short_name"},
    "marts.dim_student_demographics": {"english_proficiency_code"},
    # made of the program of an assignment to a school too, of which PowerSchool knows none
    "marts.fct_staff_assignment": {"assignment_key"},
}
# Positions have no dates there.
ONLY = {"marts.fct_staff_assignment": "assignment_type in ('section', 'school')"}
# Of the ledger, whose feeds are each system's own.
LEDGER = {"reporting.rpt_load_health"}
# Results of tests come in files of their vendors.
VENDORS: dict[str, dict[str, Any]] = {
    name: {
        "kind": "files", "layout": name, "school_years": [2025, 2026, 2027],
        "delivery": {"kind": "folder", "connection": "drop", "path": path, "pattern": pattern},
    }
    for name, path, pattern in (
        ("star", "sftp", "*.zip"), ("map_growth", "drop/map_growth", "*.csv"),
    )
}  # fmt: skip
# Of those of Ed-Fi PowerSchool knows none.
TESTS = ("assessments", "studentAssessments", "objectiveAssessments")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the district as both systems tell it."""
    made = tmp_path_factory.mktemp("district")
    set_up(made)
    return made


@pytest.fixture(scope="module")
def on_the_eve(pg_server_url: str, place: Path) -> Iterator[str]:
    """URL of the warehouse as Ed-Fi tells it, after a run of the last day before the handover."""
    with copied(pg_server_url, "template1") as url:
        load("edfi", url, place)
        build(url, place / "edfi", EVE, *(f"+path:models/{room}" for room in ROOMS))
        yield url


@pytest.fixture(scope="module")
def told(on_the_eve: str, pg_server_url: str, place: Path) -> Iterator[dict[str, str]]:
    """URL of the warehouse of the same district by kind of its student system."""
    with ExitStack() as open_ones:
        eve = urlsplit(on_the_eve).path.lstrip("/")
        stayed = open_ones.enter_context(copied(pg_server_url, eve))
        build(stayed, place / "edfi", PLAN.as_of, *(f"path:models/{room}" for room in OF_THE_DAY))
        other = open_ones.enter_context(copied(pg_server_url, "template1"))
        load("powerschool", other, place)
        build(
            *(other, place / "powerschool", PLAN.as_of),
            *(f"+path:models/{room}" for room in ROOMS), sources=("powerschool",),
        )  # fmt: skip
        yield {"edfi": stayed, "powerschool": other}


@pytest.fixture(scope="module")
def moved(on_the_eve: str, pg_server_url: str, place: Path) -> Iterator[str]:
    """URL of the warehouse of the district after it moved from Ed-Fi to PowerSchool in mid-year."""
    with copied(pg_server_url, urlsplit(on_the_eve).path.lstrip("/")) as url:
        load("powerschool", url, place, files=False)
        seeded = run_dbt(
            *("seed", "--select", "system_of_record"), folder=place / "seed", url=url, sources=KINDS
        )
        assert seeded.returncode == 0, seeded.stdout[-3000:]
        with psycopg.connect(url) as connection:
            before = HANDOVER - timedelta(days=1)
            for kind, first, last in (
                ("edfi", date(2024, 7, 1), before), ("powerschool", HANDOVER, None),
            ):  # fmt: skip
                connection.execute(
                    "insert into policy.system_of_record"
                    " (district_code, entity_group, source_system, valid_from, valid_to)"
                    " values ('grand_bend', '*', %s, %s, %s)",
                    (kind, first, last),
                )
        done = run_dbt(
            # with the tests across models, which hold for two systems as for one
            "build", "--exclude-resource-type", "unit_test", "--indirect-selection", "cautious",
            "--select", *(f"+path:models/{room}" for room in ROOMS),
            "--exclude", "system_of_record", "test_type:generic",
            folder=place / "both", url=url, as_of=PLAN.as_of.isoformat(), sources=KINDS,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-3000:]
        yield url


def build(
    url: str, folder: Path, as_of: date, *select: str, sources: tuple[str, ...] = ("edfi",)
) -> None:
    """Build what is selected, without tests."""
    done = run_dbt(
        *("build", "--exclude-resource-type", "test", "unit_test", "--select", *select),
        folder=folder, url=url, as_of=as_of.isoformat(), sources=sources,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]


def set_up(place: Path) -> None:
    """Write the district as both systems tell it.

    Its catalogue holds one course in two spellings, and so do an offering and a section of it.
    """
    write(place, PLAN, workers=1)
    (courses,) = (place / "edfi").glob("courses.*")
    code = json.loads(courses.read_text("utf-8").splitlines()[0])["courseCode"]
    for resource in ("courses", "courseOfferings", "sections"):
        (path,) = (place / "edfi").glob(f"{resource}.*")
        lines = path.read_text("utf-8").splitlines()
        found = next(line for line in lines if f'"{code}"' in line)
        again = json.loads(found.replace(f'"{code}"', f'"{code.swapcase()}"'))
        again["id"] = "ff" + again["id"][2:]
        path.write_text("\n".join([*lines, json.dumps(again)]) + "\n", "utf-8")
    derive(place)


def load(kind: str, url: str, place: Path, *, files: bool = True) -> None:
    """Read all that the system and the vendors say, as the first ingest of a district does."""
    landing.prepare(url, registry.feeds())
    with ExitStack() as running:
        if kind == "edfi":
            records = edfi.Store("aggregate")
            for name in TESTS:
                for path in (place / "edfi").glob(f"{name}.*"):
                    path.unlink()
            edfi.load_folder(records, place / "edfi")
            api = running.enter_context(edfi.serve(records, edfi.Behaviour()))
            system = Connection("sis", host=api.url, login=edfi.KEY, password=edfi.SECRET)
            settings: dict[str, Any] = {}
        else:
            tables = Store()
            load_folder(tables, place / "powerschool")
            system = connection_of(running.enter_context(serve(tables, PLUGIN)))
            settings = {"district_number": district_number(place), "min_interval_s": 0}
        district = District.model_validate(
            {
                "code": "grand_bend", "name": "Sample", "time_zone": "America/Chicago",
                "sources": {"sis": {"kind": kind, "connection": "sis", **settings}, **VENDORS},
            }
        )  # fmt: skip
        drop = Connection("drop", extra={"path": str(place)})
        known = {"sis": system, "drop": drop, "grand_bend_warehouse": warehouse(url)}
        work = Settings(work_dir=place / urlsplit(url).path.lstrip("/"))
        night = Run(district, PLAN.as_of, "first", connect=known.__getitem__, settings=work)
        for source in ("sis", *(VENDORS if files else ())):
            ingest.load_groups(night, source, ingest.plan(night, source))


def warehouse(url: str) -> Connection:
    parts = urlsplit(url)
    return Connection(
        "warehouse", host=parts.hostname, port=parts.port, login=unquote(parts.username or ""),
        password=unquote(parts.password or ""), schema=parts.path.lstrip("/"),
    )  # fmt: skip


def tables(url: str) -> dict[str, list[str]]:
    """Columns by table of the rooms that people read."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "select table_schema || '.' || table_name,"
            " array_agg(column_name::text order by column_name)"
            " from information_schema.columns where table_schema = any(%s) group by 1",
            (list(ROOMS),),
        ).fetchall()
    return dict(rows)


def rows_of(url: str, table: str, columns: list[str]) -> Counter[tuple[Any, ...]]:
    """The rows of a table, each as often as it is there; 1 and 1.0 are one number."""
    query = sql.SQL("select {} from {} where {}").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.Identifier(*table.split(".")),
        sql.SQL(ONLY.get(table, "true")),
    )
    with psycopg.connect(url) as connection:
        return Counter(connection.execute(query).fetchall())


def test_every_table_that_people_read_is_the_same(told: dict[str, str]) -> None:
    first, second = (tables(told[kind]) for kind in KINDS)
    assert first == second
    assert len(first) > 40
    found = {}
    for table, columns in first.items():
        if table in LEDGER | TO_BE_WRITTEN | {*HISTORY}:
            continue
        kept = [name for name in columns if name not in OWN | NOT_GIVEN.get(table, set())]
        one, other = (rows_of(told[kind], table, kept) for kind in KINDS)
        if one != other:
            found[table] = differing(kept, one - other, other - one)
    assert found == {}


@pytest.mark.parametrize(
    "table",
    ["risk.risk_tiers", "risk.risk_indicators", "reporting.vw_student_risk_scores",
     "marts.dim_student", "marts.fct_enrollment_span", "marts.fct_attendance_to_date",
     "marts.fct_grades_by_period", "marts.fct_section_enrollment", "marts.fct_assessment_result",
     "marts.fct_program_participation"],
)  # fmt: skip
def test_a_district_that_moved_in_the_middle_of_the_year_keeps_its_history(
    told: dict[str, str], moved: str, table: str
) -> None:
    columns = [name for name in tables(moved)[table] if name not in OWN]
    one, other = (rows_of(url, table, columns) for url in (told["edfi"], moved))
    assert one == other, differing(columns, one - other, other - one)


def test_tiers_and_features_go_on_over_the_move_as_if_there_were_none(
    told: dict[str, str], moved: str
) -> None:
    of_forecasts = [name for name in tables(moved) if name.startswith("features.")]
    assert len(of_forecasts) > 10
    found = {}
    for table in (*HISTORY, *of_forecasts):
        columns = [name for name in tables(moved)[table] if name not in OWN]
        one, other = (rows_of(url, table, columns) for url in (told["edfi"], moved))
        if one != other:
            found[table] = differing(columns, one - other, other - one)
    assert found == {}


def test_the_runs_before_and_after_the_move_saw_tiers_change(moved: str) -> None:
    """Else their history would say nothing of it."""
    with psycopg.connect(moved) as connection:
        changed = connection.execute(
            "select distinct changed_on from risk.risk_tier_history"
            " where previous_tier is not null order by 1"
        ).fetchall()
        judged = connection.execute(
            "select count(*) from risk.risk_indicators"
            " where indicator = 'assessment' and flag != 'insufficient_data'"
        ).fetchall()
    assert changed == [(PLAN.as_of,)]
    assert judged[0][0] > 50


def test_courses_that_differ_in_case_only_are_two_with_sections_of_their_own(
    told: dict[str, str],
) -> None:
    for url in told.values():
        with psycopg.connect(url) as connection:
            found = connection.execute(
                "with spelled as (select course_key, course_code, count(*) over ("
                "partition by upper(course_code)) as spellings from marts.dim_course)"
                " select course_code, count(section_key) from spelled"
                " left join marts.dim_section using (course_key)"
                " where spellings > 1 group by course_code order by 2"
            ).fetchall()
        (one, of_one), (other, of_other) = found
        assert one == other.swapcase()
        assert of_one == 1 < of_other


def test_before_the_move_the_events_of_the_one_count_and_after_it_those_of_the_other(
    moved: str,
) -> None:
    with psycopg.connect(moved) as connection:
        found = connection.execute(
            "select source_system, min(event_date), max(event_date)"
            " from canonical.can_attendance_events group by 1 order by 1"
        ).fetchall()
    (first, _, last), (second, begun, _) = found
    assert (first, second) == KINDS
    assert last < HANDOVER <= begun


def differing(
    columns: list[str], one: Counter[tuple[Any, ...]], other: Counter[tuple[Any, ...]]
) -> str:
    """The columns in which rows differ, and how many rows each side has for itself."""
    names = [
        name
        for place, name in enumerate(columns)
        if Counter(row[place] for row in one.elements())
        != Counter(row[place] for row in other.elements())
    ]
    return f"{one.total()} and {other.total()} rows, by {', '.join(names)}"
