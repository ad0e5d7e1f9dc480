"""The embedded Postgres starts, answers, and starts again on the same data."""

from pathlib import Path

import psycopg
import pytest

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


def test_a_violated_constraint_leaves_no_value_in_the_servers_log(tmp_path: Path) -> None:
    with postgres.running(tmp_path / "cluster") as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("create table pupils (pupil_key int not null, name text unique)")
            connection.execute("insert into pupils values (1, 'Ada')")
            with pytest.raises(psycopg.errors.NotNullViolation):
                connection.execute("insert into pupils select null, name from pupils")
            with pytest.raises(psycopg.errors.UniqueViolation):
                connection.execute("insert into pupils values (2, 'Ada')")
        written = (server.data / "server.log").read_text("utf-8")
    assert 'null value in column "pupil_key" of relation "pupils"' in written
    assert "Ada" not in written


def test_nothing_is_left_of_a_removed_server(tmp_path: Path) -> None:
    folder = tmp_path / "cluster"
    with postgres.running(folder) as server:
        home = server.data.parent
        assert postgres.disk(folder).stat().st_dev == server.data.stat().st_dev
    assert not home.exists()
    assert not folder.exists()
