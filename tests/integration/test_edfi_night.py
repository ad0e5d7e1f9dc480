"""A night of Ed-Fi as its tasks run it: each with a client of its own, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.simulators import edfi as simulator
from tests.integration.edfi_house import EdfiHouse, edfi_house
from tests.sources.edfi.helpers import store_of

NAMES = ("students", "sessions", "gradingPeriods", "calendars", "grades")
YEAR = {"schoolYearTypeReference": {"schoolYear": 2022}}


@pytest.fixture
def built(database_url: str, tmp_path: Path) -> Iterator[EdfiHouse]:
    """A district of 20 students, one session and three marks in an empty warehouse."""
    store = store_of(20)
    store.load("sessions", [{"sessionName": "Fall", **YEAR}])
    store.load("grades", [{"gradeTypeDescriptor": str(n)} for n in range(3)])
    with (
        simulator.serve(store) as server,
        edfi_house(database_url, server, NAMES, tmp_path) as made,
    ):
        yield made


def test_a_night_and_its_rerun_take_one_token(built: EdfiHouse) -> None:
    for run_id in ("night", "rerun"):
        plan = built.plan(run_id)
        for name in ("sessions", "students", "grades"):
            plan.read(name)
    assert built.server.tokens.issued == 1
