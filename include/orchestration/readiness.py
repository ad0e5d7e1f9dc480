"""When may a transformation start, and is there anything for it to do?"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from include import transform
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

    A run without events was started by hand, by somebody who has looked.
    """
    from include import landing

    broken = landing.half_loaded(night.dsn, "edfi") if events else []
    if broken:
        log.warning(
            "%s keeps its last good night: Ed-Fi is half loaded (%s). Clear the failed task of"
            " ingest_edfi__%s; this stage then starts by itself.",
            night.district.name, ", ".join(broken), night.district.code,
        )  # fmt: skip
    return bool(broken)


def claim(night: Night, events: Mapping[Any, Sequence[Any]] | None) -> bool:
    """True unless a transformation that started after these events already took them in.

    Two ingests of one night send two events, so two runs; the first waits for both ingests.
    A run without events, started by hand, always has something to do.
    """
    marker = _marker(night)
    newest = max((e.timestamp for found in (events or {}).values() for e in found), default=None)
    if newest is not None and _covers(marker, night, newest):
        log.info("nothing new: an earlier run started after the event that caused this one")
        return False
    marker.parent.mkdir(parents=True, exist_ok=True)
    claimed = {
        "run_id": night.run_id,
        "as_of_date": night.as_of_date.isoformat(),
        "started_at": datetime.now(UTC).isoformat(),
    }
    marker.write_text(json.dumps(claimed), encoding="utf-8")
    return True


def _covers(marker: Path, night: Night, newest: datetime) -> bool:
    try:
        earlier = json.loads(marker.read_text(encoding="utf-8"))
        started = datetime.fromisoformat(earlier["started_at"])
    except (OSError, ValueError, KeyError):
        # another worker's disk, or the first run: transforming twice is safe, skipping is not
        return False
    return bool(
        earlier["run_id"] != night.run_id
        and earlier["as_of_date"] == night.as_of_date.isoformat()
        and started >= newest
    )


def _marker(night: Night) -> Path:
    return transform.folder(night) / "claimed.json"
