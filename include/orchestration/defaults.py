"""What every DAG has in common."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Asset, AssetAny, CronTriggerTimetable, Param

from include.config import District
from include.orchestration.callbacks import report_failure
from include.orchestration.runbooks import linked

START = datetime(2022, 7, 1, tzinfo=UTC)
OWNER = "data-platform"

ARGS: dict[str, Any] = {
    "owner": OWNER,
    "retries": 3,
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=10),
    "execution_timeout": timedelta(hours=2),
    "on_failure_callback": report_failure,
}

# Airflow (3.3.2) checks a `date`; a `date-time` only where rfc3339-validator is installed, which is
# no part of it: any text would pass.
AS_OF_DATE = Param(
    None,
    type=["null", "string"],
    format="date",
    title="As-of date",
    description="The day this run is for; empty: today in the district's time zone.",
)
FULL_REFRESH = Param(
    False,
    type="boolean",
    title="Full refresh",
    description="Read everything again, whatever was loaded before.",
)
RELEASE_PARKED = Param(
    False,
    type="boolean",
    title="Release parked feeds",
    description="Commit a snapshot although it deletes more than the district's limit. "
    "Look at why it shrank first.",
)
RESOURCES = Param(
    [],
    type="array",
    items={"type": "string"},
    title="Only these resources",
    description="Names of resources (students), or of groups (attendance); empty: all.",
)
SELECT = Param(
    "",
    type="string",
    title="Only these models",
    description="dbt selection, e.g. fct_attendance_to_date+; empty: all.",
)


def schedule(district: District) -> CronTriggerTimetable | None:
    """The district's cron, in its own time zone; None: started by hand or through the API."""
    if district.schedule is None:
        return None
    return CronTriggerTimetable(district.schedule, timezone=district.time_zone)


def broken_file_schedule() -> CronTriggerTimetable:
    """Each morning: no file says when, or where, the district's is."""
    return CronTriggerTimetable("0 7 * * *", timezone="UTC")


def check_schedule(district: District) -> CronTriggerTimetable | None:
    """When the night must have come to its end; None: its stages are started by hand too."""
    if district.schedule is None:
        return None
    return CronTriggerTimetable(district.check_schedule, timezone=district.time_zone)


def page(doc: str | None) -> str:
    """A DAG's page from its file's docstring: runbooks are links, where there is a place."""
    return linked(doc or "")


def training_schedule(district: District) -> CronTriggerTimetable | None:
    """The district's cron for training; None: started by hand or through the API."""
    if district.training_schedule is None:
        return None
    return CronTriggerTimetable(district.training_schedule, timezone=district.time_zone)


def any_of(assets: list[Asset]) -> AssetAny:
    """A schedule that starts on an event of any of these.

    Not on all of them: one source's outage would then pair tonight's others with its tomorrow's,
    and every night after would run one night behind.
    """
    return AssetAny(*assets)
