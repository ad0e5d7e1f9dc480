"""A build says what a district put on its reports, before it drops that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from include import dbt_command, reporting_extras


@pytest.fixture
def owner(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("create schema reporting")
        connection.execute("create table reporting.rpt_some as select 1 as one")
        # a report of the project on another one, built anew with it
        connection.execute(
            "create view reporting.rpt_load_health as select one from reporting.rpt_some"
        )
        yield connection


def found(url: str, project: Path = dbt_command.PROJECT) -> list[str]:
    return reporting_extras.found(url, project)


def test_what_the_project_makes_is_no_extra(owner: psycopg.Connection, database_url: str) -> None:
    assert found(database_url) == []


def test_a_warehouse_without_reports_has_none(database_url: str) -> None:
    assert found(database_url) == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("create view public.ours as select one from reporting.rpt_some", "view ours on rpt_some"),
        ("grant select on reporting.rpt_some to public", "grant to PUBLIC on rpt_some"),
        ("create index ours on reporting.rpt_some (one)", "index ours on rpt_some"),
        ("grant select (one) on reporting.rpt_some to public", "grant to PUBLIC on rpt_some.one"),
        ("alter table reporting.rpt_some enable row level security", "row security on rpt_some"),
        ("create policy ours on reporting.rpt_some using (true)", "policy ours on rpt_some"),
    ],
)
def test_what_a_district_put_on_a_report_is_named(
    owner: psycopg.Connection, database_url: str, statement: str, said: str
) -> None:
    owner.execute(statement)  # type: ignore[call-overload]
    assert found(database_url) == [said]


def test_a_grant_by_default_privileges_comes_again(
    owner: psycopg.Connection, database_url: str
) -> None:
    owner.execute("alter default privileges in schema reporting grant select on tables to public")
    owner.execute("create table reporting.rpt_other as select 1 as one")
    assert found(database_url) == []
