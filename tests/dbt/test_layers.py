"""Every test of the data runs in some layer of a night."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from include import transform
from tests.dbt.conftest import run_dbt


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The tests that each layer of a night runs, as dbt itself selects them."""
    folder = tmp_path_factory.mktemp("layers")
    return {layer: listed(folder, transform.selection(layer)) for layer in transform.LAYERS}


def listed(folder: Path, selection: list[str]) -> set[str]:
    done = run_dbt(
        *("ls", "--quiet", "--resource-type", "test", "--output", "json"),
        *("--output-keys", "unique_id", *selection),
        folder=folder,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return {json.loads(line)["unique_id"] for line in lines}


def test_every_test_of_the_data_runs_in_a_night(
    ran: dict[str, set[str]], manifest: dict[str, Any]
) -> None:
    tests = {key for key, node in manifest["nodes"].items() if node["resource_type"] == "test"}
    assert len(tests) > 150
    assert sorted(tests - set().union(*ran.values())) == []


def test_tests_across_layers_run_with_the_last_one_only(
    ran: dict[str, set[str]], manifest: dict[str, Any]
) -> None:
    tagged = {
        key for key, node in manifest["nodes"].items() if "across_layers" in node.get("tags", [])
    }
    last = list(ran)[-1]
    assert tagged
    assert tagged <= ran[last]
    assert not tagged & set().union(*(found for layer, found in ran.items() if layer != last))
