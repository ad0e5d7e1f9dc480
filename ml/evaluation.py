"""The table of a model: itself beside every baseline, overall, for new cases and by group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml import metrics
from ml.baselines import Scored
from ml.catalog import Task
from ml.figure import Row
from ml.policy import Policy

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Measured:
    """A subject's bootstrap samples, kept for comparisons sample by sample."""

    subject: str
    is_rule: bool
    samples: dict[str, Floats]


@dataclass(frozen=True, slots=True)
class Cohort:
    """The rows to measure on, with the bootstrap that all subjects share."""

    frame: pd.DataFrame
    weights: metrics.Weights
    split: str

    @classmethod
    def of(cls, frame: pd.DataFrame, policy: Policy, split: str) -> Cohort:
        students = frame["student_key"].to_numpy()
        return cls(frame, metrics.draw(students, policy.replicates, policy.seed), split)

    @property
    def dates(self) -> NDArray[np.int64]:
        return self.frame["as_of_date"].to_numpy(dtype="datetime64[D]").astype(np.int64)


def measure(
    cohort: Cohort, subjects: Sequence[Scored], outcome: Floats, rows: Mask, policy: Policy, *,
    seats: int | None = None,
) -> list[Measured]:  # fmt: skip
    """Every measure of every subject on `rows` whose outcome is known.

    `seats` is for the whole district alone: a part of it has no list of that length.
    """
    rows = rows & ~np.isnan(outcome)
    if not rows.any():
        return []
    weights, dates, truth = cohort.weights[rows], cohort.dates[rows], outcome[rows]
    measured = []
    for subject in subjects:
        # a subject without an opinion on a row (an outcome that does not apply) sits it out
        known = ~np.isnan(subject.probability[rows])
        if not known.any():
            continue
        part = (weights, dates, truth) if known.all() else (
            weights[known], dates[known], truth[known]
        )  # fmt: skip
        samples = metrics.ranking(
            subject.score[rows][known], part[2], part[1], part[0],
            shares=policy.top_shares, seats=seats, seed=policy.seed,
        ) | metrics.calibration(subject.probability[rows][known], part[2], part[0])  # fmt: skip
        measured.append(Measured(subject.name, subject.is_rule, samples))
    return measured


def rows_of(
    cohort: Cohort, measured: Sequence[Measured], outcome_name: str, outcome: Floats, rows: Mask,
    *, group: tuple[str, str],
) -> Iterator[Row]:  # fmt: skip
    """The figures as they are stored."""
    known = rows & ~np.isnan(outcome)
    for one in measured:
        for metric, samples in one.samples.items():
            found = metrics.estimate(samples)
            yield Row(
                cohort.split, *group, one.subject, outcome_name, metric,
                found.value, found.low, found.high, int(known.sum()), int(outcome[known].sum()),
            )  # fmt: skip


def by_date(
    cohort: Cohort, subject: Scored, outcome: Floats, task: Task, policy: Policy
) -> Iterator[Row]:
    """The figures of each as-of date alone: whether the model is as good in May as in October.

    A date on which nobody or everybody of those judged has the outcome ranks nothing and is left
    out. A date of fewer students than the policy allows is named but not told.
    """
    known = ~np.isnan(outcome) & ~np.isnan(subject.probability)
    students = cohort.frame["student_key"].to_numpy()
    for day in np.unique(cohort.dates[known]):
        rows = known & (cohort.dates == day)
        group = ("as_of_date", str(np.datetime64(int(day), "D")))
        if len(np.unique(students[rows])) < policy.min_group_students:
            yield _suppressed(cohort, subject, task, group)
            continue
        if not 0 < outcome[rows].sum() < rows.sum():
            continue
        measured = measure(cohort, [subject], outcome, rows, policy)
        yield from rows_of(cohort, measured, task.union, outcome, rows, group=group)


def audit(
    cohort: Cohort, subject: Scored, outcome: Floats, task: Task, policy: Policy
) -> Iterator[Row]:
    """How the model treats each group: false alarms, misses, ranking and calibration.

    One list is cut for the whole district, the top `audit_share` of each as-of date; each group is
    then asked who of it was flagged in vain and who was missed. Groups of fewer students than the
    policy allows are named but not told, nor is a group without which they could be worked out.
    """
    known = ~np.isnan(outcome) & ~np.isnan(subject.probability)
    flagged = np.zeros(len(outcome), dtype=bool)
    flagged[known] = metrics.top_mask(
        subject.score[known], cohort.dates[known], policy.audit_share, policy.seed
    )
    students = cohort.frame["student_key"].to_numpy()
    for name in ("grade_band", "school_key", *task.audit):
        if name not in cohort.frame:
            continue
        values = cohort.frame[name].astype("object").where(cohort.frame[name].notna(), "not known")
        groups = {
            value: known & (values == value).to_numpy()
            for value in sorted(values.unique(), key=str)
        }
        sizes = {value: len(np.unique(students[rows])) for value, rows in groups.items()}
        hidden = _hidden(sizes, policy.min_group_students)
        for value, rows in groups.items():
            group = (name, _told(value))
            if value in hidden:
                yield _suppressed(cohort, subject, task, group)
                continue
            samples = metrics.errors(flagged[rows], outcome[rows], cohort.weights[rows])
            one = measure(cohort, [subject], outcome, rows, policy)[0]
            kept = {
                metric: one.samples[metric]
                for metric in ("base_rate", "auc", "ece", "calibration_slope")
            }
            yield from rows_of(
                cohort, [Measured(subject.name, False, samples | kept)], task.union, outcome,
                rows, group=group,
            )  # fmt: skip


def _hidden(sizes: Mapping[object, int], least: int) -> set[object]:
    """The groups not to be told of: those below `least` students, with cover from the others.

    All groups together make up the whole, which is told. A single hidden group, or several that
    are together below `least`, could be had by subtraction: the next smallest hides with them.
    Groups of whom nothing is known have nothing to give away, and cover nobody.
    """
    hidden: set[object] = {group for group, size in sizes.items() if size < least}
    covered = [size for size in sizes.values() if 0 < size < least]
    others = sorted(
        ((size, group) for group, size in sizes.items() if size >= least),
        key=lambda one: (one[0], str(one[1])),
    )
    for size, group in others:
        if not covered or (len(covered) > 1 and sum(covered) >= least):
            break
        hidden.add(group)
        covered.append(size)
    return hidden


def _suppressed(cohort: Cohort, subject: Scored, task: Task, group: tuple[str, str]) -> Row:
    return Row(
        cohort.split, *group, subject.name, task.union, "suppressed", None, None, None, None, None
    )


def _told(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
