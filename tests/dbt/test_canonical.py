"""Sources become one in the canonical models: after them no model knows whose record it reads."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dbt import manifest as checks


def reads_of_staging(manifest: dict[str, Any]) -> dict[str, set[str]]:
    """By model after the canonical ones, the staging models of sources that it reads."""
    found: dict[str, set[str]] = {}
    for node in checks.models(manifest):
        if checks.room(node) in ("staging", "canonical"):
            continue
        for parent in node["depends_on"]["nodes"]:
            # the ledger and the forecast are ours, and what layouts say is of any source
            name = parent.rsplit(".", 1)[-1]
            ours = tuple(f"stg_{folder}__" for folder in checks.OUR_STAGING)
            if name.startswith("stg_") and not name.startswith(ours):
                found.setdefault(node["name"], set()).add(name)
    return found


def test_no_model_after_them_reads_the_staging_of_a_source(manifest: dict[str, Any]) -> None:
    assert reads_of_staging(manifest) == {}


def test_a_read_of_staging_is_seen() -> None:
    read = ["model.firstbell.stg_edfi__schools", "model.firstbell.stg_ops__loads"]
    read.append("model.firstbell.stg_layouts__codes")
    mart = {"name": "dim_school", "resource_type": "model", "path": "marts/core/dim_school.sql"}
    found = reads_of_staging({"nodes": {"mart": {**mart, "depends_on": {"nodes": read}}}})
    assert found == {"dim_school": {"stg_edfi__schools"}}


@pytest.mark.parametrize("column", ["source_system", "source_instance"])
def test_every_canonical_row_says_where_it_comes_from(
    manifest: dict[str, Any], column: str
) -> None:
    found = checks.models(manifest, "canonical")
    assert len(found) > 10
    assert [node["name"] for node in found if column not in node["columns"]] == []


def test_no_model_after_them_asks_which_system_a_row_is_of(manifest: dict[str, Any]) -> None:
    found = [
        node["name"]
        for node in checks.models(manifest)
        if checks.room(node) not in ("staging", "identity", "canonical")
        and "source_system" in checks.code_without_comments(node)
    ]
    assert found == []


def test_no_canonical_model_hands_on_who_defined_a_code(manifest: dict[str, Any]) -> None:
    """Codes are resolved there; the mappings of a source are what resolves them."""
    found = {
        f"{node['name']}.{name}"
        for node in checks.models(manifest, "canonical")
        for name in node["columns"]
        if name.endswith("_namespace")
    }
    assert found == {"can_code_mappings.descriptor_namespace"}
