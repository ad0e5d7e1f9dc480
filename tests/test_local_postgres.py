"""The embedded Postgres starts, answers, and starts again on the same data."""

import os
import pwd
import tempfile
from importlib import metadata
from pathlib import Path

import psycopg
import pytest

from include.errors import ConfigError
from include.local import postgres


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
        assert postgres.disk(folder).stat().st_dev == server.data.stat().st_dev
    assert not home.exists()
    assert not folder.exists()
