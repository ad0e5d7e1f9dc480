"""Rows of PowerSchool that say no more than they must."""

from __future__ import annotations

from collections.abc import Iterator

from include.sources.powerschool.tables import TABLES

# without which staging leaves the row out
MORE = {
    "attendance": {"att_mode_code": "ATT_ModeDaily"},
    "gen": {"cat": "specprog"},
    "incident_person_role": {"studentid": "1"},
    "log": {"consequence": "ISS"},
    "reenrollments": {"entrydate": "2026-09-01"},
    "schoolstaff": {"status": "1"},
    "storedgrades": {"potentialcrhrs": "1", "sectionid": "1", "grade": "W"},
    "students": {"lunchstatus": "F"},
    "studentrace": {"racecd": "W"},
    "termbins": {"storecode": "Q1"},
    "users": {"teachernumber": "1"},
}


def rows() -> Iterator[tuple[str, dict[str, str]]]:
    """A row of each table with what it needs, which all refer to each other, and nothing else."""
    samples = {"date": "2026-09-01", "moment": "2026-09-01 08:00:00"}
    for table in TABLES:
        needed = {table.key, *table.required}
        row = {c.name: samples.get(c.type, "1") for c in table.columns if c.name in needed}
        yield f"powerschool__{table.name}", row | MORE.get(table.name, {})
