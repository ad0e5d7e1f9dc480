"""The derived PowerSchool tells of the same district as the Ed-Fi records, day after day."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.simulators import edfi
from demo.simulators.edfi.control import Control as EdfiControl
from demo.simulators.faults import Faults
from demo.simulators.powerschool import Behaviour, Store, load_folder, serve
from demo.simulators.powerschool.control import Control
from demo.synthetic.powerschool.derive import derive
from demo.synthetic.powerschool.numbers import ATTENDANCE_CODES, EXITS, code
from demo.synthetic.settings import Plan
from demo.synthetic.write import write
from include.records import Upsert
from include.sources.powerschool.stream import PowerSchoolStream
from include.sources.powerschool.tables import TABLES, Table
from tests.sources.powerschool.helpers import PLUGIN, VALUES, client_for

Records = list[dict[str, Any]]


class Both:
    """Both student systems on the same evening."""

    def __init__(self, folder: Path) -> None:
        self.edfi, self.store = edfi.Store(), Store()
        edfi.load_folder(self.edfi, folder / "edfi")
        load_folder(self.store, folder / "powerschool")
        self.folder = folder

    def play(self) -> None:
        """Let every later school day happen in both."""
        faults = Faults()
        for path in sorted((self.folder / "days").glob("*.jsonl")):
            EdfiControl(path).read_new(self.edfi, faults, edfi.Behaviour())
            # the log and incident management at once, so that both can be compared
            Control(self.folder / "powerschool" / "days" / path.name).read_new(
                self.store, faults, Behaviour()
            )

    def records(self, resource: str) -> Records:
        return [row.record for row in self.edfi.tables[resource].rows.values()]

    def numbers(self) -> dict[int, str]:
        return {row["id"]: str(row["student_number"]) for row in self.store.rows("students")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("maple_valley")
    write(folder, Plan(students=200, oracle_draws=0), workers=1)
    derive(folder)
    return folder


@pytest.fixture(scope="module", params=["opening", "last day"])
def both(request: pytest.FixtureRequest, folder: Path) -> Both:
    found = Both(folder)
    if request.param == "last day":
        found.play()
    return found


def student(record: dict[str, Any]) -> str:
    return str(record["studentReference"]["studentUniqueId"])


def test_the_same_children_with_the_same_names_and_birth_dates(both: Both) -> None:
    names = ("studentUniqueId", "firstName", "lastSurname", "birthDate")
    expected = {tuple(record[name] for name in names) for record in both.records("students")}
    columns = ("student_number", "first_name", "last_name", "dob")
    found = {tuple(row[name] for name in columns) for row in both.store.rows("students")}
    assert found == expected


def test_the_same_days_of_absence_by_code(both: Both) -> None:
    expected = Counter(
        (
            student(record),
            record["schoolReference"]["schoolId"],
            record["eventDate"],
            code(record["attendanceEventCategoryDescriptor"]),
            record["eventDuration"],
        )
        for record in both.records("studentSchoolAttendanceEvents")
    )
    words = {
        2: ("Unexcused Absence", 1.0),
        3: ("Excused Absence", 1.0),
        4: ("Tardy", 1.0),
        5: ("Unexcused Absence", 0.5),
        6: ("Excused Absence", 0.5),
    }
    numbers = both.numbers()
    found = Counter(
        (numbers[row["studentid"]], row["schoolid"], row["att_date"], *words[kind])
        for row in both.store.rows("attendance")
        if (kind := row["attendance_codeid"]) != ATTENDANCE_CODES[0][0]
    )
    assert found == expected


def test_the_same_enrolments_with_the_first_day_that_is_not_one_as_their_exit(both: Both) -> None:
    expected = Counter(
        (
            student(record),
            record["schoolReference"]["schoolId"],
            record["entryDate"],
            record.get("exitWithdrawDate"),
        )
        for record in both.records("studentSchoolAssociations")
    )
    numbers, ended = both.numbers(), set(EXITS.values())
    rows = [{**row, "studentid": row["id"]} for row in both.store.rows("students")]
    found: Counter[tuple[object, ...]] = Counter()
    for row in [*rows, *both.store.rows("reenrollments")]:
        if row["schoolid"] == 999999:  # a graduate: the enrolment stands among the earlier ones
            continue
        last = date.fromisoformat(row["exitdate"]) - timedelta(days=1)
        left = last.isoformat() if row["exitcode"] in ended else None
        found[numbers[row["studentid"]], row["schoolid"], row["entrydate"], left] += 1
    assert found == expected


def test_the_same_children_have_free_meals_in_all_their_enrolments(both: Both) -> None:
    served = both.records("studentSchoolFoodServiceProgramAssociations")
    expected = {student(record) for record in served}
    numbers = both.numbers()
    current = [(row["id"], row["lunchstatus"]) for row in both.store.rows("students")]
    earlier = [(row["studentid"], row["lunchstatus"]) for row in both.store.rows("reenrollments")]
    found = {numbers[who] for who, status in [*current, *earlier] if status == "F"}
    assert found == expected
    assert all((status == "F") == (numbers[who] in expected) for who, status in earlier)


def test_the_same_marks_in_the_gradebook(both: Both) -> None:
    expected: Counter[tuple[object, ...]] = Counter()
    for record in both.records("grades"):
        seat, period = (
            record["studentSectionAssociationReference"],
            record["gradingPeriodReference"],
        )
        expected[
            seat["studentUniqueId"], seat["localCourseCode"], seat["schoolId"],
            seat["schoolYear"], period["gradingPeriodName"][-1], record["letterGradeEarned"],
        ] += 1  # fmt: skip
    numbers = both.numbers()
    sections = {row["id"]: row for row in both.store.rows("sections")}
    found = Counter(
        (
            numbers[row["studentid"]], section["course_number"], section["schoolid"],
            section["termid"] // 100 + 1991, row["finalgradename"][-1], row["grade"],
        )
        for row in both.store.rows("pgfinalgrades")
        if row["grade"] != "--" and (section := sections[row["sectionid"]])
    )  # fmt: skip
    assert found == expected


def test_the_same_incidents_and_actions(both: Both) -> None:
    expected = Counter(
        student(record) for record in both.records("studentDisciplineIncidentBehaviorAssociations")
    )
    numbers = both.numbers()
    log = [row for row in both.store.rows("log") if row["logtypeid"] == -100000]
    assert Counter(numbers[row["studentid"]] for row in log) == expected
    acted = [row for row in log if row["consequence"]]
    assert len(acted) == len(both.records("disciplineActions"))


def test_a_dropped_seat_has_a_negative_section_and_term(both: Both) -> None:
    sessions = {
        (s["schoolReference"]["schoolId"], s["sessionName"]): s["endDate"]
        for s in both.records("sessions")
    }
    seats = both.records("studentSectionAssociations")
    expected = sum(
        record["endDate"] < sessions[reference["schoolId"], reference["sessionName"]]
        for record in seats
        if (reference := record["sectionReference"])
    )
    rows = both.store.rows("cc")
    assert len(rows) == len(seats)
    dropped = [row for row in rows if row["sectionid"] < 0]
    assert len(dropped) == expected > 0
    assert all(row["termid"] < 0 for row in dropped)


def test_marks_are_stored_a_week_after_their_period(both: Both) -> None:
    stored = {
        (row["studentid"], row["sectionid"], row["storecode"])
        for row in both.store.rows("storedgrades")
    }
    opened = both.store.rows("pgfinalgrades")
    waiting = [
        row
        for row in opened
        if row["grade"] != "--"
        and (row["studentid"], row["sectionid"], row["finalgradename"]) not in stored
    ]
    last = max(row["att_date"] for row in both.store.rows("attendance"))
    assert stored
    assert all(row["enddate"] > str(date.fromisoformat(last) - timedelta(8)) for row in waiting)


def test_two_runs_give_the_same_bytes(both: Both) -> None:
    folder = both.folder / "powerschool"
    before = {path.name: path.read_bytes() for path in folder.rglob("*.jsonl")}
    derive(both.folder)
    assert {path.name: path.read_bytes() for path in folder.rglob("*.jsonl")} == before


def test_the_days_move_the_moments_of_what_they_write(both: Both) -> None:
    path = next(iter(sorted((both.folder / "powerschool" / "days").glob("*.jsonl"))))
    moments = {
        row["transaction_date"]
        for line in path.read_text(encoding="utf-8").splitlines()
        for command in [json.loads(line)]
        if (row := command.get("upsert", {}).get("row")) and "transaction_date" in row
    }
    assert moments == {f"{path.stem} 16:30:00"}


def wanted(store: Store, table: Table) -> dict[str, dict[str, str]]:
    """What a reader must hold of a table: its columns as text, without what is empty."""
    rows = store.rows(table.name)
    if table.name == "log":
        rows = [row for row in rows if row["logtypeid"] == VALUES["log_type"]]
    elif table.name == "gen":
        rows = [row for row in rows if row["cat"] in ("logtype", "specprog")]
    elif table.name == "incident_person_role":
        rows = [row for row in rows if row["studentid"] is not None]
    return {str(row[table.key]): _record(row, table) for row in rows}


def _record(row: dict[str, Any], table: Table) -> dict[str, str]:
    values = {column.name: row[column.name] for column in table.columns}
    return {
        name: f"{value:g}" if isinstance(value, float) else str(value)
        for name, value in values.items()
        if value not in (None, "")
    }


def test_every_night_of_the_reader_ends_with_what_powerschool_holds(
    folder: Path, tmp_path: Path
) -> None:
    store, behaviour = Store(), Behaviour(max_page=2000)
    load_folder(store, folder / "powerschool")
    held: dict[str, dict[str, dict[str, str]]] = {table.name: {} for table in TABLES}
    cursors: dict[str, str | None] = {}
    control = tmp_path / "control.jsonl"
    days = sorted((folder / "powerschool" / "days").glob("*.jsonl"))
    first = datetime.fromisoformat(days[0].stem).date()
    with serve(store, PLUGIN, behaviour, control=control) as server:
        client = client_for(server, page_size=2000)
        tables = [t for t in TABLES if t.discipline != "incident"]
        for night, played in enumerate([[], days[:6]]):
            with control.open("ab") as file:
                for path in played:
                    file.write(path.read_bytes())
            today = first + timedelta(days=night)
            for table in tables:
                _read(client, table, held, cursors, today)
                assert held[table.name] == wanted(store, table), (table.name, night)


def _read(
    client: Any,
    table: Table,
    held: dict[str, dict[str, dict[str, str]]],
    cursors: dict[str, str | None],
    today: date,
) -> None:
    """Read a table as a night does: what changed, and all of it where the count says so."""
    from include.sources.powerschool.cursor import Cursor

    stored = cursors.get(table.name)
    for since in (Cursor.parse(stored) if stored else None, None):
        found = PowerSchoolStream(client, table, VALUES, today=today, since=since)
        known = dict(held[table.name]) if found.is_delta else {}
        for batch in found.batches():
            for change in batch:
                assert isinstance(change, Upsert), change
                known[change.key] = dict(change.payload)
        holds = found.holds()
        if holds is None or len(known) == holds.most:
            break
    held[table.name], cursors[table.name] = known, found.told().watermark
