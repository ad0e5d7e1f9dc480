"""Which sources of a district had no run in the night?

A DAG that is paused fails nothing: Airflow creates each new one so, after an upgrade that gave it
another name as for a source that a district gets more. Only what did not happen shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from include.bind import ingest_stage, source_names
from include.config import District
from include.orchestration.ids import INGEST, DagName
from include.run import Run
from include.sources import registry

if TYPE_CHECKING:
    from airflow.timetables.trigger import CronTriggerTimetable


@dataclass(frozen=True, slots=True)
class Missed:
    """A source of which no run has ended since one was due."""

    dag_id: str
    # when its last run ended, well or not; None: none ever did
    last: datetime | None
    # when the first run after that one was due; None: it has no schedule, or never ran
    due: datetime | None
    # tiers without it would tell of two nights
    holds_back_tiers: bool

    def __str__(self) -> str:
        if self.last is None:
            return f"{self.dag_id} has never run"
        return f"{self.dag_id} has not run since {self.last:%Y-%m-%d}"

    @property
    def next_step(self) -> str:
        """What makes it run: a new DAG is paused until somebody looks."""
        return (
            f"Is {self.dag_id} paused? Unpause it, and trigger it if that starts no run; not in"
            " Airflow's list? Read its import errors."
        )


def missed(run: Run, moment: datetime) -> list[Missed]:
    """The sources of the run's district that had no run in the night, as of a moment.

    With a schedule each must have ended one, well or not, since the last time one was due. Without
    one nobody can say when: each must have ended one at all.
    """
    from include import landing

    ended = landing.last_ends(run.dsn)
    timetable = _timetable(run.district)
    found = []
    for name in source_names(run.district):
        last = ended.get(ingest_stage(name))
        due = _next(timetable, last) if timetable and last else None
        if last is None or (due is not None and due <= moment):
            dag_id = str(DagName(INGEST, run.district.code, name))
            kind = registry.of(run.district.sources[name])
            found.append(Missed(dag_id, last, due, kind.holds_back_tiers))
    return found


def _timetable(district: District) -> CronTriggerTimetable | None:
    """The district's schedule as Airflow's scheduler reads it."""
    if district.schedule is None:
        return None
    # here, because it takes a while and each DAG file imports what imports this
    from airflow.timetables.trigger import CronTriggerTimetable

    return CronTriggerTimetable(district.schedule, timezone=district.time_zone)


def _next(timetable: CronTriggerTimetable, after: datetime) -> datetime | None:
    """When the next run is due after a moment."""
    from airflow.sdk import timezone
    from airflow.timetables.base import DataInterval, TimeRestriction

    found = timetable.next_dagrun_info(
        last_automated_data_interval=DataInterval.exact(timezone.coerce_datetime(after)),
        restriction=TimeRestriction(earliest=None, latest=None, catchup=True),
    )
    return None if found is None else found.run_after
