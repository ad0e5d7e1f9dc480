"""What a night leaves behind when a delivery of files fails: a ledger that says which file."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from include import ingest, landing
from include.bind import bind
from include.connections import Connection
from include.errors import (
    AuthenticationError,
    ConfigError,
    EmptyFeedError,
    FirstbellError,
    ProtocolError,
    UnreadableFileError,
)
from include.records import Feed, FeedKind
from include.run import Run
from include.settings import Settings
from include.sources.files import LocalFile
from tests.integration.night import LATEST, House
from tests.sources.files.test_layouts import TOY


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


def test_the_outage_of_a_layout_is_over_when_it_can_be_read(
    built: House, without_layout: Run
) -> None:
    with pytest.raises(ConfigError):
        ingest.plan(without_layout, "toy")
    (Settings().own_layouts_dir / "toy.yaml").write_text(TOY)
    ingest.upgrade(without_layout)
    retired = built.query("select entity from ops.retired_feeds where source = 'toy'")
    assert retired == [("files",)]


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
    # out of the folder: nothing that a further attempt would heal
    current = in_folder(built, "of two", tmp_path, path="..")
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
