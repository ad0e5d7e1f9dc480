"""Which day does a run answer for that an event has started?

The event does not say it for sure: of several events that come before a run starts, the run lists
the first alone (Airflow 3.3). So the day is taken from the ledger of runs, once per run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from include.run import Run

Events = Mapping[Any, Sequence[Any]]


def of_run(run: Run, stage: str, events: Events) -> date:
    """The day of a run of this stage: settled before, or else chosen and settled now."""
    from include import landing

    known = landing.day_of_run(run.dsn, stage, run.run_id)
    if known is not None:
        return known
    chosen = _CHOICES.get(stage, _last_built)(run.dsn)
    # before the first run of this ledger, and when there is nothing to take in
    day = chosen or newest_of(events) or run.as_of_date
    return landing.settle_day(run.dsn, stage, run.run_id, day)


def newest_of(events: Events) -> date | None:
    """The as-of date of the newest event that has one."""
    dated = [e for found in events.values() for e in found if e.extra.get("as_of_date")]
    if not dated:
        return None
    newest = max(dated, key=lambda event: event.timestamp)
    return date.fromisoformat(str(newest.extra["as_of_date"]))


def _newest_waiting(dsn: str) -> date | None:
    from include import landing

    waiting = landing.waiting_ingests(dsn)
    return waiting[0].as_of_date if waiting else None


def _last_ingested(dsn: str) -> date | None:
    from include import landing

    return landing.last_day_ingested(dsn)


def _last_built(dsn: str) -> date | None:
    from include import landing

    return landing.last_day_built(dsn)


# By stage, whose day a run takes over; all others take over that of the last build.
_CHOICES: dict[str, Callable[[str], date | None]] = {
    "transform": _newest_waiting,
    "open_tickets": _last_ingested,
}
