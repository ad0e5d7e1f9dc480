"""Turns log odds into probabilities that mean what they say, learnt on a later slice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression

from ml.models import log_loss

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibrator:
    """A non-decreasing map: `knots` and `rates` for isotonic, else slope and intercept."""

    kind: str
    slope: float = 1.0
    intercept: float = 0.0
    knots: tuple[float, ...] = ()
    rates: tuple[float, ...] = ()

    def __call__(self, log_odds: Floats) -> Floats:
        if self.kind == "isotonic":
            return np.interp(log_odds, self.knots, self.rates)
        return np.asarray(expit(self.slope * log_odds + self.intercept))


def fit(log_odds: Floats, outcome: Floats, *, isotonic_from_positives: int) -> Calibrator:
    """Isotonic regression where there are outcomes enough for its many steps, else a sigmoid."""
    positives = int(outcome.sum())
    if min(positives, len(outcome) - positives) >= isotonic_from_positives:
        return _isotonic(log_odds, outcome)
    slope, intercept = sigmoid(log_odds, outcome)
    return Calibrator("sigmoid", slope=slope, intercept=intercept)


def sigmoid(log_odds: Floats, outcome: Floats) -> tuple[float, float]:
    """Slope (never negative) and intercept of the outcome's log odds on ours."""

    def loss(at: Floats) -> tuple[float, Floats]:
        scores = at[0] * log_odds + at[1]
        gap = expit(scores) - outcome
        return log_loss(scores, outcome), np.array([np.mean(gap * log_odds), np.mean(gap)])

    found = minimize(loss, np.array([1.0, 0.0]), jac=True, bounds=[(0.0, None), (None, None)])
    return float(found.x[0]), float(found.x[1])


def _isotonic(log_odds: Floats, outcome: Floats) -> Calibrator:
    fitted = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(log_odds, outcome)
    knots, rates = fitted.X_thresholds_, fitted.y_thresholds_
    # a step of exactly 0 or 1 is a promise that no finite slice supports: Laplace's bounds instead
    low, high = 1 / (len(outcome) + 2), 1 - 1 / (len(outcome) + 2)
    rates = np.clip(rates, low, high)
    return Calibrator("isotonic", knots=tuple(knots.tolist()), rates=tuple(rates.tolist()))
