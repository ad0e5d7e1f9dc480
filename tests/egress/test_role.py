"""Egress works under a role that reads reporting and writes its two tables, and nothing else."""

from __future__ import annotations

import logging

import psycopg
import pytest

from include import warehouse
from include.egress.session import session
from include.errors import StorageError
from tests.egress.support import House


def test_a_session_acts_as_the_role(house: House) -> None:
    with session(house.dsn) as connection:
        assert connection.execute("select current_user").fetchone() == (
            warehouse.role_of(connection.info.dbname, "egress"),
        )
        connection.execute("select * from reporting.rpt_tier_crossings")


@pytest.mark.parametrize(
    "statement",
    [
        "select * from marts.dim_student",
        "select * from ops.loads",
        "insert into reporting.rpt_data_readiness values ('2026-01-01')",
        "delete from ops.outbox",
        "update ops.disclosures set vendor = 'x'",
        "delete from ops.disclosures",
    ],
)
def test_the_role_may_nothing_else(house: House, statement: str) -> None:
    with pytest.raises(StorageError, match="SQLSTATE 42501"):
        with session(house.dsn) as connection:
            connection.execute(statement)  # type: ignore[arg-type]


def test_without_the_role_it_says_so_and_goes_on(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    with psycopg.connect(house.dsn, autocommit=True) as admin:
        admin.execute("create role plain_login login password 'x' nosuperuser")
        try:
            url = house.dsn.replace(house.dsn.split("//")[1].split("@")[0], "plain_login:x")
            with caplog.at_level(logging.WARNING), session(url) as connection:
                assert connection.execute("select current_user").fetchone() == ("plain_login",)
        finally:
            admin.execute("drop role plain_login")
    assert "cannot be taken" in caplog.text


def test_a_database_error_repeats_no_row(house: House) -> None:
    with pytest.raises(StorageError) as raised:
        with session(house.dsn) as connection:
            connection.execute(
                "insert into ops.outbox (channel, state) values ('Studentson', 'unheard of')"
            )
    assert "Studentson" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_database_that_is_not_there_is_said(database_url: str) -> None:
    with pytest.raises(StorageError, match='_gone" does not exist'):
        with session(f"{database_url}_gone"):
            pass
