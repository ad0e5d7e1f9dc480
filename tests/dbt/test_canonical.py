"""Sources become one in the canonical models: after them no model knows whose record it reads."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dbt import manifest as checks

# Models outside that read the staging of sources, by the entities of canonical_inputs they read.
# int_codes__unmapped looks for the codes that no canonical model knows, and calendars are compared
# in the spelling of the source (key_case). The list may only shrink: an entity that a model reads
# no more is taken out.
STILL_READ = {
    "int_assessment__unmapped_codes": {"assessment_circumstances"},
    "int_attendance__event_verdicts": {"key_case"},
    "int_attendance__span_years": {"key_case"},
    "int_calendar__attendance_days": {"key_case"},
    "int_codes__unmapped": {
        "attendance_events",
        "calendar_dates",
        "calendars",
        "course_levels",
        "course_offering_levels",
        "courses",
        "discipline_action_disciplines",
        "enrollments",
        "learning_standards",
        "marks",
        "older_student_incidents",
        "program_participations",
        "section_attendance_events",
        "section_levels",
        "staff_of_sections",
        "staff_positions",
        "student_incident_behaviors",
        "student_incident_non_offenders",
    },
}


def reads_of_staging(manifest: dict[str, Any]) -> dict[str, set[str]]:
    """By model after the canonical ones, the staging models of sources that it reads."""
    found: dict[str, set[str]] = {}
    for node in checks.models(manifest):
        if checks.room(node) in ("staging", "canonical"):
            continue
        for parent in node["depends_on"]["nodes"]:
            # the ledger and the forecast are ours, and what layouts say is of any source
            name = parent.rsplit(".", 1)[-1]
            ours = tuple(f"stg_{folder}__" for folder in checks.OUR_STAGING)
            if name.startswith("stg_") and not name.startswith(ours):
                found.setdefault(node["name"], set()).add(name)
    return found


def test_no_further_model_reads_the_staging_of_a_source(manifest: dict[str, Any]) -> None:
    inputs = checks.canonical_inputs()
    named = {
        model: {one for entity in entities for one in inputs[entity].values()}
        for model, entities in STILL_READ.items()
    }
    assert reads_of_staging(manifest) == named


def test_a_read_of_staging_is_seen() -> None:
    read = ["model.firstbell.stg_edfi__schools", "model.firstbell.stg_ops__loads"]
    read.append("model.firstbell.stg_layouts__codes")
    mart = {"name": "dim_school", "resource_type": "model", "path": "marts/core/dim_school.sql"}
    found = reads_of_staging({"nodes": {"mart": {**mart, "depends_on": {"nodes": read}}}})
    assert found == {"dim_school": {"stg_edfi__schools"}}


@pytest.mark.parametrize("column", ["source_system", "source_instance"])
def test_every_canonical_row_says_where_it_comes_from(
    manifest: dict[str, Any], column: str
) -> None:
    found = checks.models(manifest, "canonical")
    assert len(found) > 10
    assert [node["name"] for node in found if column not in node["columns"]] == []


def test_no_model_after_them_asks_which_system_a_row_is_of(manifest: dict[str, Any]) -> None:
    found = [
        node["name"]
        for node in checks.models(manifest)
        if checks.room(node) not in ("staging", "identity", "canonical")
        and "source_system" in checks.code_without_comments(node)
    ]
    assert found == []


def test_no_canonical_model_hands_on_who_defined_a_code(manifest: dict[str, Any]) -> None:
    """Codes are resolved there; the mappings of a source are what resolves them."""
    found = {
        f"{node['name']}.{name}"
        for node in checks.models(manifest, "canonical")
        for name in node["columns"]
        if name.endswith("_namespace")
    }
    assert found == {"can_code_mappings.descriptor_namespace"}
