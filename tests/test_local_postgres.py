"""The embedded Postgres starts, answers, and starts again on the same data."""

import json
import os
import pwd
import socket
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import psycopg
import pytest

from include.connections import from_environment
from include.errors import ConfigError
from include.local import __main__ as command
from include.local import postgres
from include.warehouse import url_of


def test_data_survives_a_stop_and_start(tmp_path: Path) -> None:
    folder = tmp_path / "cluster"
    try:
        first = postgres.start(folder)
        with psycopg.connect(first.url(), autocommit=True) as connection:
            connection.execute("create table kept as select 1 as value")
        postgres.stop(folder)
        second = postgres.start(folder)
        with psycopg.connect(second.url()) as connection:
            assert connection.execute("select value from kept").fetchone() == (1,)
    finally:
        postgres.remove(folder)


def test_starting_a_running_server_returns_it(tmp_path: Path) -> None:
    folder = tmp_path / "cluster"
    with postgres.running(folder) as server:
        assert postgres.start(folder).port == server.port


def test_a_wrong_password_is_refused(tmp_path: Path) -> None:
    with postgres.running(tmp_path / "cluster") as server:
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(server.url().replace(server.password, "wrong"))


def test_a_statement_that_fails_leaves_no_value_in_the_servers_log(tmp_path: Path) -> None:
    with postgres.running(tmp_path / "cluster") as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("create table pupils (pupil_key int not null, name text unique)")
            connection.execute("insert into pupils values (1, 'Ada')")
            with pytest.raises(psycopg.errors.NotNullViolation):
                connection.execute("insert into pupils select null, name from pupils")
            with pytest.raises(psycopg.errors.UniqueViolation):
                connection.execute("insert into pupils values (2, 'Ada')")
            for kind in ("date", "numeric", "boolean", "jsonb"):
                with pytest.raises(psycopg.DataError):
                    connection.execute(f"select cast(name as {kind}) from pupils")  # type: ignore[arg-type]
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(server.url("no_such_database"))
        written = (server.data / "server.log").read_text("utf-8")
    assert 'database "no_such_database" does not exist' in written, "what fails for good is there"
    assert "Ada" not in written


@pytest.mark.parametrize("planted", ["open", "symlink", "incomplete"])
def test_programs_that_somebody_else_could_have_put_there_are_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, planted: str
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    version = metadata.version(postgres._PACKAGE)
    copy = tmp_path / f"firstbell-postgres-{version}"
    made = tmp_path / "elsewhere" if planted == "symlink" else copy
    made.mkdir(mode=0o755)
    if planted != "incomplete":
        (made / "complete").touch()
    if planted == "open":
        made.chmod(0o777)
    if planted == "symlink":
        copy.symlink_to(made)
    with pytest.raises(ConfigError, match="nothing in it was run"):
        postgres._binaries(pwd.getpwuid(os.geteuid()))


def test_nothing_is_left_of_a_removed_server(tmp_path: Path) -> None:
    folder = tmp_path / "cluster"
    with postgres.running(folder) as server:
        home = server.data.parent
        assert postgres.place(folder) == home
    assert not home.exists()
    assert not folder.exists()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place for a district's own server."""
    monkeypatch.setattr(postgres, "HOME_OF_ROOT", Path(tempfile.gettempdir()))
    yield tmp_path / "own"
    postgres.remove(tmp_path / "own")


def test_one_command_makes_a_districts_warehouse_and_says_the_way_in(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = str(postgres.free_port())
    command.main(["start", "grand_bend", "--folder", str(folder), "--port", port])
    said = capsys.readouterr()
    name, _, value = said.out.strip().partition("=")
    monkeypatch.setenv(name, value.strip("'"))
    with psycopg.connect(url_of(from_environment("grand_bend_warehouse"))) as connection:
        assert connection.info.dbname == "firstbell_grand_bend"
    assert json.loads(value.strip("'"))["password"] not in said.err
    command.main(["start", "grand_bend", "--folder", str(folder), "--port", port])
    assert capsys.readouterr().out == said.out
    command.main(["stop", "--folder", str(folder)])
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url_of(from_environment("grand_bend_warehouse")))


def test_a_port_that_is_taken_is_said(folder: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SystemExit, match=f"port {port} is taken"):
            command.main(["start", "grand_bend", "--folder", str(folder), "--port", str(port)])
