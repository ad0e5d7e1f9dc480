"""The assets that chain the stages. An event's extra carries the as-of date to the next stage."""

from __future__ import annotations

from airflow.sdk import Asset


def source(district_code: str, name: str) -> Asset:
    """A source of the district has been landed."""
    # not `_raw_`: older releases gave such names other addresses, and Airflow holds an asset
    # inactive whose name has another address in its database
    return Asset(f"{district_code}_source_{name}", f"firstbell://{district_code}/source/{name}")


def warehouse(district_code: str) -> Asset:
    """Staging to reporting are built and tested."""
    return Asset(f"{district_code}_warehouse", f"firstbell://{district_code}/warehouse")


def left_waiting(district_code: str) -> Asset:
    """A build has ended, and an ingest that ended meanwhile waits for the next."""
    return Asset(f"{district_code}_left_waiting", f"firstbell://{district_code}/raw/waiting")


def ingest_ended(district_code: str) -> Asset:
    """An ingest has come to its end, well or not: the health of the feeds may have changed."""
    return Asset(f"{district_code}_ingest_ended", f"firstbell://{district_code}/raw/ended")


def model(district_code: str) -> Asset:
    """A model was trained, published or refused."""
    return Asset(f"{district_code}_model", f"firstbell://{district_code}/model")


def predictions(district_code: str) -> Asset:
    """Predictions are written and stand in the reports."""
    return Asset(f"{district_code}_predictions", f"firstbell://{district_code}/predictions")
