"""Say what broke, who is affected and what to do, when a task has failed for good."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from include.config import get_district
from include.errors import FirstbellError
from include.orchestration import ids
from include.orchestration.runbooks import place
from include.sources import registry

log = logging.getLogger(__name__)

_TOLD = "_firstbell_told"
_BROKE = "  What broke:      "
_HEADLINE = re.compile(r"(TRY \d+ OF \d+ )?FAILED ")

# Who is affected when a stage fails, by the stage's name.
AFFECTED = {
    "transform": "tiers and reports stay as of the last good night, or are partly renewed",
    "dictionary": "only the data dictionary is not renewed",
    "train": "the published model stays in use, and tiers follow the rules as before",
    "predict": "predictions stay as of the last good week; tiers follow the rules as before",
    "send_alerts": "alerts wait in the outbox: nobody has heard of tonight's crossings yet",
    "check_night": "reports may be of an earlier day than the records",
    "open_tickets": "no ticket tells the service desk of a broken or healed feed",
}


@runtime_checkable
class Telling(Protocol):
    """An error of ours, of include or of ml: its parts hold no value of a row."""

    where: str
    seen: str
    expected: str
    next_step: str


def _affected(name: ids.DagName) -> str:
    """Who is affected when a task of this DAG fails."""
    if not name.source:
        return AFFECTED.get(name.stage, "unknown")
    what = "what this source brings"
    with contextlib.suppress(FirstbellError, KeyError):  # the district file may be what broke
        what = registry.of(get_district(name.district).sources[name.source]).brings
    return f"{what} stay as of the last good night of {name.source}"


def message(dag_id: str, task: str, run_id: str, error: object) -> str:
    """The text of a failure; an unexpected error is named by type alone: it may quote data."""
    name = ids.parse(dag_id)
    broke, action = _parts(error)
    return (
        f"FAILED {dag_id}.{task} ({run_id})\n"
        f"{_BROKE}{broke}\n"
        f"  Who is affected: {name.district}: {_affected(name)}\n"
        f"  What to do:      {action} See {place(name.stage)}; clearing the task is safe."
    )


def retry_message(
    dag_id: str, task: str, run_id: str, error: object, *, number: int, most: int
) -> str:
    """The text of a failed attempt that is not the last one."""
    broke, action = _parts(error)
    return (
        f"TRY {number} OF {most} FAILED {dag_id}.{task} ({run_id})\n"
        f"{_BROKE}{broke}\n"
        f"  What to do:      nothing yet: it is tried again by itself. If that fails too: {action}"
    )


def reason_in(text: str) -> str | None:
    """What broke, from one of these texts; None for any other: it may quote data."""
    if not _HEADLINE.match(text):
        return None
    lines = (line for line in text.splitlines() if line.startswith(_BROKE))
    return next((line.removeprefix(_BROKE) for line in lines), None)


def _parts(error: object) -> tuple[str, str]:
    """What broke, and what to do."""
    if isinstance(error, Telling):
        return f"{error.where}: {error.seen}; expected {error.expected}", error.next_step
    if error is None:
        return (
            "the task was killed, or its worker vanished: it left no error of its own",
            "Look for memory, disk and restarts at that time, then clear the task.",
        )
    return f"{type(error).__name__} (details in the task's log)", "Read the task's log."


def tell(instance: Any, error: object) -> None:
    """Log a failure in words, once for each error."""
    if getattr(error, _TOLD, False):
        return
    log.error("%s", message(instance.dag_id, _label(instance), instance.run_id, error))
    with contextlib.suppress(AttributeError):  # some errors take no attribute
        setattr(error, _TOLD, True)


def tell_attempt(instance: Any, error: object) -> None:
    """Log in words why an attempt failed that is followed by another."""
    log.warning(
        "%s",
        retry_message(
            instance.dag_id, _label(instance), instance.run_id, error,
            number=instance.try_number, most=instance.max_tries + 1,
        ),
    )  # fmt: skip


def _label(instance: Any) -> str:
    return str(instance.task_id) + (f"[{instance.map_index}]" if instance.map_index >= 0 else "")


def report_failure(context: Mapping[str, Any]) -> None:
    """Airflow's on_failure_callback: log the failure in words, if its task could not."""
    error = context.get("exception")
    # a permanent failure carries our own error as its cause
    tell(context["task_instance"], getattr(error, "__cause__", None) or error)
