"""The derived PowerSchool as it stands on a day, and how it moves on with Ed-Fi's records."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from demo.simulators.edfi.keys import rename
from demo.simulators.powerschool.schema import CHANGED, changed_column, key_of
from demo.synthetic.powerschool.events import Events
from demo.synthetic.powerschool.numbers import PRESENT, Numbers, evening
from demo.synthetic.powerschool.setup import Made, Records, Row, Setup
from demo.synthetic.powerschool.students import Students

ATTENDANCE = "studentSchoolAttendanceEvents"
BEHAVIORS, ACTIONS = "studentDisciplineIncidentBehaviorAssociations", "disciplineActions"
OF_STUDENT = frozenset(
    {
        "students",
        "studentEducationOrganizationAssociations",
        "studentSchoolAssociations",
        "studentSpecialEducationProgramAssociations",
        "studentSchoolFoodServiceProgramAssociations",
        "studentLanguageInstructionProgramAssociations",
    }
)
Owner = tuple[str, Hashable]
Place = tuple[str, int]


class System:
    """All rows by table and key, each made by one owner: a student, a seat, a mark, a day."""

    def __init__(self, records: Records, day: str) -> None:
        self.records, self.day = records, day
        self.numbers = Numbers()
        self.setup = Setup(records, self.numbers)
        self.rows: dict[Place, Row] = {}
        self._students = Students(self.setup, self.numbers)
        self._events = Events(self.setup, self.numbers)
        self._made: dict[Owner, set[Place]] = {}
        self._maker: dict[Place, Owner] = {}
        self._by_student: dict[str, dict[str, dict[str, Row]]] = {}
        self._absences: dict[Hashable, dict[str, Row]] = {}
        self._to_store: dict[str, str] = {}
        self._keep(("setup", 0), self.setup.rows())
        touched: dict[Owner, None] = {}
        for resource, found in records.items():
            for record in found.values():
                touched |= dict.fromkeys(self._take(resource, record))
        for owner in touched:
            self._keep(owner, self._make(owner))

    def move_on(self, day: str, commands: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Let a day happen in Ed-Fi's words; returns what happens in PowerSchool's."""
        self.day = day
        touched: dict[Owner, None] = {}
        for command in commands:
            touched |= dict.fromkeys(self._apply(command))
        due = [key for key, stored in self._to_store.items() if stored <= day]
        touched |= dict.fromkeys(("grades", key) for key in due)
        for key in due:
            del self._to_store[key]
        found: list[dict[str, Any]] = []
        for owner in touched:
            found += self._keep(owner, self._make(owner))
        return found

    def _apply(self, command: dict[str, Any]) -> list[Owner]:
        ((what, given),) = command.items()
        resource = given["resource"]
        known = self.records.setdefault(resource, {})
        if what == "upsert":
            record = given["record"]
            old = known.get(record["id"])
            gone = self._drop(resource, old) if old else []
            known[record["id"]] = record
            return [*gone, *self._take(resource, record)]
        old = known[given["record_id"]]
        gone = self._drop(resource, old)
        if what == "delete":
            del known[old["id"]]
            return gone
        changed = known[old["id"]] = rename(old, given["new"])
        return [*gone, *self._take(resource, changed)]

    def _take(self, resource: str, record: Row) -> list[Owner]:
        """Index a record; returns whose rows it changes."""
        owners = self._owners(resource, record)
        for kind, what in owners:
            if kind == "student":
                told = self._by_student.setdefault(str(what), {})
                told.setdefault(resource, {})[record["id"]] = record
            elif kind == "absence":
                self._absences.setdefault(what, {})[record["id"]] = record
            elif kind == "grades":
                stored = self._events.stored_on(record)
                if stored > self.day:
                    self._to_store[record["id"]] = stored
        return owners

    def _drop(self, resource: str, record: Row) -> list[Owner]:
        owners = self._owners(resource, record)
        for kind, what in owners:
            if kind == "student":
                self._by_student[str(what)].get(resource, {}).pop(record["id"], None)
            elif kind == "absence":
                self._absences[what].pop(record["id"], None)
        return owners

    def _owners(self, resource: str, record: Row) -> list[Owner]:
        if resource in OF_STUDENT:
            reference = record.get("studentReference", record)
            return [("student", reference["studentUniqueId"])]
        if resource == ATTENDANCE:
            school = record["schoolReference"]["schoolId"]
            unique = record["studentReference"]["studentUniqueId"]
            return [("absence", (unique, school, record["eventDate"]))]
        if resource in (BEHAVIORS, ACTIONS):
            # the synthetic district numbers both parts of an incident alike
            return [("incident", record["id"][2:])]
        if resource in ("studentSectionAssociations", "grades"):
            return [(resource, record["id"])]
        return []

    def _make(self, owner: Owner) -> Made:
        kind, what = owner
        if kind == "student":
            told = {
                name: list(found.values()) for name, found in self._by_student[str(what)].items()
            }
            yield from self._students.rows(str(what), told, self.day)
        elif kind == "absence":
            for record in list(self._absences[what].values())[:1]:
                yield from self._events.absence(record)
        elif kind == "incident":
            yield from self._incident(str(what))
        else:
            found = self.records[kind].get(str(what))
            if found is not None and kind == "studentSectionAssociations":
                yield from self._events.seat(found, self.day)
            elif found is not None and kind == "grades":
                yield from self._events.mark(found, self.day)

    def _incident(self, tail: str) -> Made:
        behavior = self.records[BEHAVIORS].get(f"09{tail}")
        incident = self.records["disciplineIncidents"].get(f"08{tail}")
        if behavior is not None and incident is not None:
            action = self.records[ACTIONS].get(f"0a{tail}")
            yield from self._events.incident(behavior, incident, action)

    def _keep(self, owner: Owner, made: Made) -> list[dict[str, Any]]:
        """Replace what an owner made before; returns the differences as commands."""
        before = self._made.get(owner, set())
        now: set[Place] = set()
        commands = []
        for table, row in made:
            place = table, int(row[key_of(table)])
            # an empty line of the gradebook never replaces a mark
            if self._maker.get(place, owner)[0] == "grades" and owner[0] != "grades":
                continue
            now.add(place)
            self._maker[place] = owner
            old = self.rows.get(place)
            if old is not None and _facts(old) == _facts(row):
                continue
            self.rows[place] = row
            commands.append({"upsert": {"table": table, "row": self._stamped(table, row)}})
        for place in sorted(before - now):
            if self._maker.get(place) == owner:
                commands.append(self._gone(place))
        self._made[owner] = now
        return commands

    def _stamped(self, table: str, row: Row) -> Row:
        changed = changed_column(table)
        return {**row, changed: evening(self.day)} if changed else row

    def _gone(self, place: Place) -> dict[str, Any]:
        table, key = place
        row = self.rows.pop(place)
        # some offices delete a mistaken absence, others set the day to present
        if table == "attendance" and key % 2:
            present = {**row, "attendance_codeid": PRESENT}
            self.rows[place] = present
            return {"upsert": {"table": table, "row": self._stamped(table, present)}}
        del self._maker[place]
        return {"delete": {"table": table, "key": key}}


def _facts(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in CHANGED}
