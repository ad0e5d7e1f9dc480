"""The assets that chain the stages. An event's extra carries the as-of date to the next stage."""

from __future__ import annotations

from airflow.sdk import Asset


def edfi(district_code: str) -> Asset:
    """Ed-Fi has been landed."""
    return Asset(f"{district_code}_raw_edfi", f"firstbell://{district_code}/raw/edfi")


def assessments(district_code: str) -> Asset:
    """The vendors' test files have been landed."""
    return Asset(f"{district_code}_raw_assessments", f"firstbell://{district_code}/raw/assessments")


def warehouse(district_code: str) -> Asset:
    """Staging to reporting are built and tested."""
    return Asset(f"{district_code}_warehouse", f"firstbell://{district_code}/warehouse")
