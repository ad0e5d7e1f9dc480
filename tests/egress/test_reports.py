"""The reports that these tests stand on have the columns and types that dbt promises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.egress.support import ROOT, House

_YAML = ROOT / "dbt_project/models/reporting/_reporting__models.yml"


def promised(report: str) -> dict[str, str]:
    """Column types of a report's contract."""
    models: list[dict[str, Any]] = yaml.safe_load(Path(_YAML).read_text(encoding="utf-8"))["models"]
    (model,) = (m for m in models if m["name"] == report)
    return {column["name"]: column["data_type"] for column in model["columns"]}


@pytest.mark.parametrize(
    "report",
    [
        *("rpt_tier_crossings", "rpt_vendor_registry", "rpt_load_health", "rpt_data_readiness"),
        *("vw_student_risk_scores", "rpt_tier_calibration", "rpt_attendance_submission"),
    ],
)
def test_the_tests_report_is_a_part_of_the_promised_one(house: House, report: str) -> None:
    rows = house.query(
        "select column_name, data_type from information_schema.columns"
        " where table_schema = 'reporting' and table_name = %s",
        report,
    )
    assert rows
    columns = promised(report)
    for row in rows:
        assert columns.get(row["column_name"]) == row["data_type"], row["column_name"]
