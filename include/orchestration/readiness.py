"""When may a transformation start, and is there anything for it to do?"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from include import transform
from include.bind import ingest_stage
from include.errors import NotBuiltError
from include.ingest import half_loaded, upgrade
from include.orchestration.ids import INGEST, DagName, ingests_of
from include.orchestration.missed import Missed, missed
from include.run import Run

if TYPE_CHECKING:
    from include.landing import Ingest

log = logging.getLogger(__name__)

Events = Mapping[Any, Sequence[Any]]


class CountsRuns(Protocol):
    """The part of Airflow's task instance that is needed here."""

    def get_dr_count(self, dag_id: str, *, states: list[str]) -> int: ...


def are_ingests_finished(instance: CountsRuns, dag_ids: Sequence[str]) -> bool:
    """True when no ingest of the district is running or queued.

    A source that failed does not hold the night up; a system of record half loaded does (below).
    """
    busy = [i for i in dag_ids if instance.get_dr_count(i, states=["running", "queued"])]
    if busy:
        log.info("waiting for %s", ", ".join(busy))
    return not busy


def is_held_back(run: Run, events: Events | None) -> bool:
    """True while a system of record is half loaded: enrolments of tonight with the absences of last
    night would be a wrong rate that looks like a right one. Also while it is down: tiers of old
    records would carry tonight's date.

    A run without events, or after a read of some resources only, was started by somebody who
    has looked.
    """
    if not events:
        return False
    broken = [
        behind
        for behind in half_loaded(run.district, run.dsn)
        if not _was_asked_for(run, behind.name)
    ]
    for behind in broken:
        log.warning(
            "%s keeps its last good night: %s. Clear the failed task of %s; this stage then starts"
            " by itself.",
            run.district.name, behind, DagName(INGEST, run.district.code, behind.name),
        )  # fmt: skip
    return bool(broken)


def _was_asked_for(run: Run, source: str) -> bool:
    """Whether what waits of a source is a read of some resources only, and nothing came after."""
    from include import landing

    stage = ingest_stage(source)
    newest = (stage, landing.last_ingest(run.dsn, stage))
    waiting = landing.waiting_ingests(run.dsn, besides=run.run_id)
    return any(found.is_partial for found in waiting if (found.stage, found.run_id) == newest)


def lacks_record(run: Run, events: Events | None, moment: datetime) -> bool:
    """True where a system of record had no run in a night of the schedule: tiers of its old records
    would carry tonight's date.

    Every other source that had none is told and holds nothing back. A run without events was
    started by somebody who has looked.
    """
    if not events or run.district.schedule is None:
        return False
    absent = missed(run, moment)
    for source in absent:
        log.warning(
            "%s: %s%s. %s",
            run.district.name, source,
            ", and no tiers are made without it" if source.holds_back_tiers else "",
            source.next_step,
        )  # fmt: skip
    return any(source.holds_back_tiers for source in absent)


def begin(run: Run, events: Events | None, moment: datetime, *, select: str = "") -> bool:
    """Claim the work and fix which loads it takes in; False when there is nothing to do."""
    # somebody may start this by hand before an ingest of a new version has prepared the warehouse
    upgrade(run)
    if (
        lacks_record(run, events, moment)
        or is_held_back(run, events)
        or not is_anything_new(run, events, select=select)
    ):
        return False
    # what somebody asks for by hand is built in full
    is_asked_for = select or run.full_refresh or not events
    scope = "all" if is_asked_for else transform.scope_of(run)
    if scope is None:
        log.info("nothing has changed since the last build of %s: it stands", run.as_of_date)
        transform.confirm(run)
        return False
    transform.begin(run, select=select, scope=scope)
    return True


def is_anything_new(run: Run, events: Events | None, *, select: str = "") -> bool:
    """True unless other builds have taken in every ingest.

    Two ingests of one night send two events, so two runs, one after the other; the first waits
    for both ingests. A run without events, started by hand, always has something to do, and one of
    some models only (`select`) stands for nobody else.
    """
    from include import landing

    if select or not events or landing.waiting_ingests(run.dsn, besides=run.run_id):
        return True
    log.info("nothing new: an earlier run started after the last ingest")
    return False


def require_built(run: Run, instance: CountsRuns, moment: datetime) -> None:
    """Raise NotBuiltError while an ingest has not ended, had no run in the night, or waits for a
    build.

    Events tell none of it: one that comes while the consumer is paused starts nothing, a paused
    ingest sends none, and a task whose pool is missing waits, which only the scheduler's log tells.
    """
    code = run.district.code
    ingests = ingests_of(run.district)
    busy = [i for i in ingests if instance.get_dr_count(i, states=["running", "queued"])]
    if busy:
        raise NotBuiltError(
            f"{code}: the night",
            seen=f"{', '.join(busy)} has not ended",
            expected="an end by now",
            next_step="Look at its run. Is it queued, and its DAG paused? Unpause it. Are its tasks"
            " scheduled and never started? Then a pool or a worker is missing:"
            f" `python -m include.orchestration.check {code}`.",
        )
    absent = missed(run, moment)
    found = [(str(source), source.next_step) for source in absent]
    if told := _unbuilt(run, absent):
        found.append(told)
    if found:
        raise NotBuiltError(
            f"{code}: the night",
            seen="; ".join(seen for seen, _ in found),
            expected="a run of every source in the night, and a build that took it in",
            next_step=" ".join(todo for _, todo in found),
        )


def _unbuilt(run: Run, absent: Sequence[Missed]) -> tuple[str, str] | None:
    """What no build has taken in, and what to do; None: nothing."""
    from include import landing

    code = run.district.code
    waiting = landing.waiting_ingests(run.dsn)
    if not waiting:
        return None
    newest, last = waiting[0], landing.last_build(run.dsn)
    broken = half_loaded(run.district, run.dsn)
    built = landing.last_day_built(run.dsn)
    seen = f"{newest.stage} of {newest.as_of_date} waits for a build; reports are of {built}"
    if broken:
        seen += "".join(f", and {behind}" for behind in broken)
        failed = ", ".join(str(DagName(INGEST, code, behind.name)) for behind in broken)
        return seen, f"Clear the failed task of {failed}; transform__{code} then starts."
    if last is not None and not last.is_finished and last.as_of_date == newest.as_of_date:
        seen += ", and the last build has not finished"
        return seen, f"Look at the run {last.run_id} of transform__{code}; clear what failed."
    if any(source.holds_back_tiers for source in absent):
        return seen, "Their end starts the build too."
    return seen, (
        f"Unpause transform__{code}, then trigger it with as_of_date {newest.as_of_date}: what"
        " came while it was paused starts nothing."
    )


def does_another_wait(run: Run) -> bool:
    """Whether an ingest ended that this build has not taken in: its own event may be lost."""
    from include import landing

    return _told(landing.waiting_ingests(run.dsn))


def did_another_come(run: Run) -> bool:
    """Whether an ingest ended since this build began, which failed, and no build has taken it in.

    What waited before is what it failed with: to start again for that alone would never end.
    """
    from include import landing

    began = landing.begun_at(run.dsn, transform.STAGE, run.run_id)
    if began is None:
        return False
    return _told([i for i in landing.waiting_ingests(run.dsn) if i.finished_at > began])


def _told(waiting: Sequence[Ingest]) -> bool:
    for ingest in waiting:
        log.info("%s of %s waits: another run is started", ingest.stage, ingest.as_of_date)
    return bool(waiting)
