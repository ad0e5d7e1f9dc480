"""No staging model reads a field that never reaches raw.

Such a column is null in every district and stands in the dictionary as if it held something.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pytest

from include.sources.edfi import RESOURCES
from tests.dbt import manifest as checks

DROPPED = {
    resource.feed.entity: {path[-1] for path in resource.drop if len(path) == 1}
    for resource in RESOURCES
}


def reads_of_dropped_fields(
    nodes: Iterable[dict[str, Any]], dropped: Mapping[str, Collection[str]]
) -> list[str]:
    """Model and field, of every quoted field name that is dropped from the model's source."""
    found = []
    for node in nodes:
        entities = [name for source, name in node["sources"] if source == "edfi"]
        names = set(re.findall(r"'(\w+)'", checks.code_without_comments(node)))
        found += [
            f"{node['name']} reads {field}"
            for entity in entities
            for field in sorted(names & set(dropped[entity]))
        ]
    return found


def test_no_staging_model_reads_a_dropped_field(manifest: dict[str, Any]) -> None:
    staged = [node for node in checks.models(manifest, "staging") if node["sources"]]
    assert len(staged) > 40
    assert not reads_of_dropped_fields(staged, DROPPED)


@pytest.mark.parametrize(
    ("field", "expected"),
    [("reporterName", ["stg_edfi__x reads reporterName"]), ("incidentDate", [])],
    ids=["dropped", "kept"],
)
def test_a_read_of_a_dropped_field_is_seen(field: str, expected: list[str]) -> None:
    node = {
        "name": "stg_edfi__x",
        "sources": [["edfi", "discipline_incidents"]],
        "raw_code": f"select {{{{ json_text('payload', ['{field}']) }}}} from incidents",
    }
    assert reads_of_dropped_fields([node], DROPPED) == expected
