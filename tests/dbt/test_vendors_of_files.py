"""A vendor of files with SQL of its own is in every place that lists such vendors."""

from __future__ import annotations

import ast
import re
from typing import Any

import yaml

from include.sources.registry import SOURCES
from tests.dbt import manifest as checks
from tests.parsed_project import PROJECT

# A roster, which says where a student is and holds no test.
NO_TESTS = {("map_growth", "students_by_school")}
# The ledger and the forecast, which every district has.
ALWAYS = {"ops", "ml"}
CONFIG = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))


def folders() -> set[str]:
    """The folders of staging that are built where a district uses their source."""
    staging = PROJECT / "models" / "staging"
    return {path.name for path in staging.iterdir() if path.is_dir()} - ALWAYS


def tables_of_tests() -> dict[str, list[str]]:
    text = (PROJECT / "macros" / "canonical" / "tables_of_tests.sql").read_text(encoding="utf-8")
    found = re.search(r"set known = (\{.*?\}) -", text, re.DOTALL)
    assert found
    tables: dict[str, list[str]] = ast.literal_eval(found[1])
    return tables


def test_every_folder_of_staging_is_built_only_where_its_source_is_used() -> None:
    configured = CONFIG["models"]["firstbell"]["staging"]
    missing = {
        name
        for name in folders()
        if f"'{name}' in var('{'sources' if name in SOURCES else 'file_sources'}'"
        not in configured.get(name, {}).get("+enabled", "")
    }
    assert missing == set()


def test_by_hand_the_staging_of_every_vendor_of_files_is_built() -> None:
    assert set(CONFIG["vars"]["file_sources"]) == folders() - set(SOURCES)


def test_every_source_of_results_says_which_of_its_tables_hold_tests() -> None:
    results = checks.canonical_inputs()["assessment_results"]
    assert set(tables_of_tests()) == set(results) - {"layouts"}


def test_every_table_of_a_vendor_of_tests_is_looked_through_for_lost_rows(
    manifest: dict[str, Any],
) -> None:
    vendors = set(tables_of_tests()) - set(SOURCES)
    declared = {
        (source["source_name"], source["name"])
        for source in manifest["sources"].values()
        if source["source_name"] in vendors
    }
    looked_through = {(name, table) for name in vendors for table in tables_of_tests()[name]}
    assert declared - looked_through == NO_TESTS
    assert looked_through <= declared


def test_the_test_of_lost_rows_reads_them_all(manifest: dict[str, Any]) -> None:
    test = manifest["nodes"]["test.firstbell.no_vendor_row_is_lost"]
    read = {tuple(one.split(".")[2:]) for one in test["depends_on"]["nodes"] if "source." in one}
    assert {(n, table) for n, tables in tables_of_tests().items() for table in tables} <= read
