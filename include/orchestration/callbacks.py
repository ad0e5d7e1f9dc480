"""Say what broke, who is affected and what to do, when a task has failed for good."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from include.orchestration.runbooks import place

log = logging.getLogger(__name__)

_TOLD = "_firstbell_told"

# Who is affected when a stage fails, by the stage's name.
AFFECTED = {
    "ingest_edfi": "attendance, grades, behavior and programs stay as of the last good night",
    "ingest_assessments": "test results of the failed vendor stay as of the last good night",
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


def message(dag_id: str, task: str, run_id: str, error: object) -> str:
    """The text of a failure; an unexpected error is named by type alone: it may quote data."""
    stage, _, district = dag_id.partition("__")
    if isinstance(error, Telling):
        broke = f"{error.where}: {error.seen}; expected {error.expected}"
        action = error.next_step
    elif error is None:
        broke = "the task was killed, or its worker vanished: it left no error of its own"
        action = "Look for memory, disk and restarts at that time, then clear the task."
    else:
        broke = f"{type(error).__name__} (details in the task's log)"
        action = "Read the task's log."
    return (
        f"FAILED {dag_id}.{task} ({run_id})\n"
        f"  What broke:      {broke}\n"
        f"  Who is affected: {district}: {AFFECTED.get(stage, 'unknown')}\n"
        f"  What to do:      {action} See {place(stage)}; clearing the task is safe."
    )


def tell(instance: Any, error: object) -> None:
    """Log a failure in words, once for each error."""
    if getattr(error, _TOLD, False):
        return
    label = instance.task_id + (f"[{instance.map_index}]" if instance.map_index >= 0 else "")
    log.error("%s", message(instance.dag_id, label, instance.run_id, error))
    with contextlib.suppress(AttributeError):  # some errors take no attribute
        setattr(error, _TOLD, True)


def report_failure(context: Mapping[str, Any]) -> None:
    """Airflow's on_failure_callback: log the failure in words, if its task could not."""
    error = context.get("exception")
    # a permanent failure carries our own error as its cause
    tell(context["task_instance"], getattr(error, "__cause__", None) or error)
