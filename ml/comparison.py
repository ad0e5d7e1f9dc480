"""The table: models and baselines on the test slice, overall, for new cases and new students."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml import baselines, evaluation
from ml.baselines import Scored
from ml.bundle import Bundle, combine
from ml.catalog import column
from ml.data import Labelled
from ml.evaluation import Cohort, Measured
from ml.figure import Row

Floats = NDArray[np.float64]

_ALL = ("all", "all")


@dataclass(frozen=True, slots=True)
class Table:
    """The stored rows, and the samples behind the union's for comparisons."""

    rows: tuple[Row, ...]
    union: tuple[Measured, ...]


def compare(data: Labelled, bundles: Sequence[Bundle], split: str) -> Table:
    """Every subject on every outcome of the test slice; the bootstrap is the same for all."""
    test = data.frame[data.slices.test].reset_index(drop=True)
    cohort = Cohort.of(test, data.policy, split)
    rows: list[Row] = []
    union: list[Measured] = []
    for name in data.outcomes:
        subjects = _subjects(data, name, bundles)
        measured, found = _table(data, cohort, subjects, name)
        rows += found
        if name == data.task.union:
            union = measured
    return Table(tuple(rows), tuple(union))


def closer(data: Labelled, bundle: Bundle, split: str) -> list[Row]:
    """One model on the union, seen closer: as-of date by as-of date, and its errors by group."""
    test = data.slices.test
    cohort = Cohort.of(data.frame[test].reset_index(drop=True), data.policy, split)
    subject = _scored(data, bundle, data.task.union)
    outcome = data.outcomes[data.task.union][test]
    return [
        *evaluation.by_date(cohort, subject, outcome, data.task, data.policy),
        *evaluation.audit(cohort, subject, outcome, data.task, data.policy),
    ]


def _scored(data: Labelled, bundle: Bundle, name: str) -> Scored:
    """A bundle as a subject; it ranks by uncalibrated odds, which keep what steps would tie."""
    test = data.slices.test
    matrix, bands = data.matrix[test], data.bands(test)
    raw = [
        np.where(one.applies(bands, len(matrix)), _expit(one.model.log_odds(matrix)), np.nan)
        for one in bundle.outcomes
    ]
    found = bundle.probabilities(matrix, bands)
    if name == data.task.union:
        score = found.of_either + 1e-6 * combine(raw, bundle.odds_ratio)
        return Scored(bundle.algorithm, score, found.of_either)
    at = data.task.outcome_names.index(name)
    return Scored(bundle.algorithm, raw[at], found.each[name])


def _expit(log_odds: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(log_odds, -50, 50)))


def _subjects(data: Labelled, name: str, bundles: Sequence[Bundle]) -> list[Scored]:
    frame, outcome, slices = data.frame, data.outcomes[name], data.slices
    subjects = [_scored(data, one, name) for one in bundles]
    whole = [baselines.base_rate(outcome, slices.fit)]
    if "school_key" in frame:
        school = frame["school_key"].to_numpy(dtype=object)
        whole.append(baselines.school_mean(school, outcome, slices.fit))
    # on the slices that the models were calibrated on, so that nobody has an advantage
    later = slices.calibration | slices.inner
    whole += [baselines.ranked(one, frame, outcome, later) for one in data.task.baselines]
    # who a model cannot judge (no outcome applies), no baseline is judged on either
    judged = ~np.isnan(subjects[0].probability)
    test = slices.test
    return subjects + [
        Scored(
            one.name, one.score[test], np.where(judged, one.probability[test], np.nan),
            one.is_rule,
        )
        for one in whole
    ]  # fmt: skip


def _table(
    data: Labelled, cohort: Cohort, subjects: Sequence[Scored], name: str
) -> tuple[list[Measured], list[Row]]:
    outcome = data.outcomes[name][data.slices.test]
    everyone = np.ones(len(outcome), dtype=bool)
    overall = evaluation.measure(
        cohort, subjects, outcome, everyone, data.policy, seats=data.policy.seats
    )
    rows = list(evaluation.rows_of(cohort, overall, name, outcome, everyone, group=_ALL))
    parts: dict[tuple[str, str], pd.Series[bool]] = {}
    if name == data.task.union:
        learnt = data.slices.fit | data.slices.calibration
        seen = data.frame["student_key"].to_numpy()[learnt]
        parts["student", "never seen in training"] = ~cohort.frame["student_key"].isin(seen)
    if data.task.onset and data.task.onset in cohort.frame:
        onset = column(cohort.frame, data.task.onset) == 1
        parts[("onset", "not yet failing or chronic")] = cohort.frame["student_key"].notna() & onset
    for group, mask in parts.items():
        part = mask.to_numpy(dtype=bool)
        students = cohort.frame["student_key"][part].nunique()
        positive = outcome[part][~np.isnan(outcome[part])]
        if students < data.policy.min_group_students or not 0 < positive.sum() < len(positive):
            continue
        found = evaluation.measure(cohort, subjects, outcome, part, data.policy)
        rows += evaluation.rows_of(cohort, found, name, outcome, part, group=group)
    return overall, rows
