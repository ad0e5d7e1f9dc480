"""The subjects of the table, models and baselines, and the rows in which they are compared."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml import baselines, evaluation
from ml.baselines import Scored
from ml.bundle import Bundle, combine
from ml.catalog import ORACLE, Baseline, Task, column
from ml.evaluation import Cohort, Measured, Row
from ml.policy import Policy
from ml.splits import Slices

Floats = NDArray[np.float64]

_ALL = ("all", "all")


def bands_of(frame: pd.DataFrame) -> list[object] | None:
    """The grade bands of a frame's rows, where it has any."""
    return list(frame["grade_band"]) if "grade_band" in frame else None


def scored(
    bundle: Bundle, name: str, matrix: Floats, bands: list[object] | None, task: Task
) -> Scored:
    """A bundle as a subject; it ranks by uncalibrated odds, which keep what steps would tie."""
    raw = [
        np.where(one.applies(bands, len(matrix)), _expit(one.model.log_odds(matrix)), np.nan)
        for one in bundle.outcomes
    ]
    found = bundle.probabilities(matrix, bands)
    if name == task.union:
        # steps of the isotonic map would tie: the uncalibrated union orders within a step
        score = found.either + 1e-6 * combine(raw, bundle.odds_ratio)
        return Scored(bundle.algorithm, score, found.either)
    at = task.outcome_names.index(name)
    return Scored(bundle.algorithm, raw[at], found.each[name])


def _expit(log_odds: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(log_odds, -50, 50)))


def subjects_of(
    name: str, contenders: Sequence[Bundle], frame: pd.DataFrame, matrix: Floats, outcome: Floats,
    task: Task, slices: Slices,
) -> list[Scored]:  # fmt: skip
    """Models and baselines on the test slice, for one outcome."""
    test = slices.test
    bands = bands_of(frame[test])
    subjects = [scored(one, name, matrix[test], bands, task) for one in contenders]
    whole = [baselines.base_rate(outcome, slices.fit)]
    if "school_key" in frame:
        school = frame["school_key"].to_numpy(dtype=object)
        whole.append(baselines.school_mean(school, outcome, slices.fit))
    whole += [_ranked(one, frame, outcome, slices) for one in task.baselines]
    if ORACLE in frame and name == task.union:
        truth = column(frame, ORACLE)
        whole.append(Scored("oracle", truth, truth))
    # who a model cannot judge (no outcome applies), no baseline is judged on either
    judged = ~np.isnan(subjects[0].probability)
    cut = [
        Scored(one.name, one.score[test], np.where(judged, one.probability[test], np.nan),
               one.is_rule)
        for one in whole
    ]  # fmt: skip
    return subjects + cut


def _ranked(one: Baseline, frame: pd.DataFrame, outcome: Floats, slices: Slices) -> Scored:
    return baselines.ranked(one, frame, outcome, slices.calibration)


def table(
    cohort: Cohort, subjects: list[Scored], name: str, outcome: Floats, task: Task,
    frame: pd.DataFrame, slices: Slices, policy: Policy,
) -> tuple[list[Measured], list[Row]]:  # fmt: skip
    everyone = np.ones(len(outcome), dtype=bool)
    overall = evaluation.measure(cohort, subjects, outcome, everyone, policy)
    rows = list(evaluation.rows_of(cohort, overall, name, outcome, everyone, _ALL))
    seen = frame["student_key"].to_numpy()[slices.fit | slices.calibration]
    parts = {("student", "never seen in training"): ~cohort.frame["student_key"].isin(seen)}
    if task.onset and task.onset in cohort.frame:
        parts[("onset", "not yet failing or chronic")] = cohort.frame[task.onset] == 1
    for group, mask in parts.items():
        part = mask.to_numpy(dtype=bool)
        students = cohort.frame["student_key"][part].nunique()
        positive = outcome[part][~np.isnan(outcome[part])]
        if students < policy.min_group_students or not 0 < positive.sum() < len(positive):
            continue
        found = evaluation.measure(cohort, subjects, outcome, part, policy)
        rows += evaluation.rows_of(cohort, found, name, outcome, part, group)
    return overall, rows
