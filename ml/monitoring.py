"""Measures a registered model again on all that has come true since it was trained."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import psycopg
from threadpoolctl import threadpool_limits

from ml import artefact, comparison, registry, splits, store
from ml.catalog import DISTRICT, Task
from ml.data import Labelled
from ml.errors import ArtefactError
from ml.evaluation import Row
from ml.policy import Policy

SPLIT = "since_training"


@dataclass(frozen=True, slots=True)
class EvaluateResult:
    """The figures of a model on every as-of date later than what it learnt from."""

    model_id: str
    state: str
    rows: tuple[Row, ...]


def evaluate(
    dsn: str, as_of_date: date, *, model_id: str | None = None, policy: Policy | None = None,
    task: Task = DISTRICT,
) -> EvaluateResult:  # fmt: skip
    """Compare a model (default: the newest) with the baselines on outcomes known by now.

    Stored as split `since_training`; safe to rerun. Its list is as long as the model's training
    was told (`seats`), whatever the policy says now: the two figures are to be compared.
    """
    policy = policy or Policy()
    with psycopg.connect(dsn) as connection:
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
        slices = splits.by_time(frame, entry.boundaries)
        data = Labelled.of(frame, task, policy, slices)
        with threadpool_limits(limits=1):  # see study.conduct
            rows = [
                *comparison.compare(data, [bundle], SPLIT).rows,
                *comparison.closer(data, bundle, SPLIT),
            ]
        with connection.transaction():
            registry.write_evaluations(connection, entry.model_id, rows, replace_all=False)
    return EvaluateResult(entry.model_id, entry.state, tuple(rows))
