"""The real Grand Bend records, through both behaviours of the API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.simulators.edfi import Behaviour, Running, Store, load_folder, serve
from include.records import Reject, Upsert
from include.sources import edfi
from tests.sources.edfi.helpers import client_for, full, read
from tests.sources.edfi.test_resources import NEVER_STORED, names_in

COUNTS = {
    "students": 960,
    "schools": 3,
    "staffs": 68,
    "studentEducationOrganizationAssociations": 960,
    "studentSchoolAssociations": 16,
    "studentSchoolAttendanceEvents": 1917,
    "studentSectionAttendanceEvents": 66,
    "studentAssessments": 1292,
    "disciplineIncidents": 21,
    "disciplineActions": 25,
    "studentSpecialEducationProgramAssociations": 97,
    "studentSchoolFoodServiceProgramAssociations": 82,
    "learningStandards": 5597,
    "sections": 532,
    # 169 lines, two of them with one id
    "courseOfferings": 168,
    "grades": 0,
}


@pytest.fixture(scope="module", params=["7.3", "5.4"])
def grand_bend(request: pytest.FixtureRequest, samples: Path) -> Iterator[Running]:
    store = Store("aggregate" if request.param == "7.3" else "id")
    load_folder(store, samples / "edfi_grand_bend", untracked_share=0.5)
    with serve(store, Behaviour(version=request.param)) as running:
        yield running


def test_every_record_arrives_and_none_is_rejected(grand_bend: Running) -> None:
    client = client_for(grand_bend, page_size=500, threads=2)
    found: dict[str, int] = {}
    with_objectives = 0
    for resource in edfi.RESOURCES:
        changes = read(full(client, resource))
        assert not [change for change in changes if isinstance(change, Reject)]
        upserts = [change for change in changes if isinstance(change, Upsert)]
        found[resource.name] = len({upsert.key for upsert in upserts})
        for upsert in upserts:
            assert not names_in(upsert.payload) & NEVER_STORED, resource.name
            with_objectives += bool(upsert.payload.get("studentObjectiveAssessments"))
    assert {name: found[name] for name in COUNTS} == COUNTS
    assert with_objectives == 114


def test_descriptors_are_derived_from_the_data(grand_bend: Running) -> None:
    client = client_for(grand_bend, page_size=500)
    resource = edfi.Resource("attendanceEventCategoryDescriptors")
    upserts = [change for change in read(full(client, resource)) if isinstance(change, Upsert)]
    codes = {upsert.payload["codeValue"] for upsert in upserts}
    assert {"Excused Absence", "Unexcused Absence", "Tardy"} <= codes
