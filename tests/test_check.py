"""What a district lacks is told all at once, before its first night."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from demo.simulators.edfi import Behaviour, Store, serve
from include import check, ingest
from include.config import get_district
from include.connections import Connection
from include.errors import ConfigError, StorageError
from include.run import Run
from include.settings import Settings
from tests.transform.conftest import connection_to

Of = Callable[..., Run]
CONNECTIONS = {
    "edfi": Connection("", host="https://ods.example.org", login="key", password="secret"),
    "star": Connection(
        "", host="sftp.example.org", login="us", password="secret",
        extra={"host_key": "ssh-ed25519 AAAA"},
    ),
    "teams": Connection("", password="https://flow.example.org/workflows/1?sig=secret"),
    "psa": Connection(
        "", host="https://desk.example.org", login="company+key", password="secret",
        extra={"client_id": "c", "company": "d", "board": "b", "closed_status": "Closed"},
    ),
}  # fmt: skip


@pytest.fixture
def of(database_url: str, tmp_path: Path) -> Of:
    """A night of Maple Valley whose connections are complete, but for those that are changed."""
    (tmp_path / "drop" / "map_growth").mkdir(parents=True)
    drop = Connection("", extra={"path": str(tmp_path / "drop")})

    def build(**changed: Connection | None) -> Run:
        known = {**CONNECTIONS, "drop": drop, "warehouse": connection_to(database_url), **changed}

        def connect(conn_id: str) -> Connection:
            found = known[conn_id.removeprefix("maple_valley_")]
            if found is None:
                raise ConfigError(
                    f"connection {conn_id}", seen="none", expected="one", next_step="Add it."
                )
            return replace(found, conn_id=conn_id)

        return Run(
            district=get_district("maple_valley"),
            as_of_date=date(2026, 11, 20),
            run_id="run_1",
            connect=connect,
            settings=Settings(work_dir=tmp_path / "work"),
        )

    return build


def told(night: Run) -> list[str]:
    return [f"{type(error).__name__}: {error.where}" for error in check.missing(night)]


def test_a_complete_district_lacks_nothing(of: Of) -> None:
    assert told(of()) == []


def test_all_that_is_missing_is_told_at_once(of: Of) -> None:
    drop = Connection("", extra={})
    lacking = of(edfi=None, star=replace(CONNECTIONS["star"], extra={}), drop=drop, psa=None)
    assert told(lacking) == [
        "ConfigError: connection maple_valley_edfi",
        "ConfigError: connection maple_valley_star",
        "ConfigError: connection maple_valley_drop",
        "ConfigError: connection maple_valley_psa",
    ]


def test_who_asks_also_hears_which_source_lets_nobody_in(of: Of, tmp_path: Path) -> None:
    (tmp_path / "drop" / "map_growth" / "export.txt").write_text("")
    with serve(Store("aggregate"), Behaviour()) as api:
        host = replace(CONNECTIONS["edfi"], host=api.url)
        down = replace(CONNECTIONS["star"], host="127.0.0.1", port=1)
        lacking = of(edfi=host, star=down)
        assert check.missing(lacking) == []
        said = [type(error).__name__ for error in check.missing(lacking, reach=True)]
    assert said == ["TokenRefusedError", "UnreachableError", "ProtocolError"]


def test_a_missing_database_is_said_as_such_and_not_tried_again(of: Of, database_url: str) -> None:
    nowhere = connection_to(urlsplit(database_url)._replace(path="/firstbell_none").geturl())
    with pytest.raises(ConfigError, match='database "firstbell_none" does not exist'):
        check.check_warehouse(of(warehouse=nowhere))


def test_a_server_that_is_down_is_tried_again(of: Of, database_url: str) -> None:
    down = replace(connection_to(database_url), port=1)
    with pytest.raises(StorageError, match="refused"):
        check.check_warehouse(of(warehouse=down))


def test_a_recipient_without_a_row_of_the_registry_is_told(of: Of) -> None:
    known = of()
    channel = known.district.channels["helpdesk"].model_copy(update={"recipient": "nobody"})
    district = known.district.model_copy(update={"channels": {"helpdesk": channel}})
    assert told(replace(known, district=district)) == [
        "ConfigError: channel helpdesk of maple_valley"
    ]


def test_a_work_folder_that_cannot_be_made_is_told(of: Of, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = Settings(work_dir=tmp_path / "file" / "work")
    assert told(replace(of(), settings=settings)) == [
        f"ConfigError: setting FIRSTBELL_WORK_DIR, {tmp_path}/file/work"
    ]


def test_the_first_task_tells_all_and_stops_only_for_the_warehouse(
    of: Of, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert ingest.prepare(of(edfi=None, psa=None)) > 0
    assert "connection maple_valley_edfi" in caplog.text
    assert "connection maple_valley_psa" in caplog.text
    gone = connection_to(urlsplit(database_url)._replace(path="/firstbell_none").geturl())
    with pytest.raises(ConfigError, match="connection maple_valley_warehouse"):
        ingest.prepare(of(warehouse=gone))


def test_a_pool_that_airflow_lacks_is_told() -> None:
    from include.orchestration import check as with_airflow

    district = get_district("maple_valley")
    found = with_airflow.missing_pools(
        district, {"edfi__maple_valley", "files__maple_valley", "model__maple_valley"}
    )
    assert [error.where for error in found] == [
        "pool warehouse__maple_valley", "pool outbound__maple_valley"
    ]  # fmt: skip


def test_the_environment_wins_over_airflows_own_connections(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from include.orchestration.check import connection_of

    known = {"x": {"host": "stored", "extra": '{"path": "/drop"}'}}
    assert connection_of("x", known).extra == {"path": "/drop"}
    monkeypatch.setenv("AIRFLOW_CONN_X", '{"host": "given"}')
    assert connection_of("x", known).host == "given"
