"""Which tables of PowerSchool the rows of one refer to."""

from __future__ import annotations

from include.sources.powerschool.tables import TABLES, Table
from include.sources.references import reached

# by the column that holds the other row's number; `enrollment_schoolid` of a student is a school's
_REFERRED = {
    "action_incident_detail_id": "incident_detail",
    "attendance_codeid": "attendance_code",
    "bell_schedule_id": "bell_schedule",
    "ccid": "cc",
    "course_number": "courses",
    "enrollment_schoolid": "schools",
    "fteid": "fte",
    "incident_id": "incident",
    "lu_code_id": "incident_lu_code",
    "lu_sub_code_id": "incident_lu_sub_code",
    "programid": "gen",
    "role_incident_detail_id": "incident_detail",
    "schoolid": "schools",
    "sectionid": "sections",
    "studentid": "students",
    "teacherid": "schoolstaff",
    "termid": "terms",
    "users_dcid": "users",
}


def refers_to(table: Table) -> set[str]:
    """The tables whose rows this one names."""
    named = {_REFERRED[c.name] for c in table.columns if c.name in _REFERRED}
    return (named & {t.name for t in TABLES}) - {table.name}


def together(table: Table) -> frozenset[str]:
    """The entities beside which, parked, this one deletes nothing: those of its group, and those
    that it refers to, itself or through others."""
    names = {t.name for t in TABLES if t.group == table.group}
    names |= reached({t.name: refers_to(t) for t in TABLES}, table.name)
    return frozenset(t.feed.entity for t in TABLES if t.name in names)
