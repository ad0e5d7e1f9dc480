"""Trains, measures, chooses and judges on one labelled frame; touches no database."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from ml import comparison, fitting, gate, metrics, models
from ml.bundle import Bundle
from ml.catalog import Task
from ml.comparison import Table
from ml.data import Labelled
from ml.errors import TooFewPositivesError
from ml.figure import Row
from ml.policy import Policy
from ml.splits import Slices


@dataclass(frozen=True, slots=True)
class Study:
    """What came out: the model, its table and the verdict."""

    bundle: Bundle
    rows: tuple[Row, ...]
    verdict: gate.Verdict
    slices: Slices
    notes: dict[str, object]


def train_and_judge(
    frame: pd.DataFrame, task: Task, policy: Policy, slices: Slices, *, step: int = 1
) -> Study:
    """Train on `fit`, calibrate on later slices, judge on `test`.

    The frame holds one in `step` of the district's students; the policy is the whole district's.

    One thread: beside other work on the machine, threads that wait for each other at every node of
    every tree take twenty times as long, and trees this shallow gain little from a second one.
    """
    data = Labelled.of(frame, task, policy.sampled(step), slices)
    positives = _positives(data)
    with threadpool_limits(limits=1):
        bundles = fitting.contenders(data)
        table = comparison.compare(data, bundles, "test")
        chosen, note = _choose(bundles, table)
        rows = (*table.rows, *comparison.closer(data, chosen, "test"))
        verdict = _judge(data, chosen, table, positives)
    notes = _notes(data, chosen, positives, note)
    notes |= {"students_read": f"1 in {step}", "seats": policy.seats}
    return Study(chosen, rows, verdict, slices, notes)


def _positives(data: Labelled) -> dict[tuple[str, str], int]:
    """Students with each outcome in each slice; too few to fit a curve on end it here."""
    slices = data.slices
    parts = {"fit": slices.fit, "calibration": slices.calibration, "test": slices.test}
    counts = {
        (name, part): data.positive_students(name, rows)
        for name in data.outcomes
        for part, rows in parts.items()
    }
    for (outcome, part), count in counts.items():
        if count < 10:
            raise TooFewPositivesError(
                f"outcome {outcome}",
                seen=f"{count} students with it in the {part} slice",
                expected="at least 10 to fit anything, and more to publish",
                next_step="Wait for more closed grading periods; until then the rules decide.",
            )
    return counts


def _choose(bundles: list[Bundle], table: Table) -> tuple[Bundle, object]:
    """The champion, unless the challenger ranks better out of time beyond the interval."""
    if len(bundles) == 1:
        return bundles[0], "not tried: no inner slice to choose its size on"
    measured = {one.subject: one.samples["auc"] for one in table.union}
    gain = metrics.estimate(measured[models.BOOSTED] - measured[models.LOGISTIC])
    wins = gain.low is not None and gain.low > 0
    chosen = models.BOOSTED if wins else models.LOGISTIC
    note = {"gain_auc": gain.value, "low": gain.low, "high": gain.high, "ships": wins}
    return next(one for one in bundles if one.algorithm == chosen), note


def _judge(
    data: Labelled, chosen: Bundle, table: Table, positives: dict[tuple[str, str], int]
) -> gate.Verdict:
    limits = data.policy.gate
    ours = next(one for one in table.union if one.subject == chosen.algorithm)
    rules = [one for one in table.union if one.is_rule]
    fit = data.slices.fit
    learnt = {name: outcome[fit] for name, outcome in data.outcomes.items()}
    areas = [
        float(one.samples["auc"][0])
        for one in table.union
        if one.subject in (models.LOGISTIC, models.BOOSTED)
    ]
    return gate.Verdict(
        (
            *gate.enough_positives(positives, limits),
            *gate.no_leak(data.matrix[fit], learnt, data.task.features, limits),
            gate.credible(areas, limits),
            *gate.beats_the_rules(ours, rules, f"{data.policy.gate_share:.0%}".rstrip("%")),
            *gate.calibrated(ours, limits),
        )
    )


def _notes(
    data: Labelled, chosen: Bundle, positives: dict[tuple[str, str], int], challenger: object
) -> dict[str, object]:
    """What the card tells of the method."""
    return {
        "challenger": challenger,
        "boundaries": data.slices.boundaries.as_json(),
        "rows": {
            name: int(np.sum(getattr(data.slices, name)))
            for name in ("train", "inner", "fit", "calibration", "test")
        },
        "positive_students": {f"{name}, {part}": n for (name, part), n in positives.items()},
        "odds_ratio": chosen.odds_ratio,
        "calibration": {part.outcome: part.calibrator.kind for part in chosen.outcomes},
        "seed": data.policy.seed,
    }
