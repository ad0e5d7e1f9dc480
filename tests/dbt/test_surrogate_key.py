"""Surrogate keys: two natural keys never share one because of how their parts are joined."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dbt.conftest import run_dbt

PAIRS = {
    "separator": ("'a|b', 'c'", "'a', 'b|c'"),
    "escape": (r"'a\', 'b'", r"'a', '\b'"),
    "escaped_separator": (r"'a\|b', 'c'", r"'a\', 'b|c'"),
    "null_and_its_text": ("null, 'c'", "'<null>', 'c'"),
    "null_and_empty": ("null, 'c'", "'', 'c'"),
    "null_moves": ("null, 'c'", "'c', null"),
}


def differs(name: str, left: str, right: str) -> str:
    """SQL that selects the name of a pair and whether its two natural keys get two keys."""
    keys = [
        "{{ surrogate_key(["
        + ", ".join(f'"cast({part} as text)"' for part in side.split(", "))
        + "]) }}"
        for side in (left, right)
    ]
    return f"select '{name}' as pair, {keys[0]} <> {keys[1]} as differs"


def test_no_two_natural_keys_share_a_key(database_url: str, tmp_path: Path) -> None:
    sql = " union all ".join(differs(name, *pair) for name, pair in PAIRS.items())
    arguments = ("show", "--inline", sql, "--limit", "20", "--output", "json", "--quiet")
    done = run_dbt(*arguments, folder=tmp_path, url=database_url)
    assert done.returncode == 0, done.stdout[-2000:]
    for name, pair in PAIRS.items():
        found = done.stdout.partition(f'"{name}"')[2]
        assert found, f"no row for {name} in {done.stdout[-2000:]}"
        if '"differs": true' not in found.partition("}")[0]:
            pytest.fail(f"{name}: {pair} get one key")
