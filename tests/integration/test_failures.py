"""What a night leaves behind when a source fails: a ledger that says so, and no mixed state."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from demo.simulators.edfi import Fault
from include import ingest, landing
from include.bind import bind
from include.connections import Connection
from include.errors import (
    AuthenticationError,
    ConfigError,
    EmptyFeedError,
    FirstbellError,
    ParkedFeedError,
    ProtocolError,
    UnreadableFileError,
    WrongYearError,
)
from include.orchestration import readiness
from include.records import Feed, FeedKind
from include.run import Run
from include.settings import Settings
from include.sources.files import LocalFile
from tests.integration.night import House, house

ENROLLMENTS = "studentSchoolAssociations"
FEED = Feed("edfi", "student_school_associations")
LATEST = (
    "select entity, status, load_window, error_class from ops.loads"
    " where source = '{}' order by load_id desc limit 1"
)
LIVE = (
    "select count(*) from raw.edfi__student_school_associations"
    " where superseded_by is null and not is_deleted"
)
EVENT = {"edfi": [SimpleNamespace(timestamp=datetime(2022, 5, 27, tzinfo=UTC), extra={})]}


@pytest.fixture(scope="module")
def built(pg_server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house on the stand-in, after the first read of one resource."""
    patch = pytest.MonkeyPatch()
    folder = tmp_path_factory.mktemp("failures")
    patch.setenv("FIRSTBELL_SAMPLES", str(folder / "none"))
    with house(folder / "runtime", pg_server_url, "firstbell_it_failures") as made:
        ingest.prepare(made.night("first"))
        read(made, made.night("first"))
        yield made
    patch.undo()


def read(built: House, current: Run, *names: str) -> None:
    ingest.load_groups(current, "edfi", ingest.plan(current, "edfi"), names or (ENROLLMENTS,))


def close(current: Run, *names: str) -> list[str]:
    """End a run of these resources; returns what it did not come to."""
    return ingest.close_source(current, "edfi", {"ceiling": None}, names)


def test_a_refused_first_request_holds_the_tiers_back(built: House) -> None:
    built.server.store.upsert(ENROLLMENTS, {"schoolReference": {"schoolId": 1}})
    built.server.faults.add(Fault("error", match=f"/ed-fi/{ENROLLMENTS}", status=403, times=100))
    with pytest.raises(FirstbellError):
        read(built, built.night("refused"))
    built.server.faults.clear()
    assert built.query(LATEST.format("edfi"))[0][:2] == (FEED.entity, "failed")
    assert readiness.is_held_back(built.night("refused"), EVENT)
    read(built, built.night("cleared"))
    assert not readiness.is_held_back(built.night("cleared"), EVENT)


def test_a_delta_that_deletes_a_third_is_parked_and_changes_nothing(built: House) -> None:
    before, stored = built.checksums("raw"), landing.read_watermark(built.dsn, FEED)
    known = built.server.store.ids(ENROLLMENTS)
    gone = known[: len(known) * 3 // 10]
    for record_id in gone:
        built.server.store.delete(ENROLLMENTS, record_id)
    with pytest.raises(ParkedFeedError):
        read(built, built.night("shrunk"))
    assert built.checksums("raw") == before
    assert landing.read_watermark(built.dsn, FEED) == stored
    assert readiness.is_held_back(built.night("shrunk"), EVENT)
    read(built, replace(built.night("released"), release_parked=True))
    assert built.one(LIVE) == len(known) - len(gone)
    assert not readiness.is_held_back(built.night("released"), EVENT)


def test_what_a_killed_task_did_not_read_stands_in_the_ledger(built: House) -> None:
    current = built.night("killed")
    read(built, current)
    assert close(current, ENROLLMENTS, "grades") == ["grades"]
    latest = built.query(LATEST.format("edfi"))[0]
    assert latest == ("grades", "failed", "not read", "UnreadError")
    assert readiness.is_held_back(current, EVENT)
    # the task was cleared: the feed is read, and nothing is behind any more
    read(built, current, "grades")
    assert close(current, ENROLLMENTS, "grades") == []
    assert not readiness.is_held_back(current, EVENT)


def test_a_run_that_came_to_nothing_is_one_outage_and_holds_the_tiers_back(built: House) -> None:
    current = built.night("unreachable")
    both = (ENROLLMENTS, "sessions")
    assert close(current, *both) == ["sessions"]
    assert built.query(LATEST.format("edfi"))[0] == (
        "sessions",
        "failed",
        "not read",
        "UnreadError",
    )
    assert readiness.is_held_back(current, EVENT)
    # told once, however often the task is cleared
    assert close(current, *both) == []
    read(built, current, *both)
    assert not readiness.is_held_back(current, EVENT)


def in_year(built: House, run_id: str, day: date, *school_years: int) -> Run:
    """A night of that day in a district that names these school years, or none."""
    current = built.night(run_id, day)
    source = current.district.sources["edfi"].model_copy(
        update={"school_years": list(school_years) or None}
    )
    district = current.district.model_copy(update={"sources": {"edfi": source}})
    return replace(current, district=district)


def test_an_ods_of_last_year_only_changes_nothing_and_holds_the_tiers_back(built: House) -> None:
    before = built.checksums("raw")
    july = in_year(built, "july", date(2022, 7, 5))
    for current in (july, replace(july, full_refresh=True)):
        with pytest.raises(WrongYearError, match="of school year 2022; expected some of 2023"):
            read(built, current)
    assert built.checksums("raw") == before
    assert readiness.is_held_back(july, EVENT)


def test_an_ods_that_was_rolled_over_early_is_refused_as_well(built: House) -> None:
    with pytest.raises(WrongYearError, match="of school year 2022; expected some of 2021"):
        read(built, in_year(built, "early", date(2021, 6, 20)))


def test_a_district_may_name_the_years_that_its_ods_holds(built: House) -> None:
    read(built, in_year(built, "named", date(2022, 7, 5), 2022, 2023))


def test_an_ods_of_several_years_needs_the_right_one_among_them(built: House) -> None:
    year = {"schoolYearTypeReference": {"schoolYear": 2023}}
    built.server.store.upsert("sessions", {"sessionName": "Next", **year})
    read(built, in_year(built, "several", date(2022, 7, 5)))
    read(built, in_year(built, "still", date(2022, 5, 28)))


@pytest.mark.parametrize(
    ("content", "error"),
    [(b"", EmptyFeedError), (b"PK\x03\x04 cut off", UnreadableFileError)],
    ids=["zero bytes", "truncated"],
)
def test_a_file_that_cannot_be_opened_stands_in_the_ledger(
    built: House, tmp_path: Path, content: bytes, error: type[FirstbellError]
) -> None:
    path = tmp_path / "District.zip"
    path.write_bytes(content)
    file = LocalFile(path, path.name, "0" * 64, datetime(2022, 5, 27, tzinfo=UTC))
    with pytest.raises(error):
        ingest.load(built.night("broken file"), "star", plan_of(file), "star")
    assert built.query(LATEST.format("star")) == [
        ("results", "failed", "District.zip", error.__name__)
    ]


def test_a_refused_login_at_the_vendor_stands_in_the_ledger(built: House) -> None:
    def connect(conn_id: str) -> Connection:
        found = built.connect(conn_id)
        return replace(found, password="old") if conn_id.endswith("_star") else found

    current = replace(built.night("login"), connect=connect)
    with pytest.raises(AuthenticationError):
        ingest.plan(current, "star")
    assert built.query(LATEST.format("star")) == [
        ("results", "failed", "delivery *.zip", "AuthenticationError")
    ]


def in_folder(built: House, run_id: str, folder: Path, **delivery: str) -> Run:
    """A night of a district whose i-Ready files lie in this folder."""
    current = built.night(run_id)
    source = current.district.sources["iready"]
    named = source.delivery.model_copy(update={"path": ".", **delivery})
    sources = {"iready": source.model_copy(update={"delivery": named})}

    def connect(conn_id: str) -> Connection:
        found = built.connect(conn_id)
        is_drop = conn_id == source.delivery.connection
        return replace(found, extra={"path": str(folder)}) if is_drop else found

    district = current.district.model_copy(update={"sources": sources})
    return replace(current, district=district, connect=connect)


@pytest.fixture(params=["source: [", None], ids=["broken", "missing"])
def without_layout(
    built: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Run:
    """A night with a delivered file whose layout cannot be read."""
    current = in_folder(built, f"no layout {request.param}", tmp_path, pattern="*.csv")
    monkeypatch.setenv("FIRSTBELL_DISTRICTS_DIR", str(tmp_path))
    folder = Settings().own_layouts_dir
    folder.mkdir()
    if request.param:
        (folder / "toy.yaml").write_text(request.param)
    (tmp_path / "toy.csv").write_text("a,b")
    of_layout = current.district.sources["iready"].model_copy(update={"layout": "toy"})
    district = current.district.model_copy(update={"sources": {"toy": of_layout}})
    return replace(current, district=district)


def test_a_layout_that_cannot_be_read_is_an_outage_of_its_source(
    built: House, without_layout: Run
) -> None:
    with pytest.raises(ConfigError, match=r"layout '?toy"):
        ingest.plan(without_layout, "toy")
    latest = built.query(LATEST.format("toy"))[0]
    assert latest == ("files", "failed", "delivery *.csv", "ConfigError")


def test_a_layout_that_breaks_while_its_files_are_loaded_is_no_success(
    built: House, without_layout: Run
) -> None:
    later = replace(without_layout, run_id=f"later {without_layout.run_id}")
    with pytest.raises(ConfigError, match=r"layout '?toy"):
        ingest.load(later, "toy", plan_of("toy.csv"), "toy")
    assert built.query(LATEST.format("toy"))[0] == ("files", "failed", "toy.csv", "ConfigError")


def test_feeds_of_a_layout_that_cannot_be_read_are_not_retired(
    built: House, without_layout: Run
) -> None:
    with pytest.raises(ConfigError):
        ingest.plan(without_layout, "toy")
    landing.list_retired_feeds(built.dsn, [])
    ingest.upgrade(without_layout)
    assert built.one("select count(*) from ops.retired_feeds where source = 'toy'") == 0


def test_a_vendor_that_delivers_nothing_is_no_failure_and_stands_in_the_ledger(
    built: House, tmp_path: Path
) -> None:
    current = in_folder(built, "nothing", tmp_path)
    results = ingest.load(current, "iready", ingest.plan(current, "iready"), "iready")
    assert [result.status for result in results] == ["skipped"]
    assert built.query("select entity, status, notes from ops.loads where run_id = 'nothing'") == [
        ("diagnostic_results", "skipped", {"files_delivered": 0})
    ]


def test_a_delivery_in_which_no_file_is_of_the_pattern_stands_in_the_ledger(
    built: House, tmp_path: Path
) -> None:
    (tmp_path / "renamed.csv").write_text("a,b\n")
    current = in_folder(built, "none named", tmp_path, pattern="diagnostic_*.csv")
    with pytest.raises(ProtocolError, match="1 files, none named"):
        ingest.plan(current, "iready")
    assert built.query(LATEST.format("iready")) == [
        ("diagnostic_results", "failed", "delivery diagnostic_*.csv", "ProtocolError")
    ]


def test_what_failed_of_one_of_two_deliveries_says_which(built: House, tmp_path: Path) -> None:
    current = in_folder(built, "of two", tmp_path / "gone")
    source = current.district.sources["iready"]
    twice = {"north": source, "south": source}
    district = current.district.model_copy(update={"sources": twice})
    with pytest.raises(FirstbellError):
        ingest.plan(replace(current, district=district), "north")
    assert built.query("select load_window, instance from ops.loads where run_id = 'of two'") == [
        ("north: delivery *.csv", "north")
    ]


def test_a_file_that_could_not_be_fetched_stands_in_the_ledger_on_one_line(
    built: House, tmp_path: Path
) -> None:
    (tmp_path / "a\nb.csv").symlink_to("nothing")
    current = in_folder(built, "odd", tmp_path)
    found = json.loads(json.dumps(ingest.plan(current, "iready")))  # as it travels between tasks
    with pytest.raises(UnreadableFileError, match="a link to nothing"):
        ingest.load(current, "iready", found, "iready")
    assert built.query(LATEST.format("iready")) == [
        ("diagnostic_results", "failed", r"a\x0ab.csv", "UnreadableFileError")
    ]


def test_parallel_runs_of_one_source_keep_each_others_copies(built: House, tmp_path: Path) -> None:
    (tmp_path / "diagnostic_results_ela.csv").write_text("a,b\n1,2\n")
    first = in_folder(built, "parallel 1", tmp_path)
    ours = ingest.plan(first, "iready")
    abandoned = bind(replace(first, run_id="killed"), "iready").folder
    abandoned.mkdir()
    os.utime(abandoned, (0, 0))
    theirs = ingest.plan(replace(first, run_id="parallel 2"), "iready")
    assert all(Path(file["path"]).exists() for file in [*ours["files"], *theirs["files"]])
    assert not abandoned.exists()


def test_copies_that_are_gone_are_fetched_again(built: House, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("")
    (tmp_path / "b.csv").write_text("")
    current = in_folder(built, "gone copies", tmp_path)
    found = ingest.plan(current, "iready")
    shutil.rmtree(bind(current, "iready").folder)
    (tmp_path / "b.csv").unlink()
    with pytest.raises(EmptyFeedError):
        ingest.load(current, "iready", found, "iready")
    assert built.query(
        "select load_window, error_class from ops.loads where run_id = 'gone copies' order by 1"
    ) == [("a.csv", "EmptyFeedError"), ("b.csv", "UnreachableError")]


FILES = ["SR_v2.csv", "SM_Dashboard_Standards_v2.csv"]


def plan_of(*files: LocalFile | str) -> dict[str, Any]:
    """What the fetch of these files found."""
    told = [
        {"path": str(f.path), "name": f.name, "sha256": f.sha256,
         "modified_at": f.modified_at.isoformat()}
        if isinstance(f, LocalFile) else {"name": f, "sha256": "", "path": "", "modified_at": ""}
        for f in files
    ]  # fmt: skip
    return {"files": told}


def test_a_vendors_task_that_was_killed_stands_in_the_ledger(built: House) -> None:
    current = built.night("killed_vendor")
    ingest.close_source(current, "star", plan_of(*FILES), done=[])
    assert built.query(LATEST.format("star"))[0] == ("results", "failed", FILES[0], "UnreadError")
    # what said already that it failed is not told twice; what landed, not at all
    ingest.close_source(current, "star", plan_of(*FILES), done=[])
    ingest.close_source(current, "iready", plan_of(*FILES), done=["iready"])
    assert built.one("select count(*) from ops.loads where run_id = 'killed_vendor'") == 1


def test_a_vendors_fetch_that_was_killed_stands_in_the_ledger(built: House) -> None:
    current = built.night("killed_fetch")
    ingest.close_source(current, "star", None, done=[])
    ingest.close_source(current, "star", None, done=[])
    assert built.query(
        "select source, entity, status, error_class from ops.loads where run_id = 'killed_fetch'"
    ) == [("star", "results", "failed", "UnreadError")]


def skip(built: House, current: Run, window: str) -> None:
    request = landing.LoadRequest(
        Feed("star", "results"), FeedKind.SNAPSHOT, window, current.context
    )
    landing.record_skipped(built.dsn, request)


def test_the_file_that_was_come_to_is_named_and_not_the_one_before(built: House) -> None:
    current = built.night("killed_later")
    skip(built, current, FILES[0])
    assert ingest.close_source(current, "star", plan_of(*FILES), done=[]) == [FILES[1]]
    assert built.query(LATEST.format("star"))[0][:2] == ("standards", "failed")


def test_a_killed_delivery_is_told_whatever_another_of_its_layout_loaded(built: House) -> None:
    current = built.night("killed beside")
    star = current.district.sources["star"]
    district = current.district.model_copy(update={"sources": {"star": star, "beside": star}})
    current = replace(current, district=district)
    skip(built, current, FILES[0])
    ingest.close_source(current, "beside", None, done=[])
    told = [("beside: delivery " + star.delivery.pattern, "failed")]
    listed = "select load_window, status from ops.loads where run_id = 'killed beside' and {}"
    assert built.query(listed.format("status = 'failed'")) == told
    later = replace(current, run_id="killed beside later")
    skip(built, later, FILES[0])
    ingest.close_source(later, "beside", plan_of(*FILES), done=[])
    # one outage, as of a delivery alone
    assert built.query(
        "select load_window from ops.loads where run_id = 'killed beside later'"
        " and status = 'failed'"
    ) == [(f"beside: {FILES[0]}",)]


def test_an_archive_of_which_only_some_members_were_read_stands_in_the_ledger(
    built: House,
) -> None:
    current = built.night("killed_within")
    skip(built, current, "District.zip!SR_v2.csv")
    assert ingest.close_source(current, "star", plan_of("District.zip"), done=["star"]) == []
    found = ingest.close_source(current, "star", plan_of("District.zip"), done=[])
    assert found == ["District.zip"]


def test_a_run_that_was_cleared_and_killed_again_is_noticed(built: House) -> None:
    current, both = built.night("again"), ("schools", "grades")
    read(built, current, *both)
    assert close(current, *both) == []
    # cleared with `plan`: the ceiling is higher, and only one of the two is read up to it
    built.server.store.upsert("grades", {"gradeTypeDescriptor": "x"})
    read(built, current, "schools")
    assert close(current, *both) == ["grades"]


def test_a_ledger_that_is_out_of_reach_keeps_nobody_from_going_on(
    built: House, caplog: pytest.LogCaptureFixture
) -> None:
    gone = replace(built.night("gone"), connect=lambda conn_id: Connection(
        conn_id=conn_id, host="127.0.0.1", port=1, login="x", schema="x"
    ))  # fmt: skip
    ingest.note_end(gone, "edfi", {"ceiling": None})
    assert caplog.text.count("the ledger was not completed (OperationalError)") == 2
    ingest.note_end(built.night("gone"), "edfi", {"ceiling": None}, ["no such resource"])
    assert caplog.text.count("the ledger was not completed (ConfigError)") == 1


def test_two_schools_that_vanish_are_parked_and_what_belongs_to_them_waits(built: House) -> None:
    current, store = built.night("schools seen"), built.server.store
    for number in range(4):
        store.upsert("schools", {"schoolId": 900 + number, "nameOfInstitution": f"Test {number}"})
    office = {"localEducationAgencyId": 90, "nameOfInstitution": "Test Office"}
    for number in range(20):
        store.upsert("localEducationAgencies", {**office, "localEducationAgencyId": 90 + number})
    read(built, current, "organization")
    schools = store.ids("schools")
    for record_id in schools[: len(schools) // 2]:
        store.delete("schools", record_id)
    store.delete("localEducationAgencies", store.ids("localEducationAgencies")[0])

    current = built.night("schools gone")
    with pytest.raises(ParkedFeedError, match="at most 1 records or 10 %"):
        read(built, current, "organization")

    waiting = built.query(
        "select entity, status from ops.loads where run_id = 'schools gone' order by load_id"
    )
    assert waiting == [("schools", "parked"), ("local_education_agencies", "parked")]
