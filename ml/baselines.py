"""Rankings that need no model, given the same chance: each is calibrated on the same slice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression

from ml.catalog import Baseline

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

# weight of the district's rate in a school's: a small school's luck is not its environment
_SCHOOL_PRIOR_ROWS = 50.0


@dataclass(frozen=True, slots=True)
class Scored:
    """A subject of the table: how it ranks the rows, and the probabilities it would name."""

    name: str
    score: Floats
    probability: Floats
    is_rule: bool = False


def base_rate(outcome: Floats, fit: Mask) -> Scored:
    """Everybody at the rate of the rows learnt from: what a model must improve on."""
    rate = np.full(len(outcome), np.nanmean(outcome[fit]))
    return Scored("base_rate", rate, rate)


def school_mean(school: NDArray[np.object_], outcome: Floats, fit: Mask) -> Scored:
    """Everybody at the past rate of their school: the environment alone, no student's record."""
    known = fit & ~np.isnan(outcome)
    district = float(outcome[known].mean())
    past = pd.DataFrame({"school": school[known], "outcome": outcome[known]})
    sums = past.groupby("school")["outcome"].agg(["sum", "size"])
    rates = (sums["sum"] + _SCHOOL_PRIOR_ROWS * district) / (sums["size"] + _SCHOOL_PRIOR_ROWS)
    rate = pd.Series(school).map(rates).fillna(district).to_numpy(dtype=np.float64)
    return Scored("school_mean", rate, rate)


def ranked(baseline: Baseline, frame: pd.DataFrame, outcome: Floats, calibration: Mask) -> Scored:
    """A rule's ranking, with the outcome rates that its values had in the calibration slice.

    Rows the rule knows nothing about are ranked where their own outcome rate puts them.
    """
    score = baseline.score(frame)
    known, usable = ~np.isnan(score), calibration & ~np.isnan(outcome)
    probability = np.full(len(score), np.nanmean(outcome[usable]))
    if not (usable & known).any():
        return Scored(baseline.name, np.zeros(len(score)), probability, baseline.is_rule)
    curve = IsotonicRegression(out_of_bounds="clip")
    curve.fit(score[usable & known], outcome[usable & known])
    probability[known] = curve.predict(score[known])
    if (usable & ~known).any():
        probability[~known] = outcome[usable & ~known].mean()
    place = np.searchsorted(curve.y_thresholds_, probability[~known])
    at = curve.X_thresholds_[np.clip(place, 0, len(curve.X_thresholds_) - 1)]
    filled = score.copy()
    filled[~known] = at
    return Scored(baseline.name, filled, probability, baseline.is_rule)
