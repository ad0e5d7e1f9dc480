"""A night of Ed-Fi as its tasks run it: each with a client of its own, one after the other."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from demo.simulators import edfi as simulator
from demo.simulators.edfi import Fault
from include import ingest, night, transform
from include.connections import Connection
from include.errors import FirstbellError, ServerError, TokenRefusedError, UnreachableError
from include.landing import runs
from include.run import Run
from include.sources.files.config import FilesConfig, FolderDelivery
from include.sources.files.fetch import fetch
from tests.integration.edfi_house import EdfiHouse, edfi_house
from tests.sources.edfi.helpers import store_of

NAMES = ("students", "sessions", "gradingPeriods", "calendars", "grades")
ONE_GROUP = ("sessions", "gradingPeriods", "calendars")
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


def closed(built: EdfiHouse) -> Connection:
    """The API's connection after the host went down."""
    found = built.connect("grand_bend_edfi")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return replace(found, host=f"http://127.0.0.1:{port}")


def behind(current: Run) -> dict[str, tuple[str, ...]]:
    found = ingest.half_loaded(current.district, current.dsn)
    return {source.name: source.entities for source in found}


def refused(built: EdfiHouse) -> Connection:
    return replace(built.connect("grand_bend_edfi"), password="old")


@pytest.mark.parametrize(
    ("broken", "error"),
    [(closed, UnreachableError), (refused, TokenRefusedError)],
    ids=["host down", "wrong password"],
)
def test_ed_fi_wholly_down_is_an_outage_in_the_ledger(
    built: EdfiHouse,
    broken: Callable[[EdfiHouse], Connection],
    error: type[FirstbellError],
) -> None:
    built.read("first", "sessions", "students")
    current = replace(
        built.night("down"),
        connect=lambda name: broken(built) if name.endswith("_edfi") else built.connect(name),
    )
    with pytest.raises(error):
        ingest.plan(current, "edfi")
    assert built.ledger("down") == [("sessions", "failed")]
    assert built.errors("down") == {"sessions": error.__name__}
    # what reads the ledger sees a broken source, and tiers are not computed
    assert behind(current) == {"edfi": ("sessions",)}
    built.read("back", "sessions", "students")
    assert behind(current) == {}


def test_a_host_that_dies_in_a_group_is_asked_once_more_and_not_for_every_resource(
    built: EdfiHouse,
) -> None:
    plan = built.plan("dies")
    built.server.requests.clear()
    built.server.faults.add(Fault("error", match="/", times=10_000, status=503))
    with pytest.raises(ServerError) as caught:
        plan.read(*ONE_GROUP)
    # one attempt for the first resource, one look whether the host is there at all
    assert len(built.server.requests) == 2
    assert dict(built.ledger("dies")) == dict.fromkeys(
        ("sessions", "grading_periods", "calendars"), "failed"
    )
    assert "Also failed" in "".join(caught.value.__notes__)


def test_one_resource_that_the_host_cannot_serve_stops_no_other(built: EdfiHouse) -> None:
    built.server.faults.add(Fault("error", match="/students?", times=10_000, status=504))
    with pytest.raises(ServerError, match="students"):
        built.read("heavy", "students", "grades", "sessions")
    assert dict(built.ledger("heavy")) == {
        "students": "failed", "grades": "loaded", "sessions": "loaded",
    }  # fmt: skip


def test_a_password_that_ends_in_the_night_is_tried_once(built: EdfiHouse) -> None:
    plan = built.plan("renewed")
    built.server.tokens.clients[built.server.key] = "another"
    built.server.tokens.expire_all()
    with pytest.raises(TokenRefusedError):
        plan.read(*ONE_GROUP)
    assert len([path for path in built.server.requests if path.endswith("/token")]) == 2
    assert set(built.errors("renewed").values()) == {"TokenRefusedError"}


@pytest.fixture
def shell(built: EdfiHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A night from a shell in a district with two vendors, of which nothing was delivered."""
    # a folder that is gone is looked for again; nobody mounts it here
    monkeypatch.setitem(fetch.__kwdefaults__, "sleep", lambda _: None)
    (tmp_path / "drop").mkdir()
    current = built.night("shell")
    source = FilesConfig(
        kind="files",
        layout="map_growth",
        delivery=FolderDelivery(kind="folder", connection="x_drop", path=".", pattern="*.csv"),
    )
    missing = source.model_copy(
        update={"delivery": source.delivery.model_copy(update={"path": "gone"})}
    )
    sources = {"edfi": current.district.sources["edfi"], "gone": missing, "map": source}
    drop = Connection("x_drop", extra={"path": str(tmp_path / "drop")})
    return replace(
        current,
        district=current.district.model_copy(update={"sources": sources}),
        connect=lambda name: drop if name == "x_drop" else built.connect(name),
    )


def test_a_shell_night_goes_on_after_a_group_that_failed(
    built: EdfiHouse, shell: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transform, "begin", lambda *_, **__: pytest.fail("tiers of half a night"))
    built.server.behaviour.claim_denied = {"grades"}
    with pytest.raises(FirstbellError, match="grades") as caught:
        night.run(shell, resources=["grades", "students", "sessions"])
    known = dict(built.ledger("shell"))
    assert known["grades"] == "failed"
    assert (known["students"], known["sessions"]) == ("loaded", "loaded")
    # the vendor whose folder is gone failed as well, and both are told
    assert "Also failed: gone: " in "".join(caught.value.__notes__)
    assert runs.waiting_ingests(built.dsn) == []


def test_a_vendor_that_failed_holds_no_shell_night_up(
    built: EdfiHouse, shell: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    built_layers: list[str] = []
    monkeypatch.setattr(transform, "begin", lambda *_, **__: None)
    monkeypatch.setattr(transform, "finish", lambda *_, **__: None)
    monkeypatch.setattr(transform, "run_layer", lambda _, layer, **__: built_layers.append(layer))
    with pytest.raises(FirstbellError, match="gone"):
        night.run(shell, resources=["grades", "students", "sessions"])
    assert built_layers == list(transform.LAYERS)


def test_the_shell_says_all_that_failed(
    built: EdfiHouse, shell: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    built.server.behaviour.claim_denied = {"grades"}
    monkeypatch.setattr(night, "Run", lambda **_: shell)
    with pytest.raises(SystemExit) as caught:
        night.main(["--district", "grand_bend", "--resources", "grades", "sessions"])
    assert "grades" in str(caught.value)
    assert "Also failed: gone" in str(caught.value)
