"""Measures a registered model again on what nobody knew when it was trained."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pandas as pd
from threadpoolctl import threadpool_limits

from ml import artefact, comparison, registry, splits, store
from ml.catalog import DISTRICT, Task
from ml.data import Labelled
from ml.errors import ArtefactError
from ml.figure import Row
from ml.policy import Policy
from ml.session import session

SPLIT = "since_training"


@dataclass(frozen=True, slots=True)
class EvaluateResult:
    """The figures of a model on outcomes later than its training; or why there are none."""

    model_id: str
    state: str
    rows: tuple[Row, ...]
    reason: str | None = None


def evaluate(
    dsn: str, as_of_date: date, *, model_id: str | None = None, policy: Policy | None = None,
    task: Task = DISTRICT,
) -> EvaluateResult:  # fmt: skip
    """Compare a model (default: the newest) with the baselines on what came true since then.

    Rows whose label window had ended by the model's as-of date are not looked at: on them the
    model was chosen, and let through the gate. Stored as split `since_training`; safe to rerun.
    Its list is as long as the model's training was told (`seats`), whatever the policy says now:
    the two figures are to be compared.
    """
    policy = policy or Policy()
    with session(dsn) as connection:
        entry = registry.get(connection, model_id)
        if entry.artefact is None or entry.artefact_sha256 is None:
            raise ArtefactError(
                f"model {entry.model_id}",
                seen="a model that was refused before it could be trained",
                expected="a trained model",
                next_step=registry.refusal(entry),
            )
        bundle = artefact.load(entry.artefact, sha256=entry.artefact_sha256, features=task.features)
        frame, step = store.labelled(connection, task, as_of=as_of_date, max_rows=policy.max_rows)
        policy = policy.model_copy(update={"seats": entry.seats}).sampled(step)
        slices = _since(entry, frame)
        if not slices.test.any():
            registry.write_evaluations(connection, entry.model_id, [], split=SPLIT)
            return EvaluateResult(entry.model_id, entry.state, (), _nothing_yet(entry, as_of_date))
        data = Labelled.of(frame, task, policy, slices)
        with threadpool_limits(limits=1):  # see study.train_and_judge
            rows = [
                *comparison.compare(data, [bundle], SPLIT).rows,
                *comparison.closer(data, bundle, SPLIT),
            ]
        with connection.transaction():
            registry.write_evaluations(connection, entry.model_id, rows, split=SPLIT)
    return EvaluateResult(entry.model_id, entry.state, tuple(rows))


def _since(entry: registry.Entry, frame: pd.DataFrame) -> splits.Slices:
    """The model's slices, with only rows to test on whose outcome it could not have been told."""
    slices = splits.by_time(frame, entry.boundaries)
    later = (frame["label_end_date"] > pd.Timestamp(entry.as_of_date)).to_numpy(dtype=bool)
    return replace(slices, test=slices.test & later)


def _nothing_yet(entry: registry.Entry, as_of_date: date) -> str:
    return (
        f"Nothing has come true yet: by {as_of_date} no grading period has closed that was still"
        f" open on {entry.as_of_date}, when the model was trained."
    )
