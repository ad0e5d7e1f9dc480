"""The normal distribution, typed: scipy ships no types."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]


def share_below(z: Floats) -> Floats:
    """The share of a norm group below z standard deviations."""
    found: Floats = ndtr(z)
    return found


def percentile(z: Floats) -> NDArray[np.int64]:
    """A whole percentile from 1 to 99."""
    ranks: NDArray[np.int64] = np.clip(np.rint(100 * share_below(z)), 1, 99).astype(np.int64)
    return ranks
