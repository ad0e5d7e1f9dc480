"""Decides whether a model may be published, and says in words why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from ml import metrics
from ml.evaluation import Measured
from ml.features import FeatureList
from ml.policy import Gate

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Check:
    """One condition of publication; `words` tells a principal what was found."""

    name: str
    passed: bool
    seen: float | None
    required: float
    words: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """All checks of a model."""

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        return bool(self.checks) and all(check.passed for check in self.checks)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is refused; empty when it is not."""
        return tuple(check.words for check in self.checks if not check.passed)

    def as_json(self) -> dict[str, object]:
        return {"passed": self.passed, "checks": [asdict(check) for check in self.checks]}


def enough_positives(counts: dict[tuple[str, str], int], gate: Gate) -> list[Check]:
    """Students with the outcome, by (outcome, slice); each must reach its number."""
    checks = []
    for (outcome, slice_name), count in counts.items():
        required = (
            gate.min_positive_students_fit
            if slice_name == "fit"
            else gate.min_positive_students_later
        )
        checks.append(
            Check(
                f"positives: {outcome}, {slice_name}",
                count >= required,
                count,
                required,
                f"Too few students with the outcome {outcome} in the {slice_name} slice: "
                f"{count}, at least {required} are needed.",
            )
        )
    return checks


def no_leak(
    matrix: Floats, outcomes: dict[str, Floats], features: FeatureList, gate: Gate
) -> list[Check]:
    """No single feature may know an outcome already, unless a person accepted it by name."""
    best_auc, best_correlation = (0.5, ""), (0.0, "")
    for outcome in outcomes.values():
        known = ~np.isnan(outcome)
        for at, name in enumerate(features.names):
            rows = known & ~np.isnan(matrix[:, at])
            if name in gate.explained_features or rows.sum() < 50:
                continue
            values, truth = matrix[rows, at], outcome[rows]
            if np.ptp(values) == 0 or np.ptp(truth) == 0:
                continue
            area = feature_auc(values, truth)
            best_auc = max(best_auc, (area, name))
            best_correlation = max(
                best_correlation, (abs(float(np.corrcoef(values, truth)[0, 1])), name)
            )
    return [
        Check(
            "leak: one feature", best_auc[0] <= gate.max_feature_auc, best_auc[0],
            gate.max_feature_auc,
            f"The feature {best_auc[1]} alone foresees the outcome with AUC {best_auc[0]:.3f}; "
            f"above {gate.max_feature_auc:.2f} it probably knows the outcome already.",
        ),
        Check(
            "leak: outcome among the features",
            best_correlation[0] <= gate.max_feature_correlation, best_correlation[0],
            gate.max_feature_correlation,
            f"The feature {best_correlation[1]} is the outcome under another name "
            f"(correlation {best_correlation[0]:.4f}).",
        ),
    ]  # fmt: skip


def credible(areas: Sequence[float], gate: Gate) -> Check:
    """No model of the run, published or not, may be better than anyone has honestly been."""
    best = max(areas)
    return Check(
        "leak: too good", best <= gate.max_credible_auc, best, gate.max_credible_auc,
        f"The AUC of {best:.3f} is not credible for a coming grading period: the outcome was "
        "probably made from the features themselves.",
    )  # fmt: skip


def beats_the_rules(model: Measured, rules: Sequence[Measured], share: str) -> list[Check]:
    """Better than each rule out of time: AUC beyond its interval, and at the top of the list."""
    checks = []
    for rule in rules:
        gain = metrics.estimate(model.samples["auc"] - rule.samples["auc"])
        low = gain.low if gain.low is not None else None
        checks.append(
            Check(
                f"better than {rule.subject}: AUC",
                low is not None and low > 0,
                low,
                0.0,
                f"Not better than the rule {rule.subject} out of time: AUC "
                f"{model.samples['auc'][0]:.3f} against {rule.samples['auc'][0]:.3f}, and the gain "
                "is not beyond its 95 % interval.",
            )
        )
        name = f"precision_at_{share}"
        ours, theirs = float(model.samples[name][0]), float(rule.samples[name][0])
        checks.append(
            Check(
                f"better than {rule.subject}: top {share} %",
                ours >= theirs,
                ours,
                theirs,
                f"Among the top {share} % the rule {rule.subject} is right more often: "
                f"{theirs:.0%} against {ours:.0%}.",
            )
        )
    return checks


def calibrated(model: Measured, gate: Gate) -> list[Check]:
    """Probabilities that mean what they say."""
    ece, slope = model.samples["ece"][0], model.samples["calibration_slope"][0]
    return [
        Check(
            "calibration: error", bool(ece <= gate.max_ece), float(ece), gate.max_ece,
            f"Badly calibrated: probabilities are off by {ece:.1%} on average; at most "
            f"{gate.max_ece:.0%} is accepted.",
        ),
        Check(
            "calibration: slope",
            bool(gate.min_calibration_slope <= slope <= gate.max_calibration_slope),
            float(slope) if np.isfinite(slope) else None, gate.min_calibration_slope,
            f"Badly calibrated: the slope is {slope:.2f}, accepted is "
            f"{gate.min_calibration_slope} to {gate.max_calibration_slope}.",
        ),
    ]  # fmt: skip


def feature_auc(values: Floats, outcome: Floats) -> float:
    """How well a feature ranks the outcome in its better direction, .5 to 1; ties count half."""
    positives = outcome.sum()
    negatives = len(outcome) - positives
    above = rankdata(values)[outcome == 1].sum() - positives * (positives + 1) / 2
    area = float(above / (positives * negatives))
    return max(area, 1 - area)
