"""What the generator writes: the same bytes, invented people, files that the layouts know."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from demo.simulators.edfi.config import Behaviour
from demo.simulators.edfi.control import Control
from demo.simulators.edfi.data import load_folder
from demo.simulators.edfi.store import Store
from demo.simulators.faults import Faults
from demo.synthetic.advance import advance, later_days
from demo.synthetic.school_year import school_year
from demo.synthetic.settings import Plan
from demo.synthetic.write import write
from include.config import get_district

PLAN = Plan(students=400, oracle_draws=4)


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("maple_valley")
    write(folder, PLAN)
    return folder


def records(out: Path, resource: str) -> list[dict[str, object]]:
    text = (out / "edfi" / f"{resource}.000.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def test_two_runs_give_the_same_bytes(out: Path, tmp_path: Path) -> None:
    write(tmp_path, PLAN)
    assert files(tmp_path) == files(out) != {}


def test_every_person_is_visibly_invented(out: Path) -> None:
    for resource in ("students", "staffs"):
        for person in records(out, resource):
            assert str(person["firstName"]).startswith("Test-")
            assert person["lastSurname"] == "Sample"


def test_ids_are_unique_within_a_resource(out: Path) -> None:
    for path in (out / "edfi").iterdir():
        ids = [json.loads(line)["id"] for line in path.read_text().splitlines()]
        assert max(Counter(ids).values()) == 1, path.name


def test_no_latent_trait_and_no_probability_is_served(out: Path) -> None:
    served = [out / "edfi", out / "drop", out / "sftp", out / "days"]
    words = (b"stable", b"engagement", b"oracle", b"p_either", b"truth")
    for folder in served:
        for path in folder.rglob("*"):
            if path.is_file():
                assert not any(word in path.read_bytes() for word in words), path.name


def test_the_opening_knows_nothing_of_later_days(out: Path) -> None:
    for event in records(out, "studentSchoolAttendanceEvents"):
        assert str(event["eventDate"]) <= PLAN.as_of.isoformat()
    periods = {
        (
            g["gradingPeriodReference"]["schoolYear"],
            g["gradingPeriodReference"]["gradingPeriodName"],
        )  # type: ignore[index]
        for g in records(out, "grades")
    }
    assert (2027, "Quarter 1") in periods
    assert (2027, "Quarter 2") not in periods


def test_children_are_as_old_as_their_grade(out: Path) -> None:
    born = {s["studentUniqueId"]: str(s["birthDate"]) for s in records(out, "students")}
    for stay in records(out, "studentSchoolAssociations"):
        unique = stay["studentReference"]["studentUniqueId"]  # type: ignore[index]
        spring = stay["schoolYearTypeReference"]["schoolYear"]  # type: ignore[index]
        if str(stay["entryGradeLevelDescriptor"]).endswith("#Kindergarten"):
            assert f"{spring - 7}-09-01" < born[unique] <= f"{spring - 6}-09-01"


def test_later_days_cover_the_end_of_the_second_quarter(out: Path) -> None:
    days = later_days(out)
    assert days[0] == date(2026, 11, 20)
    assert len(days) >= 30
    assert days[-1] > school_year(2027).periods[1][1]
    assert set(days) <= set(school_year(2027).days)


def test_every_command_of_every_day_can_be_applied(out: Path, tmp_path: Path) -> None:
    store = Store("aggregate")
    load_folder(store, out / "edfi")
    control, given = tmp_path / "control.jsonl", {"sftp": tmp_path / "s", "drop": tmp_path / "d"}
    events, grades = "studentSchoolAttendanceEvents", "grades"
    reader, seen = Control(control), Counter[str]()
    for day in later_days(out):
        before = len(store.ids(events)), len(store.ids(grades)), store.newest
        assert advance(out, day, control=control, **given) > 0
        reader.read_new(store, Faults(), Behaviour())
        assert store.newest > before[2]
        seen["events"] += len(store.ids(events)) - before[0]
        seen["grades"] += len(store.ids(grades)) - before[1]
    assert seen["events"] > 100
    assert seen["grades"] > 300 * 4
    deleted = {name for name, table in store.tables.items() if table.deletes}
    assert deleted >= {events, "students"}
    assert store.table("studentSchoolAssociations").key_changes


def test_a_day_happens_only_once(out: Path, tmp_path: Path) -> None:
    day, given = later_days(out)[0], {"sftp": tmp_path / "s", "drop": tmp_path / "d"}
    control = tmp_path / "control.jsonl"
    assert advance(out, day, control=control, **given) > 0
    assert advance(out, day, control=control, **given) == 0


def test_every_school_submits_something_nearly_every_day(out: Path) -> None:
    days = {(e["eventDate"], e["schoolReference"]["schoolId"])  # type: ignore[index]
            for e in records(out, "studentSchoolAttendanceEvents")}  # fmt: skip
    instructional = [d for d in school_year(2027).days if d <= PLAN.as_of]
    assert len([key for key in days if str(key[0]) >= "2026-08"]) > 0.9 * 6 * len(instructional)


def test_the_district_file_loads_and_names_its_sources() -> None:
    district = get_district("maple_valley")
    assert set(district.sources) == {"edfi", "star", "map_growth"}
