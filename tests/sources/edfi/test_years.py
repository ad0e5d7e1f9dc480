"""Which school years an ODS holds, as its sessions, grading periods and calendars say."""

from __future__ import annotations

from demo.simulators.edfi import Running
from include.sources import edfi
from tests.sources.edfi.helpers import client_for


def dated(name: str, year: int | str) -> dict[str, object]:
    return {"sessionName": name, "schoolYearTypeReference": {"schoolYear": year}}


def years(server: Running, *wanted: int) -> set[int]:
    client = client_for(server)
    return edfi.school_years(client, client.newest_change_version(), wanted)


def test_all_years_are_named_when_none_of_them_is_wanted(server: Running) -> None:
    server.store.load("sessions", [dated("a", 2025)])
    server.store.load("gradingPeriods", [dated("b", "2024")], untracked=False)
    server.store.load("calendars", [dated("c", 2026)])
    assert years(server, 2027) == {2024, 2025, 2026}


def test_reading_ends_with_the_wanted_year(server: Running) -> None:
    server.store.load("sessions", [dated(str(n), 2027 if n == 0 else 2026) for n in range(60)])
    assert 2027 in years(server, 2027)
    assert not [asked for asked in server.requests if "gradingPeriods" in asked]


def test_an_ods_without_dated_records_names_no_year(server: Running) -> None:
    assert years(server, 2027) == set()
