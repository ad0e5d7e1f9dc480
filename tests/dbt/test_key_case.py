"""How keys are spelled is told entity by entity: a change of one leaves what refers to others."""

from __future__ import annotations

import pytest

from include import day_models
from tests import parsed_project


@pytest.mark.parametrize(
    ("changed", "moved", "kept"),
    [
        (
            "edfi__discipline_incidents",
            {"stg_edfi__discipline_incidents", "stg_edfi__student_incidents"},
            {"stg_edfi__students", "stg_edfi__grades", "stg_powerschool__students"},
        ),
        (
            "edfi__sections",
            {"stg_edfi__sections", "stg_edfi__student_section_associations", "stg_edfi__grades"},
            {"stg_edfi__students", "stg_edfi__discipline_incidents", "stg_edfi__calendars"},
        ),
        (
            "powerschool__users",
            {"stg_powerschool__staff"},
            {"stg_powerschool__students", "stg_powerschool__courses", "stg_powerschool__grades"},
        ),
    ],
)
def test_a_change_of_one_entity_moves_no_keys_of_another(
    changed: str, moved: set[str], kept: set[str]
) -> None:
    project, _ = parsed_project.parsed(parsed_project.every_source())
    untouched = set(day_models.untouched(project, {changed}))
    assert kept <= untouched
    assert not moved & untouched
