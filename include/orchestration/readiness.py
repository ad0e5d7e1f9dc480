"""When may a transformation start, and is there anything for it to do?"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from include import transform
from include.errors import NotBuiltError
from include.night import Night, upgrade

log = logging.getLogger(__name__)

Events = Mapping[Any, Sequence[Any]]


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


def is_held_back(night: Night, events: Events | None) -> bool:
    """True while Ed-Fi is half loaded: enrolments of tonight with the absences of last night
    would be a wrong rate that looks like a right one. Also while it is down: tiers of old records
    would carry tonight's date.

    A run without events, or after a read of some resources only, was started by somebody who
    has looked.
    """
    from include import landing

    if not events or _was_asked_for(night):
        return False
    broken = landing.half_loaded(night.dsn, "edfi")
    if broken:
        log.warning(
            "%s keeps its last good night: Ed-Fi is down or half loaded (%s). Clear the failed task"
            " of ingest_edfi__%s; this stage then starts by itself.",
            night.district.name, ", ".join(broken), night.district.code,
        )  # fmt: skip
    return bool(broken)


def _was_asked_for(night: Night) -> bool:
    """Whether what waits of Ed-Fi is a read of some resources only, and nothing came after it."""
    from include import landing

    newest = landing.last_ingest(night.dsn, "ingest_edfi")
    waiting = landing.waiting_ingests(night.dsn, besides=night.run_id)
    return any(ingest.is_partial for ingest in waiting if ingest.run_id == newest)


def begin(night: Night, events: Events | None, *, select: str = "") -> bool:
    """Claim the work and fix which loads it takes in; False when there is nothing to do."""
    # somebody may start this by hand before an ingest of a new version has prepared the warehouse
    upgrade(night)
    if is_held_back(night, events) or not is_anything_new(night, events, select=select):
        return False
    # what somebody asks for by hand is built in full
    is_asked_for = select or night.full_refresh or not events
    scope = "all" if is_asked_for else transform.scope_of(night)
    if scope is None:
        log.info("nothing has changed since the last build of %s: it stands", night.as_of_date)
        transform.confirm(night)
        return False
    transform.begin(night, select=select, scope=scope)
    return True


def is_anything_new(night: Night, events: Events | None, *, select: str = "") -> bool:
    """True unless other builds have taken in every ingest.

    Two ingests of one night send two events, so two runs, one after the other; the first waits
    for both ingests. A run without events, started by hand, always has something to do, and one of
    some models only (`select`) stands for nobody else.
    """
    from include import landing

    if select or not events or landing.waiting_ingests(night.dsn, besides=night.run_id):
        return True
    log.info("nothing new: an earlier run started after the last ingest")
    return False


def require_built(night: Night, instance: CountsRuns, ingests: Sequence[str]) -> None:
    """Raise NotBuiltError while an ingest has not ended, or no build has taken it in.

    Events tell neither: one that comes while the consumer is paused starts nothing, and a task
    whose pool is missing waits without a word.
    """
    from include import landing

    code = night.district.code
    busy = [i for i in ingests if instance.get_dr_count(i, states=["running", "queued"])]
    if busy:
        raise NotBuiltError(
            f"{code}: the night",
            seen=f"{', '.join(busy)} has not ended",
            expected="an end by now",
            next_step="Look at its run. Are its tasks scheduled and never started? Then a pool or a"
            f" worker is missing: `python -m include.orchestration.check {code}`.",
        )
    waiting = landing.waiting_ingests(night.dsn)
    if not waiting:
        return
    newest, last = waiting[0], landing.last_build(night.dsn)
    broken = landing.half_loaded(night.dsn, "edfi")
    built = landing.last_day_built(night.dsn)
    seen = f"{newest.stage} of {newest.as_of_date} waits for a build; reports are of {built}"
    if broken:
        seen += f", and Ed-Fi is down or half loaded ({', '.join(broken)})"
        todo = f"Clear the failed task of ingest_edfi__{code}; transform__{code} then starts."
    elif last is not None and not last.is_finished and last.as_of_date == newest.as_of_date:
        seen += ", and the last build has not finished"
        todo = f"Look at the run {last.run_id} of transform__{code}; clear what failed."
    else:
        todo = (
            f"Unpause transform__{code}, then trigger it with as_of_date {newest.as_of_date}: what"
            " came while it was paused starts nothing."
        )
    raise NotBuiltError(
        f"{code}: the night", seen=seen, expected="every ingest to be taken in", next_step=todo
    )


def does_another_wait(night: Night) -> bool:
    """Whether an ingest ended that this build has not taken in: its own event may be lost."""
    from include import landing

    waiting = landing.waiting_ingests(night.dsn)
    for ingest in waiting:
        log.info("%s of %s waits: another run is started", ingest.stage, ingest.as_of_date)
    return bool(waiting)
