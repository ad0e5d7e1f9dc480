"""docs/risk-rules.md says what the seed, the models and the tests say."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest

from tests.dbt import manifest as checks

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "risk-rules.md"
SETTING = re.compile(r"`(\w+)` = ([\w.]+)")


def rules(page: str) -> list[list[str]]:
    """The cells of each rule's row."""
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return [row for row in cells if row[0] != "Rule"]


def wrong_settings(page: str) -> list[str]:
    """Settings on the page that are not the default of the seed."""
    with (ROOT / "dbt_project/seeds/policy/risk_policy.csv").open(encoding="utf-8") as file:
        defaults = {
            row["policy_name"]: row["value"]
            for row in csv.DictReader(file)
            if row["district_code"] == "*" and row["grade_band"] == "*"
        }
    return [
        f"{name}: the page says {value}, the seed {defaults.get(name)}"
        for name, value in SETTING.findall(page)
        if defaults.get(name) != value
    ]


def test_each_number_on_the_page_is_the_seeds() -> None:
    assert not wrong_settings(PAGE.read_text("utf-8"))


def test_a_wrong_number_is_seen() -> None:
    page = PAGE.read_text("utf-8").replace(
        "`chronic_absence_pct` = 10", "`chronic_absence_pct` = 9"
    )
    assert wrong_settings(page) == ["chronic_absence_pct: the page says 9, the seed 10"]


def test_each_policy_stands_on_the_page() -> None:
    named = {name for name, _ in SETTING.findall(PAGE.read_text("utf-8"))}
    assert named == set(checks.policy_names())


@pytest.mark.parametrize("rule", rules(PAGE.read_text("utf-8")), ids=lambda rule: rule[0][:50])
def test_each_rule_names_a_model_and_a_test_of_it(
    manifest: dict[str, Any], rule: list[str]
) -> None:
    _, _, model, test = rule
    model, test = model.strip("`"), test.strip("`")
    assert f"model.firstbell.{model}" in manifest["nodes"], f"no model {model}"
    unit_tests = {
        node["name"] for node in manifest["unit_tests"].values() if node["model"] == model
    }
    data_tests = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and f"model.firstbell.{model}" in node["depends_on"]["nodes"]
    }
    assert test in unit_tests | data_tests, f"no test {test} of {model}"
