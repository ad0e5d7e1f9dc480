"""/ws/v1: the district, its schools and its students, with expansions and the `q` filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from demo.simulators.powerschool.answers import counted, invalid, listed, not_found
from demo.simulators.powerschool.config import Behaviour
from demo.simulators.powerschool.fiql import where
from demo.simulators.powerschool.schema import TABLES
from demo.simulators.powerschool.store import Row, Store

STATUS = {0: ("A", "Active"), -1: ("P", "Pre-registered"), 2: ("T", "Transferred Out"),
          3: ("G", "Graduated"), 4: ("H", "Imported as Historical")}  # fmt: skip
GRADUATED_SCHOOL = 999999
_LISTS = ("school", "student", "staff", "section", "section_enrollment", "course", "term",
          "schema_table_query")  # fmt: skip


def metadata(behaviour: Behaviour, plugin_id: int = 4711) -> dict[str, Any]:
    """GET /ws/v1/metadata."""
    sizes = {f"{kind}_max_page_size": behaviour.page_size(kind) for kind in _LISTS}
    return {
        "metadata": {
            "plugin_id": plugin_id,
            "powerschool_version": behaviour.version,
            "district_timezone": behaviour.time_zone,
            **sizes,
        }
    }


def district(behaviour: Behaviour) -> dict[str, Any]:
    """GET /ws/v1/district."""
    return {
        "district": {
            "uuid": "1c1f6d32-0000-4000-8000-000000990100",
            "name": behaviour.district_name,
            "district_number": behaviour.district_number,
        }
    }


def schools(store: Store, behaviour: Behaviour, params: Mapping[str, str]) -> dict[str, Any]:
    """GET /ws/v1/district/school."""
    rows = [
        {"id": row["dcid"], "name": row["name"], "school_number": row["school_number"],
         "low_grade": row["low_grade"], "high_grade": row["high_grade"]}
        for row in _schools(store)
    ]  # fmt: skip
    page = _page(rows, behaviour, "school", params)
    return {"schools": {"@expansions": "", **listed(page, "school", behaviour)}}


def count_schools(store: Store, behaviour: Behaviour) -> dict[str, Any]:
    return counted(len(_schools(store)), behaviour)


def students(store: Store, behaviour: Behaviour, params: Mapping[str, str]) -> dict[str, Any]:
    """GET /ws/v1/district/student."""
    wanted = {name.strip() for name in params.get("expansions", "").split(",") if name.strip()}
    rows = [_student(row, wanted) for row in _students(store, params)]
    page = _page(rows, behaviour, "student", params)
    told = {"@expansions": "demographics, school_enrollment", "@extensions": ""}
    return {"students": {**told, **listed(page, "student", behaviour)}}


def count_students(store: Store, behaviour: Behaviour, params: Mapping[str, str]) -> dict[str, Any]:
    return counted(len(_students(store, params)), behaviour)


def student(store: Store, key: str, params: Mapping[str, str]) -> dict[str, Any]:
    """GET /ws/v1/student/{id}; the id is the DCID."""
    row = store.one("students", int(key)) if key.isdigit() else None
    if row is None:
        raise not_found()
    return {"student": _student(row, set(params.get("expansions", "").split(",")))}


def _schools(store: Store) -> list[Row]:
    return [r for r in store.rows("schools") if int(r["school_number"]) != GRADUATED_SCHOOL]


def _students(store: Store, params: Mapping[str, str]) -> list[Row]:
    text = params.get("q")
    for code, (letter, _) in STATUS.items():
        text = text and text.replace(f"enroll_status=={letter}", f"enroll_status=={code}")
    condition, values = where(text, TABLES["students"], {"enroll_status", "grade_level"})
    return store.select(f"select * from students where {condition} order by dcid", values)


def _student(row: Row, wanted: set[str]) -> Row:
    names = {name: row[name] for name in ("first_name", "middle_name", "last_name") if row[name]}
    found: Row = {
        "id": row["dcid"],
        "local_id": int(row["student_number"]),
        "state_province_id": row["state_studentnumber"],
        "student_username": "",
        "name": names,
    }
    if "demographics" in wanted:
        found["demographics"] = {"gender": row["gender"], "birth_date": row["dob"]}
    if "school_enrollment" in wanted:
        letter, description = STATUS[int(row["enroll_status"])]
        found["school_enrollment"] = {
            "enroll_status": letter,
            "enroll_status_description": description,
            "status_code": row["enroll_status"],
            "grade_level": row["grade_level"],
            "entry_date": row["entrydate"],
            "exit_date": row["exitdate"],
            "school_number": row["schoolid"],
            "entry_code": row["entrycode"],
            "full_time_equivelancy": {"fteid": row["fteid"], "name": "Full time"},
        }
    return found


def _page(rows: list[Row], behaviour: Behaviour, kind: str, params: Mapping[str, str]) -> list[Row]:
    most = behaviour.page_size(kind)
    try:
        page, size = int(params.get("page", "1")), int(params.get("pagesize", str(most)))
    except ValueError:
        raise invalid("paging", "page") from None
    if page < 1 or size < 1:
        raise invalid("paging", "page")
    if size > most and behaviour.over_size == "refuse":
        raise invalid("paging", "pagesize", "TooLarge")
    size = min(size, most)
    return rows[(page - 1) * size : page * size]
