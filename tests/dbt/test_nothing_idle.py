"""Nothing is read, kept or built that nobody uses: feeds, and models up to the marts."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import pytest

from include.records import Feed
from include.sources.registry import feeds, layouts
from tests.dbt import manifest as checks

# What is read or staged for a use that is still to come, with the reason.
ALLOWED: dict[str, str] = {}
# Compare how keys are spelled, and hand on no record.
KEYS_ONLY = "__key_case_"
# All files that layouts tell as data, and what the layouts say: `prepare` fills them.
ROWS = ("layouts", "rows")
FILLED_BY_PREPARE = {ROWS, ("layouts", "columns"), ("layouts", "codes")}


def idle(manifest: checks.Manifest, read: Collection[Feed]) -> Iterator[str]:
    """Feeds without a staging model, sources that no feed fills, models that nothing reads."""
    used = {
        parent
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        for parent in node["depends_on"]["nodes"]
        if KEYS_ONLY not in node["name"] or not parent.startswith("source.")
    }
    declared = {
        (source["source_name"], source["name"]): source["unique_id"]
        for source in manifest["sources"].values()
        if source["schema"] == "raw" and source["identifier"] != "cell_names"
    }
    filled = {(feed.source, feed.entity) for feed in read} | FILLED_BY_PREPARE
    as_data = {(column.source, column.entity) for column in layouts().columns}
    for key in sorted(filled | declared.keys()):
        name = ".".join(key)
        if declared.get(ROWS if key in as_data else key) not in used:
            yield f"{name}: read every night, and no staging model reads it"
        elif key not in filled:
            yield f"{name}: a source that nothing fills"
    for node in checks.models(manifest, "staging", "canonical", "intermediate"):
        if node["unique_id"] not in used:
            yield f"{node['name']}: built every night, and no model reads it"


def test_everything_that_is_read_is_used(manifest: checks.Manifest) -> None:
    found = {told.split(":")[0]: told for told in idle(manifest, feeds())}
    assert [told for name, told in found.items() if name not in ALLOWED] == []
    assert sorted(ALLOWED.keys() - found.keys()) == []


def _without(manifest: checks.Manifest, reader: str) -> checks.Manifest:
    """The manifest without one model."""
    nodes = {k: n for k, n in manifest["nodes"].items() if n["name"] != reader}
    return {**manifest, "nodes": nodes}


@pytest.mark.parametrize(
    ("removed", "told"),
    [
        ("stg_edfi__staffs", "edfi.staffs: read every night, and no staging model reads it"),
        ("rpt_model_health", "stg_ml__evaluations: built every night, and no model reads it"),
    ],
)
def test_what_is_idle_is_seen(manifest: checks.Manifest, removed: str, told: str) -> None:
    assert list(idle(_without(manifest, removed), feeds())) == [told]


def test_a_feed_without_a_source_and_a_source_without_a_feed_are_seen(
    manifest: dict[str, Any],
) -> None:
    read = [feed for feed in feeds() if feed.entity != "staffs"] + [Feed("edfi", "surveys")]
    assert list(idle(manifest, read)) == [
        "edfi.staffs: a source that nothing fills",
        "edfi.surveys: read every night, and no staging model reads it",
    ]


def test_a_file_told_as_data_is_idle_once_nothing_reads_its_rows(
    manifest: checks.Manifest,
) -> None:
    files = {(column.source, column.entity) for column in layouts().columns}
    rows = f"source.firstbell.{'.'.join(ROWS)}"
    readers = [n for n in checks.models(manifest) if rows in n["depends_on"]["nodes"]]
    assert readers
    nodes = {k: n for k, n in manifest["nodes"].items() if n not in readers}
    found = list(idle({**manifest, "nodes": nodes}, feeds()))
    idle_files = [f"{source}.{entity}" for source, entity in sorted(files | {ROWS})]
    assert len(idle_files) > 2
    no_reader = [told.split(":")[0] for told in found if "read every night" in told]
    assert set(idle_files) <= set(no_reader)
