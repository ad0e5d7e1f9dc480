"""The chance that at least one of two outcomes happens, from the chance of each.

Adding log odds or multiplying `1 - p` would pretend that the two are independent once the features
are known. They are not: what we did not see (an illness, a move) brings both. Plackett's
distribution keeps both chances as they are and ties them by one number, the odds ratio: 1 is
independence, above 1 they come together, near 0 they exclude each other. It is fitted on the
calibration slice, and the calibration of the union is measured like any other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

Floats = NDArray[np.float64]

_FLOOR = 1e-9


def chance_of_either(first: Floats, second: Floats, odds_ratio: float) -> Floats:
    """P(first or second); lies between the larger of the two and their sum, whatever the ratio."""
    if abs(odds_ratio - 1.0) < 1e-6:
        both = first * second
    else:
        total = 1.0 + (first + second) * (odds_ratio - 1.0)
        under = total**2 - 4.0 * odds_ratio * (odds_ratio - 1.0) * first * second
        both = (total - np.sqrt(np.maximum(under, 0.0))) / (2.0 * (odds_ratio - 1.0))
    union = first + second - both
    return np.clip(union, np.maximum(first, second), np.minimum(1.0, first + second))


def fit_odds_ratio(first: Floats, second: Floats, is_either: Floats) -> float:
    """The odds ratio under which the observed unions are likeliest, between 1/1000 and 1000."""

    def loss(log_ratio: float) -> float:
        chance = np.clip(
            chance_of_either(first, second, float(np.exp(log_ratio))), _FLOOR, 1 - _FLOOR
        )
        return -float(np.mean(np.where(is_either > 0, np.log(chance), np.log1p(-chance))))

    edge = float(np.log(1000.0))
    return float(np.exp(minimize_scalar(loss, bounds=(-edge, edge), method="bounded").x))
