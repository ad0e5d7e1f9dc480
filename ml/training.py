"""Trains a district's model from its warehouse and registers it, published or refused."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pandas as pd
import psycopg
import sklearn

from ml import artefact, card, registry, splits, store, study
from ml.catalog import DISTRICT, Task
from ml.errors import TooFewPositivesError, TooLittleHistoryError
from ml.figure import Row
from ml.policy import Policy
from ml.registry import Entry
from ml.session import session


@dataclass(frozen=True, slots=True)
class TrainResult:
    """What a caller may log: no student is in it."""

    model_id: str
    state: str
    reasons: tuple[str, ...]
    figures: dict[str, float | None] = field(default_factory=dict)


def train(
    dsn: str, as_of_date: date, district_code: str, code_version: str, *,
    policy: Policy | None = None, task: Task = DISTRICT, now: datetime | None = None,
) -> TrainResult:  # fmt: skip
    """Train on outcomes known by `as_of_date`; the model is published if the gate lets it.

    Safe to rerun: the same data give the same model under the same id.
    """
    policy, now = policy or Policy(), now or datetime.now(UTC)
    with session(dsn) as connection:
        frame, step = store.labelled(connection, task, as_of=as_of_date, max_rows=policy.max_rows)
        try:
            if frame.empty:
                splits.plan(frame)
            slices = splits.by_time(frame, splits.plan(frame))
            found = study.train_and_judge(frame, task, policy, slices, step=step)
        except (TooLittleHistoryError, TooFewPositivesError) as error:
            entry = _unborn(
                error,
                frame,
                task,
                as_of=as_of_date,
                district_code=district_code,
                code_version=code_version,
                now=now,
            )
            _register(connection, entry, (), task)
            return TrainResult(entry.model_id, entry.state, (str(error),))
        entry = _entry(
            found,
            frame,
            task,
            as_of=as_of_date,
            district_code=district_code,
            code_version=code_version,
            now=now,
        )
        entry = _register(connection, entry, found.rows, task)
    reasons = found.verdict.reasons
    if entry.state == "retired":
        reasons += (f"Not published: the model of a later day counts, not that of {as_of_date}.",)
    return TrainResult(entry.model_id, entry.state, reasons, figures(found, task.union))


def _register(
    connection: psycopg.Connection, entry: Entry, rows: Sequence[Row], task: Task
) -> Entry:
    return registry.write(
        connection, entry, rows, card=lambda stored: card.text(stored, rows, task)
    )


def figures(found: study.Study, outcome: str) -> dict[str, float | None]:
    """The headline figures: `<subject>: <metric>` on the test slice."""
    told = ("auc", "pr_auc", "precision_at_10", "precision_at_seats", "ece", "calibration_slope")
    return {
        f"{row.subject}: {row.metric}": row.value
        for row in found.rows
        if (row.group_name, row.outcome) == ("all", outcome) and row.metric in told
    }


def _entry(
    found: study.Study, frame: pd.DataFrame, task: Task, *, as_of: date, district_code: str,
    code_version: str, now: datetime,
) -> Entry:  # fmt: skip
    data = artefact.dump(found.bundle)
    sha256 = artefact.digest(data)
    fitted = frame["as_of_date"][found.slices.fit]
    metrics: dict[str, object] = {"figures": figures(found, task.union), **found.notes}
    return Entry(
        model_id=f"{district_code}-{as_of:%Y%m%d}-{sha256[:8]}",
        district_code=district_code,
        state="champion" if found.verdict.passed else "refused",
        trained_at=now,
        as_of_date=as_of,
        train_from=fitted.min().date(),
        train_to=fitted.max().date(),
        algorithm=found.bundle.algorithm,
        code_version=code_version,
        sklearn_version=sklearn.__version__,
        feature_names=list(task.features.names),
        feature_hash=task.features.hash,
        metrics=metrics,
        gate=found.verdict.as_json(),
        card="",
        artefact=data,
        artefact_sha256=sha256,
        artefact_format=artefact.FORMAT,
    )


def _unborn(
    error: Exception, frame: pd.DataFrame, task: Task, *, as_of: date, district_code: str,
    code_version: str, now: datetime,
) -> Entry:  # fmt: skip
    """The record of a model that could not be trained, so that the reason can be shown."""
    told = f"{as_of}{len(frame)}{error}"
    check = {
        "name": "history", "passed": False, "seen": None, "required": None, "words": str(error),
    }  # fmt: skip
    return Entry(
        model_id=f"{district_code}-{as_of:%Y%m%d}-{hashlib.sha256(told.encode()).hexdigest()[:8]}",
        district_code=district_code,
        state="refused",
        trained_at=now,
        as_of_date=as_of,
        train_from=None,
        train_to=None,
        algorithm=None,
        code_version=code_version,
        sklearn_version=sklearn.__version__,
        feature_names=list(task.features.names),
        feature_hash=task.features.hash,
        metrics={"rows": {"labelled": len(frame)}},
        gate={"passed": False, "checks": [check]},
        card="",
        artefact=None,
        artefact_sha256=None,
        artefact_format=None,
    )
