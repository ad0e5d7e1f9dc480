"""An attendance code that nobody has mapped, from the source to the words in the report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from demo.simulators import edfi
from include import day_models, dbt_command, night, transform
from include.settings import Settings
from include.sources.edfi import RESOURCES
from tests import parsed_project
from tests.dbt.small_district import (
    HIGH,
    assessed,
    code,
    enrolled,
    event,
    school_day,
    schools,
    student,
)
from tests.integration.night import House, house

AS_OF = date(2026, 11, 17)
CODE = "Remote Asynchronous Day"
# What the rows of these two seeds move, as far as the attendance indicator.
MOVED = ("xwalk_attendance_category+,+risk_indicator__attendance",
         "risk_policy+,+risk_indicator__attendance")  # fmt: skip
WORDS = "An attendance code of this student is not mapped to present or absent"


@pytest.fixture(scope="module")
def said() -> list[str]:
    """What the night wrote to its log."""
    return []


@pytest.fixture(scope="module")
def built(
    pg_server_url: str, tmp_path_factory: pytest.TempPathFactory, said: list[str]
) -> Iterator[House]:
    """After a night on two students: s1 has a code that nobody has mapped, s2 has none."""
    import logging

    store = edfi.Store("aggregate")
    names = {resource.feed.entity: resource.name for resource in RESOURCES}
    for entity, payload in [
        *schools(),
        *(
            record
            for n in ("s1", "s2")
            for record in (student(n), enrolled(n, HIGH, "Tenth grade"))
        ),
        event("s1", HIGH, school_day(5), CODE),
        event("s2", HIGH, school_day(6), "Unexcused Absence"),
        event("s2", HIGH, school_day(60), "Tardy"),
        assessed(
            *("s2", "Mathematics", school_day(5), "60"),
            eventCircumstanceDescriptor=code("EventCircumstance", "Meteor shower"),
        ),
    ]:
        store.load(names[entity], [payload])

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    listener, log = Listener(), logging.getLogger("include")
    log.addHandler(listener)
    folder = tmp_path_factory.mktemp("unmapped") / "runtime"
    with house(folder, pg_server_url, "firstbell_it_unmapped", store=store) as made:
        current = made.night("night", AS_OF)
        parsed_project.lend(current)
        source = current.district.sources["edfi"].model_copy(update={"school_years": None})
        only_edfi = current.district.model_copy(update={"sources": {"edfi": source}})
        night.run(
            replace(current, district=only_edfi),
            select="+rpt_student_indicators +vw_student_risk_scores +rpt_unmapped_codes",
        )
        yield made
    log.removeHandler(listener)


def test_the_night_ends_and_warns_by_name(built: House, said: list[str]) -> None:
    warned = "attendance_categories_are_mapped (rows: 1): warn"
    assert [line for line in said if line.endswith(warned)]
    # which student it is stays out of the log
    assert not [line for line in said if "s1" in line.split()]


def test_the_event_stands_in_the_mart_and_counts_for_nothing(built: House) -> None:
    assert built.query(
        "select student_unique_id, days_absent, days_enrolled, insufficient_reason"
        " from marts.fct_attendance_to_date join marts.dim_student using (student_key) order by 1"
    ) == [("s1", None, 60, "unmapped_category"), ("s2", 1, 60, None)]


def test_the_indicator_says_that_the_data_is_not_enough_and_why(built: House) -> None:
    assert built.query(
        "select student_unique_id, flag, reason_code"
        " from risk.risk_indicators join marts.dim_student using (student_key)"
        " where indicator = 'attendance' order by 1"
    ) == [("s1", "insufficient_data", "unmapped_category"), ("s2", "none", "attendance_fine")]


def test_the_report_shows_no_rate_and_the_reason_in_words(built: House) -> None:
    assert built.query(
        "select attendance_pct, attendance_flag from reporting.vw_student_risk_scores"
        " where student_unique_id = 's1'"
    ) == [(None, "insufficient_data")]
    assert built.query(
        "select flag, reason from reporting.rpt_student_indicators"
        " where student_unique_id = 's1' and indicator = 'attendance'"
    ) == [("insufficient_data", WORDS)]


def test_a_report_names_source_code_and_the_row_to_add(built: House) -> None:
    rows = built.query(
        "select source, crosswalk, code, record_count, what_to_add"
        " from reporting.rpt_unmapped_codes order by crosswalk"
    )
    to_add = (
        "Add a row to {}.csv, in the folder seeds/grand_bend beside"
        " the district files, with district_code grand_bend (for every district: in seeds, with *)"
        " and {} {}, then run the night again."
    )
    circumstance, category = "xwalk_assessment_circumstances", "xwalk_attendance_category"
    shower = to_add.format(circumstance, "circumstance_code", "meteor shower")
    day = to_add.format(category, "category_code", CODE.lower())
    assert rows == [
        ("edfi", circumstance, "meteor shower", 1, shower),
        ("edfi", category, CODE.lower(), 1, day),
    ]


def test_what_stands_outside_the_checkout_maps_a_code_moves_a_threshold_and_is_a_report(
    built: House, tmp_path: Path
) -> None:
    own = tmp_path / "seeds"
    own.mkdir()
    (own / "xwalk_attendance_category.csv").write_text(
        "district_code,category_code,is_absence,default_fraction,is_excused\n"
        f"grand_bend,{CODE.lower()},true,1,true\n",
        encoding="utf-8",
    )
    (own / "risk_policy.csv").write_text(
        "district_code,grade_band,policy_name,value,unit,effective_from,description,source\n"
        "grand_bend,9-12,chronic_absence_pct,1,percent,2026-11-01,Ours,The board\n",
        encoding="utf-8",
    )
    (tmp_path / "models" / "grand_bend").mkdir(parents=True)
    (tmp_path / "models" / "grand_bend" / "ours.sql").write_text(
        "select student_unique_id from {{ ref('vw_student_risk_scores') }}", encoding="utf-8"
    )
    before = day_models.fingerprint(dbt_command.PROJECT, {})
    settings = Settings(work_dir=built.work, districts_dir=tmp_path)
    current = replace(built.night("own rows", AS_OF), settings=settings)
    transform.begin(current)
    dbt_command.invoke(
        current,
        ["build", "--select", *MOVED, "ours", "--exclude-resource-type", "unit_test", "test"],
    )
    assert built.query(
        "select student_unique_id, days_absent, flag from risk.risk_indicator__attendance"
        " join marts.dim_student using (student_key)"
        " join marts.fct_attendance_to_date using (student_key) order by 1"
    ) == [("s1", 1, "yellow"), ("s2", 1, "yellow")]
    # a report of one's own, beside those of the project and for the same readers
    assert built.query(
        "select count(*), has_table_privilege(current_database() || '_reporting',"
        " 'reporting.ours', 'select') from reporting.ours"
    ) == [(2, True)]
    assert day_models.fingerprint(dbt_command.PROJECT, {}) == before
