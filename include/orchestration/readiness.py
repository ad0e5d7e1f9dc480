"""When may a transformation start, and is there anything for it to do?"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from include import dbt_command, transform
from include.night import Night

log = logging.getLogger(__name__)


class CountsRuns(Protocol):
    """The part of Airflow's task instance that is needed here."""

    def get_dr_count(self, dag_id: str, *, states: list[str]) -> int: ...


def are_ingests_finished(instance: CountsRuns, dag_ids: Sequence[str]) -> bool:
    """True when no ingest of the district is running or queued.

    A vendor's file that failed does not hold the night up; Ed-Fi half loaded does (below).
    """
    busy = [i for i in dag_ids if instance.get_dr_count(i, states=["running", "queued"])]
    if busy:
        log.info("waiting for %s", ", ".join(busy))
    return not busy


def is_held_back(night: Night, events: Mapping[Any, Sequence[Any]] | None) -> bool:
    """True while Ed-Fi is half loaded: enrolments of tonight with the absences of last night
    would be a wrong rate that looks like a right one.

    A run without events, or after a read of some resources only, was started by somebody who
    has looked.
    """
    from include import landing

    if not events or _is_partial(events):
        return False
    broken = landing.half_loaded(night.dsn, "edfi")
    if broken:
        log.warning(
            "%s keeps its last good night: Ed-Fi is half loaded (%s). Clear the failed task of"
            " ingest_edfi__%s; this stage then starts by itself.",
            night.district.name, ", ".join(broken), night.district.code,
        )  # fmt: skip
    return bool(broken)


def _is_partial(events: Mapping[Any, Sequence[Any]]) -> bool:
    """Whether the newest Ed-Fi event is of a read of some resources; only Ed-Fi's says so."""
    edfi = [e for found in events.values() for e in found if "partial" in e.extra]
    return bool(edfi) and bool(max(edfi, key=lambda event: event.timestamp).extra["partial"])


def begin(night: Night, events: Mapping[Any, Sequence[Any]] | None, *, select: str = "") -> bool:
    """Claim the work and fix which loads it takes in; False when there is nothing to do.

    In this order: whatever came before the claim is then taken in.
    """
    if is_held_back(night, events) or not claim(night, events, select=select):
        return False
    transform.begin(night, select=select)
    return True


def claim(night: Night, events: Mapping[Any, Sequence[Any]] | None, *, select: str = "") -> bool:
    """True unless a transformation that started after these events has taken them in.

    Two ingests of one night send two events, so two runs, one after the other; the first waits
    for both ingests. A run without events, started by hand, always has something to do. One of
    some models only (`select`) stands for nobody else.
    """
    if select:
        return True
    marker = _marker(night)
    newest = max((e.timestamp for found in (events or {}).values() for e in found), default=None)
    if newest is not None and _covers(_read(marker), night, newest):
        log.info("nothing new: an earlier run started after the event that caused this one")
        return False
    _write(marker, {
        "run_id": night.run_id,
        "as_of_date": night.as_of_date.isoformat(),
        "started_at": datetime.now(UTC).isoformat(),
        "state": "running",
    })  # fmt: skip
    return True


def finish(night: Night) -> None:
    """Let this run's claim count: a run that failed half-way must not stand for the night."""
    marker = _marker(night)
    claimed = _read(marker)
    # one that claimed nothing (`select`) finds another run's claim, or none
    if claimed.get("run_id") == night.run_id:
        _write(marker, {**claimed, "state": "finished"})


def _covers(earlier: Mapping[str, str], night: Night, newest: datetime) -> bool:
    try:
        started = datetime.fromisoformat(earlier["started_at"])
        return (
            earlier["state"] == "finished"
            and earlier["run_id"] != night.run_id
            and earlier["as_of_date"] == night.as_of_date.isoformat()
            and started >= newest
        )
    except (KeyError, ValueError):
        return False


def _read(marker: Path) -> dict[str, str]:
    """The last claim; empty on another worker's disk or before the first run: transforming twice
    is safe, skipping is not."""
    try:
        return dict(json.loads(marker.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _write(marker: Path, claimed: Mapping[str, str]) -> None:
    marker.parent.mkdir(parents=True, exist_ok=True)
    part = marker.with_suffix(".part")
    part.write_text(json.dumps(claimed), encoding="utf-8")
    part.replace(marker)


def _marker(night: Night) -> Path:
    return dbt_command.folder(night) / "claimed.json"
