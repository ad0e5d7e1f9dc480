"""What people read is never away: views are replaced where they stand, and stand on views alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include import landing
from include.sources import registry
from tests.conftest import copied, filled_once
from tests.dbt.conftest import run_dbt

Running = tuple[psycopg.Connection[Any], Path]
LEDGER = "stg_ops__loads"
OF_LOADS = ("int_loads__feed_limits", "int_loads__file_matches")
# what the report stands on beside the ledger; as a model of its own it would need all test results
MATCHES = """
    create schema intermediate;
    create table intermediate.int_loads__student_matches (
        load_id bigint, row_count bigint, matched_row_count bigint
    )
"""
HEALTH = "select cast('reporting.rpt_load_health' as regclass)::oid"


@pytest.fixture(scope="module")
def reported_once(pg_server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a warehouse with the ledger's report."""
    folder = tmp_path_factory.mktemp("reported")

    def fill(url: str) -> None:
        landing.prepare(url, registry.feeds())
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute(MATCHES)
            build(owner, folder, LEDGER, "feed_policy", *OF_LOADS, "rpt_load_health")

    with filled_once(pg_server_url, fill) as name:
        yield name


@pytest.fixture
def reported(pg_server_url: str, reported_once: str, tmp_path: Path) -> Iterator[Running]:
    """A connection to a copy of that warehouse, and dbt's folder."""
    with (
        copied(pg_server_url, reported_once) as url,
        psycopg.connect(url, autocommit=True) as owner,
    ):
        yield owner, tmp_path


def build(owner: psycopg.Connection[Any], folder: Path, *models: str) -> None:
    url = f"postgresql://{owner.info.user}:{owner.info.password}@{owner.info.host}"
    done = run_dbt(
        "build", "--exclude-resource-type", "test", "unit_test", "--select", *models,
        folder=folder, url=f"{url}:{owner.info.port}/{owner.info.dbname}",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]


def test_a_report_stays_while_the_view_under_it_is_built_again(reported: Running) -> None:
    owner, folder = reported
    before = owner.execute(HEALTH).fetchone()
    build(owner, folder, LEDGER)
    assert owner.execute(HEALTH).fetchone() == before


def test_a_view_that_is_replaced_keeps_its_descriptions(reported: Running) -> None:
    owner, folder = reported
    told = f"select count(*) from pg_description where objoid = ({HEALTH})"
    before = owner.execute(told).fetchone()
    build(owner, folder, "rpt_load_health")
    assert owner.execute(told).fetchone() == before
    assert before is not None
    assert before[0] > 15


def test_what_a_district_put_on_a_view_stays(reported: Running) -> None:
    owner, folder = reported
    owner.execute("create view public.ours as select source from reporting.rpt_load_health")
    build(owner, folder, LEDGER, "rpt_load_health")
    assert owner.execute("select count(*) from public.ours").fetchone() == (0,)


def test_a_report_stays_while_its_numbers_are_loaded_anew(reported: Running) -> None:
    owner, folder = reported
    before = owner.execute(HEALTH).fetchone()
    build(owner, folder, "feed_policy", "--full-refresh")
    assert owner.execute(HEALTH).fetchone() == before


@pytest.mark.parametrize(
    "columns",
    ["1 as load_id", "cast(1 as text) as load_id, 'x' as source", "1 as something_else"],
    ids=["fewer columns", "another type", "another name"],
)
def test_a_view_of_other_columns_is_built_anew(reported: Running, columns: str) -> None:
    owner, folder = reported
    owner.execute(f"drop view staging.{LEDGER} cascade")
    owner.execute(f"create view staging.{LEDGER} as select {columns}")
    build(owner, folder, LEDGER)
    found = owner.execute(
        "select count(*) from information_schema.columns"
        " where table_schema = 'staging' and table_name = %s",
        (LEDGER,),
    ).fetchone()
    assert found is not None
    assert found[0] > 10


def standing_on_tables(nodes: dict[str, Any]) -> list[str]:
    """Each view of reporting with a relation beneath it that a build drops and creates."""

    def tables_under(node_id: str) -> list[str]:
        found = []
        for parent in nodes[node_id]["depends_on"]["nodes"]:
            # a source is written by landing, which drops nothing
            if parent not in nodes:
                continue
            config = nodes[parent]["config"]
            if config["materialized"] == "view":
                found += tables_under(parent)
            # a seed or an incremental table is filled anew where it stands, but for a full refresh
            elif config["materialized"] == "table" or config["full_refresh"] is not False:
                found.append(nodes[parent]["name"])
        return found

    return sorted({
        f"{node['name']} stands on {table}"
        for node_id, node in nodes.items()
        if node["resource_type"] == "model"
        and node["schema"] == "reporting"
        and node["config"]["materialized"] == "view"
        for table in tables_under(node_id)
    })  # fmt: skip


def test_no_view_of_reporting_stands_on_a_table_that_a_build_drops(
    manifest: dict[str, Any],
) -> None:
    views = [
        node for node in manifest["nodes"].values()
        if node["schema"] == "reporting" and node["config"]["materialized"] == "view"
    ]  # fmt: skip
    assert views, "without a view the check below would see nothing"
    assert standing_on_tables(manifest["nodes"]) == []


@pytest.mark.parametrize("name", ["feed_policy", "int_loads__student_matches"])
def test_a_table_that_a_full_refresh_drops_is_seen(manifest: dict[str, Any], name: str) -> None:
    nodes = dict(manifest["nodes"])
    key = next(key for key, node in nodes.items() if node["name"] == name)
    nodes[key] = {**nodes[key], "config": {**nodes[key]["config"], "full_refresh": None}}
    assert standing_on_tables(nodes) == [f"rpt_load_health stands on {name}"]


def test_a_view_on_a_table_is_seen(manifest: dict[str, Any]) -> None:
    nodes = dict(manifest["nodes"])
    ledger = next(key for key, node in nodes.items() if node["name"] == LEDGER)
    nodes[ledger] = {**nodes[ledger], "config": {"materialized": "table"}}
    assert standing_on_tables(nodes) == [f"rpt_load_health stands on {LEDGER}"]
