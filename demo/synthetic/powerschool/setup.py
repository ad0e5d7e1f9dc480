"""What a school sets up before the first student: terms, calendars, courses, sections, staff."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from demo.synthetic.powerschool.numbers import (
    ATTENDANCE_CODES,
    CUTOFFS,
    DAILY,
    DISCIPLINE_LOG,
    FULL_DAY,
    GRADE_SCALE,
    GRADUATED_SCHOOL,
    POINTS,
    STAFF,
    SUBJECTS,
    TEACHER,
    Numbers,
    code,
    grade_level,
    year_id,
)

Row = dict[str, Any]
Records = dict[str, dict[str, Row]]
Made = Iterator[tuple[str, Row]]
SET_UP = "2024-08-01 08:00:00"
FLAG = {True: 1, False: 0}


class Setup:
    """The rows of the setup, and what other rows look up in it."""

    def __init__(self, records: Records, numbers: Numbers) -> None:
        self.records, self.numbers = records, numbers
        # (school, spring year, session name) -> (term id, first day, last day)
        self.sessions: dict[tuple[int, int, str], tuple[int, str, str]] = {}
        # (school, spring year, period name) -> (number, first day, last day)
        self.periods: dict[tuple[int, int, str], tuple[int, str, str]] = {}
        self.last_days: dict[tuple[int, int], str] = {}
        self.days: dict[tuple[int, str], int] = {}
        self.courses: dict[str, Row] = {}
        self.teachers: dict[int, int] = {}

    def rows(self) -> Made:
        for make in (self._schools, self._terms, self._calendars, self._attendance, self._courses,
                     self._staff, self._sections, self._codes):  # fmt: skip
            yield from make()

    def section_id(self, reference: Row) -> int:
        """The id of a section by its Ed-Fi reference."""
        names = ("localCourseCode", "schoolId", "schoolYear", "sectionIdentifier", "sessionName")
        return self.numbers.of("sections", tuple(reference[name] for name in names))

    def fte(self, school: int, spring: int) -> int:
        return self.numbers.of("fte", (school, spring))

    def _schools(self) -> Made:
        agency = next(iter(self.records["localEducationAgencies"].values()))
        for record in self.records["schools"].values():
            number = record["schoolId"]
            grades = sorted(grade_level(g["gradeLevelDescriptor"]) for g in record["gradeLevels"])
            key = self.numbers.of("schools", number)
            yield "schools", {
                "dcid": key, "id": key, "school_number": number,
                "name": record["nameOfInstitution"], "low_grade": grades[0],
                "high_grade": grades[-1], "issummerschool": 0, "state_excludefromreporting": 0,
                "abbreviation": "".join(w[0] for w in record["nameOfInstitution"].split()),
                "district_number": str(agency["localEducationAgencyId"]),
                "principal": "Test-Principal Sample", "transaction_date": SET_UP,
            }  # fmt: skip

        yield "schools", {
            "dcid": 900, "id": 900, "school_number": GRADUATED_SCHOOL,
            "name": "Graduated Students", "abbreviation": "GRAD", "low_grade": 99,
            "high_grade": 99, "state_excludefromreporting": 1, "issummerschool": 0,
        }  # fmt: skip

    def _terms(self) -> Made:
        of_year: dict[tuple[int, int], list[Row]] = {}
        for record in self.records["gradingPeriods"].values():
            of_year.setdefault(_place(record), []).append(record)
        names: dict[tuple[int, int], list[Row]] = {}
        for record in self.records["sessions"].values():
            names.setdefault(_place(record), []).append(record)
        for (school, spring), periods in sorted(of_year.items()):
            periods.sort(key=lambda record: record["periodSequence"])
            first, last = periods[0]["beginDate"], periods[-1]["endDate"]
            self.last_days[school, spring] = last
            year, here = year_id(spring), (school, spring)
            halves = sorted(names[here], key=lambda record: record["beginDate"])
            whole = halves[0]["sessionName"] if len(halves) == 1 else f"{spring - 1}-{spring}"
            yield self._term(here, 0, (whole, first, last, 1))
            for n, session in enumerate(halves, 1):
                number = n if len(halves) > 1 else 0
                begin, end = session["beginDate"], session["endDate"]
                self.sessions[school, spring, session["sessionName"]] = (
                    year * 100 + number,
                    begin,
                    end,
                )
                if number:
                    yield self._term(here, number, (session["sessionName"], begin, end, 2))
            for n, period in enumerate(periods, 1):
                begin, end = period["beginDate"], period["endDate"]
                self.periods[school, spring, period["gradingPeriodName"]] = n, begin, end
                yield self._term(here, 2 + n, (f"Quarter {n}", begin, end, 4))
                half = 0 if len(halves) == 1 else 1 + (n > 2)
                key = self.numbers.of("termbins", (school, spring, n))
                yield "termbins", {
                    "dcid": key, "id": key, "schoolid": school, "termid": year * 100 + half,
                    "yearid": year, "storecode": f"Q{n}",
                    "description": period["gradingPeriodName"], "date1": begin,
                    "date2": end, "transaction_date": SET_UP,
                }  # fmt: skip

    def _term(
        self, here: tuple[int, int], number: int, facts: tuple[str, str, str, int]
    ) -> tuple[str, Row]:
        school, spring = here
        name, first, last, portion = facts
        return "terms", {
            "dcid": self.numbers.of("terms", (*here, number)), "schoolid": school,
            "id": year_id(spring) * 100 + number, "yearid": year_id(spring), "name": name,
            "abbreviation": "".join(word[0] for word in name.split()), "firstday": first,
            "lastday": last, "portion": portion, "isyearrec": FLAG[number == 0],
            "transaction_date": SET_UP,
        }  # fmt: skip

    def _calendars(self) -> Made:
        for record in self.records["calendarDates"].values():
            here = record["calendarReference"]
            school, day = here["schoolId"], record["date"]
            event = code(record["calendarEvents"][0]["calendarEventDescriptor"])
            held = FLAG[event == "Instructional day"]
            key = self.days[school, day] = self.numbers.of("calendar_day", (school, day))
            yield "calendar_day", {
                "dcid": key, "id": key, "schoolid": school, "date_value": day, "insession": held,
                "membershipvalue": held, "a": held, "type": None if held else event[:2].upper(),
                "bell_schedule_id": self.numbers.of("bell_schedule", (school, here["schoolYear"])),
            }  # fmt: skip

    def _attendance(self) -> Made:
        for school, spring in sorted(self.last_days):
            here, year = (school, spring), year_id(spring)
            bell = self.numbers.of("bell_schedule", here)
            fte = self.fte(*here)
            yield "bell_schedule", {
                "dcid": bell, "id": bell, "schoolid": school, "year_id": year, "name": "Regular",
                "attendance_conversion_id": bell,
            }  # fmt: skip
            yield "fte", {
                "dcid": fte, "id": fte, "schoolid": school, "yearid": year, "name": "Full time",
                "fte_value": 1, "dflt_att_mode_code": DAILY, "dflt_conversion_mode_code": FULL_DAY,
            }  # fmt: skip
            for number, text, description, presence, value in ATTENDANCE_CODES:
                absent = FLAG[presence == "Absent"]
                yield "attendance_code", {
                    "dcid": self.numbers.of("attendance_code", (*here, number)), "id": number,
                    "schoolid": school, "yearid": year, "att_code": text, "sortorder": number,
                    "description": description, "presence_status_cd": presence,
                    "calculate_ada_yn": absent, "calculate_adm_yn": 1,
                }  # fmt: skip
                item = self.numbers.of("attendance_conversion_items", (*here, number))
                yield "attendance_conversion_items", {
                    "dcid": item, "id": item, "attendance_conversion_id": bell, "fteid": fte,
                    "conversion_mode_code": FULL_DAY, "input_value": number,
                    "attendance_value": value,
                }  # fmt: skip

    def _courses(self) -> Made:
        credits = {
            record["courseOfferingReference"]["localCourseCode"]: record["availableCredits"]
            for record in self.records["sections"].values()
        }
        for record in self.records["courses"].values():
            number = record["courseCode"]
            subject = code(record["academicSubjects"][0]["academicSubjectDescriptor"])
            key = self.numbers.of("courses", number)
            self.courses[number] = {
                "dcid": key, "id": key, "course_number": number,
                "course_name": record["courseTitle"], "credittype": SUBJECTS[subject],
                "sched_coursesubjectareacode": SUBJECTS[subject], "excludefromgpa": 0,
                "credit_hours": credits.get(number), "schoolid": 0, "gradescaleid": GRADE_SCALE,
                "transaction_date": SET_UP,
            }  # fmt: skip
        yield from (("courses", row) for row in self.courses.values())

    def _staff(self) -> Made:
        positions = {
            record["staffReference"]["staffUniqueId"]: code(record["staffClassificationDescriptor"])
            for record in self.records["staffEducationOrganizationAssignmentAssociations"].values()
        }
        homes: dict[str, int] = {}
        for record in self.records["staffSchoolAssociations"].values():
            unique = record["staffReference"]["staffUniqueId"]
            school = record["schoolReference"]["schoolId"]
            homes.setdefault(unique, school)
            key = self.numbers.of("schoolstaff", (unique, school))
            is_teacher = positions.get(unique) == "Teacher"
            yield "schoolstaff", {
                "dcid": key + 500, "id": key, "schoolid": school, "status": 1,
                "users_dcid": self.numbers.of("users", unique),
                "staffstatus": TEACHER if is_teacher else STAFF, "transaction_date": SET_UP,
            }  # fmt: skip
        for record in self.records["staffs"].values():
            unique = record["staffUniqueId"]
            yield "users", {
                "dcid": self.numbers.of("users", unique), "first_name": record["firstName"],
                "last_name": record["lastSurname"], "title": positions.get(unique),
                "email_addr": record["electronicMails"][0]["electronicMailAddress"],
                "teachernumber": unique, "homeschoolid": homes.get(unique),
                "loginid": f"staff{unique}", "transaction_date": SET_UP,
            }  # fmt: skip

    def _sections(self) -> Made:
        for record in self.records["staffSectionAssociations"].values():
            reference = record["sectionReference"]
            who = record["staffReference"]["staffUniqueId"], reference["schoolId"]
            self.teachers[self.section_id(reference)] = self.numbers.of("schoolstaff", who)
        for record in self.records["sections"].values():
            reference = {
                **record["courseOfferingReference"],
                "sectionIdentifier": record["sectionIdentifier"],
            }
            key = self.section_id(reference)
            school, spring = reference["schoolId"], reference["schoolYear"]
            term, begin, end = self.sessions[school, spring, reference["sessionName"]]
            teacher = self.teachers.get(key)
            yield "sections", {
                "dcid": key + 1000, "id": key, "course_number": reference["localCourseCode"],
                "section_number": record["sectionIdentifier"],
                "schoolid": school, "teacher": teacher, "att_mode_code": DAILY, "termid": term,
                "excludefromgpa": 0, "gradescaleid": GRADE_SCALE, "transaction_date": SET_UP,
            }  # fmt: skip
            if teacher is not None:  # the lead teacher stands here too
                yield "sectionteacher", {
                    "id": key, "sectionid": key, "teacherid": teacher, "roleid": 1,
                    "start_date": begin, "end_date": end, "whenmodified": SET_UP,
                }  # fmt: skip

    def _codes(self) -> Made:
        for n, (letter, points) in enumerate(POINTS.items(), 1):
            yield "gradescaleitem", {
                "dcid": n, "id": n, "gradescaleid": GRADE_SCALE, "name": letter,
                "grade_points": points, "cutoffpercentage": CUTOFFS[letter], "countsingpa": 1,
                "graduationcredit": FLAG[letter != "F"], "whenmodified": SET_UP,
            }  # fmt: skip
        kinds = [("logtype", "Discipline", DISCIPLINE_LOG), ("logtype", "Counseling", 5001)]
        kinds += [
            ("specprog", record["programName"], 6000 + self.numbers.of("programs", name))
            for record in self.records["programs"].values()
            if (name := record["programName"]) != "School Food Service"
        ]
        kinds.append(("preference", "Bell", 9001))
        for n, (category, name, number) in enumerate(kinds, 1):
            yield "gen", {"dcid": n, "id": number, "cat": category, "name": name, "schoolid": 0}
        # what the plugin must not read: a counselor's note, and a grown-up's part in an incident
        yield "log", {
            "dcid": 9_000_001, "studentid": 1, "logtypeid": 5001, "entry_date": "2026-10-01",
            "entry": "A talk that is nobody's business.",
        }  # fmt: skip
        yield "incident_person_role", {"id": 9_000_001, "incident_id": 1, "studentid": None}
        for kind, category in (("behaviorcode", "Conduct"), ("actioncode", "Action"),
                               ("participantcode", "Offender")):  # fmt: skip
            yield "incident_lu_code", {
                "lu_code_id": self.numbers.of("incident_lu_code", kind), "code_type": kind,
                "incident_category": category,
            }  # fmt: skip


def _place(record: Row) -> tuple[int, int]:
    return (
        record["schoolReference"]["schoolId"],
        record["schoolYearTypeReference"]["schoolYear"],
    )
