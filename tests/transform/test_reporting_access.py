"""A district's reports are open to its own readers; an operator is told when they are not so."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from include import reporting_access
from include.config import get_district
from include.errors import ConfigError
from tests.conftest import create_database, drop_database
from tests.egress.support import hook

READER, PASSWORD = "reader_of_one", "x"


def database(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


def as_login(url: str, login: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=f"{login}:{PASSWORD}@{parts.hostname}:{parts.port}").geturl()


def run_hooks(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as owner:
        for name in ("reporting_access", "egress_access"):
            owner.execute(hook(name))  # type: ignore[arg-type]


@pytest.fixture
def reader(pg_server_url: str) -> Iterator[str]:
    """A login without any right of its own."""
    with psycopg.connect(pg_server_url, autocommit=True) as admin:
        admin.execute(
            sql.SQL("create role {} login password {}").format(sql.Identifier(READER), PASSWORD)
        )
        yield READER
        admin.execute(sql.SQL("drop role {}").format(sql.Identifier(READER)))


@pytest.fixture
def districts(pg_server_url: str, reader: str) -> Iterator[tuple[str, str]]:
    """Two districts' databases on one server, each with a report; dropped with their roles."""
    names = [f"d_{secrets.token_hex(6)}" for _ in range(2)]
    urls = [create_database(pg_server_url, name) for name in names]
    for url in urls:
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute("create schema reporting")
            owner.execute("create table reporting.rpt_some as select 1 as one")
    yield urls[0], urls[1]
    for name in names:
        drop_database(pg_server_url, name)


def test_one_districts_reader_is_denied_the_other(districts: tuple[str, str], reader: str) -> None:
    own, other = districts
    for url in districts:
        run_hooks(url)
    with psycopg.connect(own, autocommit=True) as admin:
        admin.execute(f"grant {database(own)}_reporting to {reader}")  # type: ignore[arg-type]
    with psycopg.connect(as_login(own, reader)) as opened:
        assert opened.execute("select one from reporting.rpt_some").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(as_login(other, reader))


def test_the_roles_of_before_lose_what_they_could_read(
    districts: tuple[str, str],
) -> None:
    url, _ = districts
    with psycopg.connect(url, autocommit=True) as owner:
        for role in ("firstbell_reporting", "firstbell_egress"):
            owner.execute(f"create role {role} nologin")  # type: ignore[arg-type]
            owner.execute(f"grant usage on schema reporting to {role}")  # type: ignore[arg-type]
            owner.execute(f"grant select on reporting.rpt_some to {role}")  # type: ignore[arg-type]
            owner.execute(
                f"alter default privileges in schema reporting grant select on tables to {role}"  # type: ignore[arg-type]
            )
        run_hooks(url)
        owner.execute("create table reporting.rpt_later as select 2 as two")
        held = owner.execute(
            "select role.rolname, relation.relname from pg_roles as role, pg_class as relation"
            " where role.rolname in ('firstbell_reporting', 'firstbell_egress')"
            " and relation.relnamespace = 'reporting'::regnamespace"
            " and has_table_privilege(role.oid, relation.oid, 'select')"
        ).fetchall()
        for role in ("firstbell_reporting", "firstbell_egress"):
            owner.execute(f"drop role {role}")  # type: ignore[arg-type]
    assert held == []


def test_the_command_makes_the_roles_closes_the_database_and_lets_a_reader_in(
    districts: tuple[str, str], reader: str
) -> None:
    url, _ = districts
    login = urlsplit(url).username or ""
    for _ in range(2):
        reporting_access.prepare(get_district("grand_bend"), login, url, [reader])
    assert not reporting_access.warn_if_closed(url, "d1")
    with psycopg.connect(as_login(url, reader)) as opened:
        assert opened.execute("select one from reporting.rpt_some").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            opened.execute("create temporary table kept as select 1")


def test_the_command_takes_the_administrator_from_the_environment(
    districts: tuple[str, str],
    reader: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    parts = urlsplit(districts[0])
    monkeypatch.setenv(
        "AIRFLOW_CONN_GRAND_BEND_WAREHOUSE",
        f'{{"conn_type": "postgres", "host": "{parts.hostname}", "port": {parts.port},'
        f' "login": "{reader}", "password": "{PASSWORD}", "schema": "{database(districts[0])}"}}',
    )
    monkeypatch.delenv(reporting_access.ADMIN_URL, raising=False)
    assert reporting_access.main(["--district", "grand_bend"]) == 1
    said = capsys.readouterr().err
    assert reporting_access.ADMIN_URL in said
    assert PASSWORD + "@" not in said
    server = parts._replace(path="/postgres").geturl()
    monkeypatch.setenv(reporting_access.ADMIN_URL, server)
    assert reporting_access.main(["--district", "grand_bend"]) == 0
    assert f"{database(districts[0])}_reporting" in capsys.readouterr().out
    assert os.environ[reporting_access.ADMIN_URL] not in capsys.readouterr().out


@pytest.fixture
def long_named(pg_server_url: str) -> Iterator[str]:
    """A database whose name leaves no room for the longest of its roles."""
    name = f"d_{secrets.token_hex(25)}"
    yield create_database(pg_server_url, name)
    drop_database(pg_server_url, name)


def test_a_database_name_without_room_for_its_roles_is_refused(long_named: str) -> None:
    login = urlsplit(long_named).username or ""
    with pytest.raises(ConfigError, match="a name of 52 bytes; expected at most 51"):
        reporting_access.prepare(get_district("grand_bend"), login, long_named)
    with (
        psycopg.connect(long_named) as connection,
        pytest.raises(psycopg.errors.RaiseException, match="too long for roles of its own"),
    ):
        connection.execute(hook("reporting_access"))  # type: ignore[arg-type]


def test_a_reader_that_does_not_exist_is_said(districts: tuple[str, str]) -> None:
    url, _ = districts
    login = urlsplit(url).username or ""
    with pytest.raises(ConfigError, match='role "nobody_here" does not exist'):
        reporting_access.prepare(get_district("grand_bend"), login, url, ["nobody_here"])


def test_what_is_missing_is_warned_of_with_what_to_do(
    districts: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    assert reporting_access.warn_if_closed(districts[0], "d1")
    assert f"role {database(districts[0])}_reporting is missing" in caplog.text
    assert "every login of the server may connect" in caplog.text
    assert "python -m include.reporting_access --district d1" in caplog.text


def test_a_role_that_may_not_read_is_warned_of(
    districts: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    url, _ = districts
    run_hooks(url)
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(
            f"revoke usage on schema reporting from {database(url)}_reporting"  # type: ignore[arg-type]
        )
    assert reporting_access.warn_if_closed(url, "d1")
    assert "may not read schema reporting" in caplog.text


def test_a_role_that_may_read_is_no_news(
    districts: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    run_hooks(districts[0])
    assert not reporting_access.warn_if_closed(districts[0], "d1")
    assert not caplog.text


def test_a_server_whose_log_may_show_a_childs_name_is_warned_of_until_the_command_has_run(
    districts: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    url, _ = districts
    login = urlsplit(url).username or ""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(
            f"alter database {database(url)} set log_min_messages = warning"  # type: ignore[arg-type]
        )
    assert reporting_access.warn_if_logged(url, "d1")
    assert "log_min_messages = warning" in caplog.text
    reporting_access.prepare(get_district("grand_bend"), login, url)
    caplog.clear()
    assert not reporting_access.warn_if_logged(url, "d1")
    assert not caplog.text
