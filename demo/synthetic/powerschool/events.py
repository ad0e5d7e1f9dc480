"""Rows that follow from one record: seats in sections, marks, attendance, discipline."""

from __future__ import annotations

from datetime import date, timedelta

from demo.synthetic.powerschool.numbers import (
    ACTIONS,
    DAILY,
    DISCIPLINE_LOG,
    POINTS,
    Numbers,
    attendance_code,
    code,
    day_after,
    evening,
    year_id,
)
from demo.synthetic.powerschool.setup import SET_UP, Made, Row, Setup

# the office stores the marks of a period a week after its end
STORED_AFTER = timedelta(days=7)
NO_GRADE = "--"


class Events:
    """Makes rows from single records."""

    def __init__(self, setup: Setup, numbers: Numbers) -> None:
        self.setup, self.numbers = setup, numbers

    def student(self, unique: str) -> int:
        return self.numbers.of("students", unique)

    def seat(self, record: Row, day: str) -> Made:
        """A place in a section; whoever left before its end was dropped: a negative section."""
        reference = record["sectionReference"]
        section = self.setup.section_id(reference)
        place = reference["schoolId"], reference["schoolYear"]
        term, _, last = self.setup.sessions[(*place, reference["sessionName"])]
        sign = 1 if record["endDate"] >= last else -1
        key = self.numbers.of("cc", record["id"])
        who = self.student(record["studentReference"]["studentUniqueId"])
        written = record["beginDate"] if sign > 0 else record["endDate"]
        yield "cc", {
            "dcid": key + 2000, "id": key, "studentid": who, "sectionid": sign * section,
            "schoolid": place[0], "termid": sign * term, "dateenrolled": record["beginDate"],
            "dateleft": day_after(record["endDate"]), "course_number": reference["localCourseCode"],
            "section_number": reference["sectionIdentifier"],
            "teacherid": self.setup.teachers.get(section), "studyear": year_id(place[1]) * 100,
            "transaction_date": evening(written),
        }  # fmt: skip
        # the gradebook has a line for the running period before there is a mark
        if not reference["localCourseCode"].startswith("HOME"):
            for (school, spring, _), (n, begin, end) in self.setup.periods.items():
                if (school, spring) == place and begin <= day <= end and record["endDate"] >= day:
                    yield self._live((who, section, n), (begin, end), NO_GRADE, None, day)

    def mark(self, record: Row, day: str) -> Made:
        """A mark in the gradebook, and as stored once the office has stored it."""
        seat, period = (
            record["studentSectionAssociationReference"],
            record["gradingPeriodReference"],
        )
        section = self.setup.section_id(seat)
        school, spring = seat["schoolId"], seat["schoolYear"]
        n, begin, end = self.setup.periods[school, spring, period["gradingPeriodName"]]
        who = self.student(seat["studentUniqueId"])
        letter, value = record["letterGradeEarned"], record.get("numericGradeEarned")
        yield self._live((who, section, n), (begin, end), letter, value, end)
        stored = self.stored_on(record)
        if stored > day:
            return
        course = self.setup.courses[seat["localCourseCode"]]
        yield "storedgrades", {
            "dcid": self.numbers.of("storedgrades", (who, section, n)), "studentid": who,
            "sectionid": section, "schoolid": school, "termid": year_id(spring) * 100 + 2 + n,
            "storecode": f"Q{n}", "datestored": stored, "grade": letter, "percent": value,
            "gpa_points": POINTS.get(letter),
            # credit is stored with the whole course, not with a quarter of it
            "earnedcrhrs": 0, "potentialcrhrs": 0,
            "course_number": course["course_number"], "course_name": course["course_name"],
            "credit_type": course["credittype"], "excludefromgpa": 0,
            "gradescale_name": "Standard", "transaction_date": evening(stored),
        }  # fmt: skip

    def stored_on(self, record: Row) -> str:
        """The day on which the office stores a mark."""
        period, seat = (
            record["gradingPeriodReference"],
            record["studentSectionAssociationReference"],
        )
        place = seat["schoolId"], seat["schoolYear"], period["gradingPeriodName"]
        end = self.setup.periods[place][2]
        return (date.fromisoformat(end) + STORED_AFTER).isoformat()

    def _live(
        self,
        what: tuple[int, int, int],
        period: tuple[str, str],
        grade: str,
        percent: float | None,
        day: str,
    ) -> tuple[str, Row]:
        who, section, n = what
        key = self.numbers.of("pgfinalgrades", what)
        return "pgfinalgrades", {
            "dcid": key, "id": key, "studentid": who, "sectionid": section,
            "finalgradename": f"Q{n}", "startdate": period[0], "enddate": period[1],
            "grade": grade, "percent": percent or 0, "lastgradeupdate": day, "isexempt": 0,
            "isincomplete": 0, "transaction_date": evening(day),
        }  # fmt: skip

    def absence(self, record: Row) -> Made:
        """An exception of a day; one row by student, school and day, whatever becomes of it."""
        session, day = record["sessionReference"], record["eventDate"]
        unique = record["studentReference"]["studentUniqueId"]
        school, spring = session["schoolId"], session["schoolYear"]
        category = record["attendanceEventCategoryDescriptor"]
        yield "attendance", {
            "id": self.numbers.of("attendance", (unique, school, day)),
            "studentid": self.student(unique), "schoolid": school, "yearid": year_id(spring),
            "att_date": day, "att_mode_code": DAILY,
            "attendance_codeid": attendance_code(category, record["eventDuration"]),
            "calendar_dayid": self.setup.days.get((school, day)), "transaction_date": evening(day),
        }  # fmt: skip

    def incident(self, behavior: Row, incident: Row, action: Row | None) -> Made:
        """A student's part in an incident, in the log and in incident management."""
        who = self.student(behavior["studentReference"]["studentUniqueId"])
        school, day = incident["schoolReference"]["schoolId"], incident["incidentDate"]
        n = self.numbers.of("incident", behavior["id"])
        kind = code(action["disciplines"][0]["disciplineDescriptor"]) if action else None
        days = action["actualDisciplineActionLength"] if action else None
        acted = action["disciplineDate"] if action else None
        yield "log", {
            "dcid": n, "studentid": who, "schoolid": school, "logtypeid": DISCIPLINE_LOG,
            "entry_date": day, "entry": "A sentence that nobody needs.", "subtype": "SCC",
            "consequence": ACTIONS[kind] if kind else None, "discipline_incidentdate": day,
            "discipline_actiondate": acted, "discipline_durationassigned": days,
            "discipline_durationactual": days, "discipline_reporter": "Test-Teacher Sample",
        }  # fmt: skip
        yield "incident", {
            "incident_id": n, "school_number": school, "incident_ts": f"{day} 11:00:00",
            "incident_title": "A sentence that nobody needs.",
        }  # fmt: skip
        yield from self._detail(n, "behaviorcode", "School Code of Conduct")
        yield from self._detail(n, "participantcode", "Offender")
        yield "incident_person_role", {
            "id": n, "incident_id": n, "studentid": who,
            "role_incident_detail_id": self.numbers.of("incident_detail", (n, "participantcode")),
        }  # fmt: skip
        if action and kind:
            yield from self._detail(n, "actioncode", kind)
            detail = self.numbers.of("incident_detail", (n, "actioncode"))
            yield "incident_action", {
                "action_incident_detail_id": detail, "incident_id": n,
                "action_plan_begin_dt": acted, "duration_assigned": days, "duration_actual": days,
            }  # fmt: skip

    def _detail(self, incident: int, kind: str, what: str) -> Made:
        looked_up = self.numbers.of("incident_lu_code", kind)
        sub_code = self.numbers.of("incident_lu_sub_code", (kind, what))
        yield "incident_lu_sub_code", {
            "lu_sub_code_id": sub_code, "lu_code_id": looked_up, "short_desc": what,
            "sub_category": what,
        }  # fmt: skip
        yield "incident_detail", {
            "incident_detail_id": self.numbers.of("incident_detail", (incident, kind)),
            "incident_id": incident, "lu_code_id": looked_up, "lu_sub_code_id": sub_code,
        }  # fmt: skip


__all__ = ["SET_UP", "Events"]
