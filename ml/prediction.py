"""Predicts with the published model, and with none when none is published."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from ml import artefact, reasons, registry, store
from ml.bundle import Bundle
from ml.catalog import DISTRICT, Task
from ml.data import bands_of
from ml.session import session


@dataclass(frozen=True, slots=True)
class PredictResult:
    """How many were predicted, by which model; or why none."""

    count: int
    model_id: str | None
    reason: str | None


def predict(
    dsn: str, as_of_date: date, *, district_code: str | None = None, task: Task = DISTRICT,
    now: datetime | None = None,
) -> PredictResult:  # fmt: skip
    """Predict for everyone enrolled on `as_of_date`; a rerun replaces that date's predictions.

    Without a published model the date's predictions are removed, and the reason is returned. On a
    date before the model's own nothing is stored or removed: the model may have learnt from what
    followed, and what was said on that day was said by another.
    """
    now = now or datetime.now(UTC)
    with session(dsn) as connection:
        entry, why = registry.published(connection, district_code=district_code)
        if entry is None or entry.artefact is None or entry.artefact_sha256 is None:
            registry.replace_predictions(connection, as_of_date, [])
            return PredictResult(0, None, why)
        if as_of_date < entry.as_of_date:
            return PredictResult(0, entry.model_id, _already_learnt(entry, as_of_date))
        bundle = artefact.load(entry.artefact, sha256=entry.artefact_sha256, features=task.features)
        frame = store.current(connection, task, as_of=as_of_date)
        predicted = score(bundle, frame, task)
        rows = _rows(predicted, as_of_date, entry.model_id, now)
        registry.replace_predictions(connection, as_of_date, rows)
    reason = None if rows else f"No student has features on {as_of_date}."
    return PredictResult(len(rows), entry.model_id, reason)


def _already_learnt(entry: registry.Entry, as_of_date: date) -> str:
    return (
        f"Nothing is forecast for {as_of_date}: the model learnt from what was known on"
        f" {entry.as_of_date}. Predictions stored for that day stay as they are."
    )


def score(bundle: Bundle, frame: pd.DataFrame, task: Task) -> pd.DataFrame:
    """Probabilities, tier and reasons beside the student's key."""
    matrix = bundle.features.matrix(frame, beside=task.beside)
    with threadpool_limits(limits=1):  # see study.train_and_judge
        found = bundle.probabilities(matrix, bands_of(frame))
        told = reasons.explain(bundle, matrix, found.each, dict(task.outcomes))
    predicted = found.frame()
    predicted.insert(0, "student_key", frame["student_key"].to_numpy())
    predicted["ml_tier"] = bundle.tiers(found.of_either)
    predicted["reasons"] = told
    return predicted


def _rows(
    predicted: pd.DataFrame, as_of: date, model_id: str, now: datetime
) -> list[tuple[object, ...]]:
    """What is stored; a student to whom no outcome applies is left out, not called safe."""
    known = predicted[predicted["probability"].notna()]
    columns = [
        [None if np.isnan(value) else float(value) for value in known[name]]
        for name in ("probability", "probability_fails_course", "probability_becomes_chronic")
    ]
    return [
        (int(key), as_of, model_id, *chances, tier, json.dumps(told), now)
        for key, *chances, tier, told in zip(
            known["student_key"], *columns, known["ml_tier"], known["reasons"], strict=True
        )
    ]
