"""Trains, chooses, calibrates, measures and judges on one labelled frame; touches no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ml import calibration, evaluation, gate, metrics, models, splits, union
from ml.bundle import Bundle, OutcomeModel
from ml.catalog import Task, column
from ml.comparison import bands_of, scored, subjects_of, table
from ml.errors import TooFewPositivesError
from ml.evaluation import Cohort, Measured, Row
from ml.models import Capacity, Model
from ml.policy import Policy
from ml.splits import Slices

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Study:
    """What came out: the model, its table and the verdict."""

    bundle: Bundle
    rows: tuple[Row, ...]
    verdict: gate.Verdict
    slices: Slices
    notes: dict[str, object]


def conduct(frame: pd.DataFrame, task: Task, policy: Policy, slices: Slices) -> Study:
    """Train on `fit`, calibrate and choose on `calibration`, judge on `test`.

    One thread: beside other work on the machine, threads that wait for each other at every node of
    every tree take twenty times as long, and trees this shallow gain little from a second one.
    """
    with threadpool_limits(limits=1):
        return _conduct(frame, task, policy, slices)


def _conduct(frame: pd.DataFrame, task: Task, policy: Policy, slices: Slices) -> Study:
    matrix = task.features.matrix(frame, beside=task.beside)
    splits.check_windows(frame)
    splits.check(frame, earlier=slices.fit | slices.calibration, test=slices.test)
    outcomes = {name: column(frame, name) for name in (*task.outcome_names, task.union)}
    positives = _positives(frame, outcomes, slices)
    enough = gate.enough_positives(positives, policy.gate)
    _refuse_hopeless(positives)

    contenders = _contenders(frame, matrix, outcomes, task, policy, slices)
    chosen, notes = _choose(contenders, frame, matrix, outcomes, task, policy, slices)

    test = frame[slices.test].reset_index(drop=True)
    cohort = Cohort.of(test, policy, "test")
    rows: list[Row] = []
    union_measured: list[Measured] = []
    for name, outcome in outcomes.items():
        subjects = subjects_of(name, contenders, frame, matrix, outcome, task, slices)
        measured, found = table(cohort, subjects, name, outcome[slices.test], task, frame, slices,
                                 policy)  # fmt: skip
        rows += found
        ours = next(one for one in subjects if one.name == chosen.algorithm)
        if name == task.union:
            union_measured = measured
            rows += evaluation.audit(cohort, ours, name, outcome[slices.test], task, policy)
    verdict = _judge(union_measured, chosen, matrix, outcomes, enough, task, policy, slices)
    notes |= {
        "boundaries": {
            "inner_from": str(slices.boundaries.inner_from),
            "calibrate_from": str(slices.boundaries.calibrate_from),
            "test_from": str(slices.boundaries.test_from),
        },
        "rows": {
            name: int(getattr(slices, name).sum())
            for name in ("train", "inner", "fit", "calibration", "test")
        },
        "positive_students": {f"{name}, {part}": n for (name, part), n in positives.items()},
        "odds_ratio": chosen.odds_ratio,
        "calibration": {part.outcome: part.calibrator.kind for part in chosen.outcomes},
        "seed": policy.seed,
    }
    return Study(chosen, tuple(rows), verdict, slices, notes)


def _positives(
    frame: pd.DataFrame, outcomes: dict[str, Floats], slices: Slices
) -> dict[tuple[str, str], int]:
    student = frame["student_key"].to_numpy()
    parts = {"fit": slices.fit, "calibration": slices.calibration, "test": slices.test}
    return {
        (name, part): len(np.unique(student[mask & (outcome == 1)]))
        for name, outcome in outcomes.items()
        for part, mask in parts.items()
    }


def _refuse_hopeless(positives: dict[tuple[str, str], int]) -> None:
    """With fewer than ten students in a slice not even a sigmoid can be fitted."""
    for (outcome, part), count in positives.items():
        if count < 10:
            raise TooFewPositivesError(
                f"outcome {outcome}",
                seen=f"{count} students with it in the {part} slice",
                expected="at least 10 to fit anything, and more to publish",
                next_step="Wait for more closed grading periods; until then the rules decide alone.",
            )


def _contenders(
    frame: pd.DataFrame, matrix: Floats, outcomes: dict[str, Floats], task: Task, policy: Policy,
    slices: Slices,
) -> list[Bundle]:  # fmt: skip
    """The champion and, with an inner slice to choose its size on, the challenger."""
    parts: dict[str, list[OutcomeModel]] = {}
    for name in task.outcome_names:
        for model in _fit(matrix, outcomes[name], task, policy, slices):
            calibrator = _calibrator(model, matrix, outcomes[name], policy, slices)
            bands = _bands(frame, outcomes[name], slices.fit)
            parts.setdefault(model.algorithm, []).append(
                OutcomeModel(name, model, calibrator, bands)
            )
    fitted = matrix[slices.fit]
    with np.errstate(invalid="ignore"):
        known = ~np.isnan(fitted).all(axis=0)
        typical, spread = np.zeros(matrix.shape[1]), np.ones(matrix.shape[1])
        typical[known] = np.nanmedian(fitted[:, known], axis=0)
        spread[known] = np.maximum(np.nanstd(fitted[:, known], axis=0), 1e-9)
    return [
        Bundle(
            task.features, tuple(models_),
            _odds_ratio(models_, frame, matrix, outcomes[task.union], slices),
            policy.tier_cuts, typical, spread,
        )
        for models_ in parts.values()
    ]  # fmt: skip


def _fit(
    matrix: Floats, outcome: Floats, task: Task, policy: Policy, slices: Slices
) -> list[Model]:
    known = ~np.isnan(outcome)
    fit, train, inner = (mask & known for mask in (slices.fit, slices.train, slices.inner))
    features = task.features
    if len(np.unique(outcome[train])) < 2 or len(np.unique(outcome[inner])) < 2:
        strength = policy.logistic_strengths[len(policy.logistic_strengths) // 2]
        return [models.fit_logistic(matrix[fit], outcome[fit], features, strength=strength)]
    capacity: Capacity = models.choose_capacity(
        (matrix[train], outcome[train]), (matrix[inner], outcome[inner]), features, policy
    )
    return [
        models.fit_logistic(matrix[fit], outcome[fit], features, strength=capacity.strength),
        models.fit_boosted(
            matrix[fit], outcome[fit], features, policy,
            leaves=capacity.leaves, rounds=capacity.rounds,
        ),
    ]  # fmt: skip


def _calibrator(
    model: Model, matrix: Floats, outcome: Floats, policy: Policy, slices: Slices
) -> calibration.Calibrator:
    rows = slices.calibration & ~np.isnan(outcome)
    return calibration.fit(
        model.log_odds(matrix[rows]), outcome[rows],
        isotonic_from_positives=policy.isotonic_from_positives,
    )  # fmt: skip


def _bands(frame: pd.DataFrame, outcome: Floats, fit: Mask) -> tuple[str, ...] | None:
    if "grade_band" not in frame:
        return None
    known = frame["grade_band"].to_numpy()[fit & ~np.isnan(outcome)]
    return tuple(sorted({str(band) for band in known if isinstance(band, str)}))


def _odds_ratio(
    parts: Sequence[OutcomeModel], frame: pd.DataFrame, matrix: Floats, either: Floats,
    slices: Slices,
) -> float:  # fmt: skip
    if len(parts) == 1:
        return 1.0
    part = matrix[slices.calibration]
    bands = bands_of(frame[slices.calibration])
    first, second = (
        np.where(one.applies(bands, len(part)), one.calibrator(one.model.log_odds(part)), np.nan)
        for one in parts
    )
    truth = either[slices.calibration]
    rows = ~np.isnan(truth) & ~np.isnan(first) & ~np.isnan(second)
    if not rows.any():
        return 1.0
    return union.fit_odds_ratio(first[rows], second[rows], truth[rows])


def _choose(
    contenders: Sequence[Bundle], frame: pd.DataFrame, matrix: Floats,
    outcomes: dict[str, Floats], task: Task, policy: Policy, slices: Slices,
) -> tuple[Bundle, dict[str, object]]:  # fmt: skip
    """The champion, unless the challenger ranks better beyond the interval of the difference.

    The calibration slice decides: it is later than everything learnt from, and the test slice
    stays untouched by any choice.
    """
    if len(contenders) == 1:
        return contenders[0], {"challenger": "not tried: no inner slice to choose its size on"}
    part = frame[slices.calibration].reset_index(drop=True)
    cohort = Cohort.of(part, policy, "calibration")
    truth = outcomes[task.union][slices.calibration]
    contest = [
        scored(one, task.union, matrix[slices.calibration], bands_of(part), task)
        for one in contenders
    ]
    everyone = np.ones(len(part), dtype=bool)
    champion, challenger = evaluation.measure(cohort, contest, truth, everyone, policy)
    gain = metrics.estimate(challenger.samples["auc"] - champion.samples["auc"])
    wins = gain.low is not None and gain.low > 0
    note = {"gain_auc": gain.value, "low": gain.low, "high": gain.high, "ships": wins}
    return contenders[1 if wins else 0], {"challenger": note}


def _judge(
    measured: Sequence[Measured], chosen: Bundle, matrix: Floats, outcomes: dict[str, Floats],
    enough: Sequence[gate.Check], task: Task, policy: Policy, slices: Slices,
) -> gate.Verdict:  # fmt: skip
    ours = next(one for one in measured if one.subject == chosen.algorithm)
    rules = [one for one in measured if one.is_rule]
    learnt = {name: outcome[slices.fit] for name, outcome in outcomes.items()}
    leaks = gate.no_leak(matrix[slices.fit], learnt, task.features, policy.gate)
    areas = [
        float(one.samples["auc"][0])
        for one in measured
        if one.subject in (models.LOGISTIC, models.BOOSTED)
    ]
    return gate.Verdict(
        (
            *enough,
            *leaks,
            gate.credible(areas, policy.gate),
            *gate.beats_the_rules(ours, rules, "10"),
            *gate.calibrated(ours, policy.gate),
        )
    )
