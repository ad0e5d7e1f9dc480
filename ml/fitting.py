"""Fits the champion and the challenger, each calibrated on slices later than what it learnt from.

Calibration is chained forward: the inner slice is scored by the model that chose the sizes, which
learnt from what came before that slice (of a long history, from some of each student's snapshots),
the calibration slice by the final model, and one calibrator is fitted on both. Two periods instead
of one, because outcome rates differ between the parts of a year: a calibrator that saw one of them
would carry its level into the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml import calibration, models, union
from ml.bundle import Bundle, OutcomeModel
from ml.data import Labelled
from ml.models import Model

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Fitted:
    """A final model, and the log odds it was calibrated on (NaN on all other rows)."""

    model: Model
    later: Floats


def contenders(data: Labelled) -> list[Bundle]:
    """The champion and, where an inner slice could choose its size, the challenger."""
    by_algorithm: dict[str, list[tuple[str, _Fitted]]] = {}
    for name in data.task.outcome_names:
        for fitted in _fit(data, name):
            by_algorithm.setdefault(fitted.model.algorithm, []).append((name, fitted))
    complete = [parts for parts in by_algorithm.values() if len(parts) == len(data.task.outcomes)]
    return [_bundle(data, parts) for parts in complete]


def _fit(data: Labelled, name: str) -> list[_Fitted]:
    features, policy, slices = data.task.features, data.policy, data.slices
    fit = data.pair(name, slices.fit)
    train = data.pair(name, data.thinned(name, slices.train, policy.capacity_rows))
    inner = data.pair(name, slices.inner)
    if len(np.unique(train[1])) < 2 or len(np.unique(inner[1])) < 2:
        # nothing to choose a size on: the middle penalty, and no challenger
        strength = policy.logistic_strengths[len(policy.logistic_strengths) // 2]
        final = models.fit_logistic(*fit, features=features, strength=strength)
        return [_Fitted(final, _later(data, name, final, None))]
    choice = models.choose_capacity(train, inner, features, policy)
    size = choice.size
    straight = models.fit_logistic(*fit, features=features, strength=size.strength)
    boosted = models.fit_boosted(*fit, features, policy, size=size)
    return [
        _Fitted(straight, _later(data, name, straight, choice.logistic)),
        _Fitted(boosted, _later(data, name, boosted, choice.boosted)),
    ]


def _later(data: Labelled, name: str, final: Model, inner: Floats | None) -> Floats:
    """Log odds on the later slices: the final model's, and the earlier one's on the inner."""
    later = np.full(len(data.matrix), np.nan)
    later[data.slices.calibration] = final.log_odds(data.matrix[data.slices.calibration])
    if inner is not None:
        later[data.known(name, data.slices.inner)] = inner
    return later


def _bundle(data: Labelled, parts: Sequence[tuple[str, _Fitted]]) -> Bundle:
    outcomes, chances = [], []
    for name, fitted in parts:
        rows = data.known(name, ~np.isnan(fitted.later))
        calibrator = calibration.fit(
            fitted.later[rows], data.outcomes[name][rows],
            isotonic_from_positives=data.policy.isotonic_from_positives,
        )  # fmt: skip
        part = OutcomeModel(name, fitted.model, calibrator, _bands(data, name))
        everyone = np.ones(len(data.matrix), dtype=bool)
        applies = part.applies(data.bands(everyone), len(data.matrix))
        outcomes.append(part)
        chances.append(np.where(applies, calibrator(fitted.later), np.nan))
    typical, spread = _typical(data.matrix[data.slices.fit])
    return Bundle(
        data.task.features, tuple(outcomes), _odds_ratio(data, chances), data.policy.tier_cuts,
        typical, spread,
    )  # fmt: skip


def _odds_ratio(data: Labelled, chances: Sequence[Floats]) -> float:
    if len(chances) == 1:
        return 1.0
    first, second = chances
    rows = data.known(data.task.union, ~np.isnan(first) & ~np.isnan(second))
    if not rows.any():
        return 1.0
    return union.fit_odds_ratio(first[rows], second[rows], data.outcomes[data.task.union][rows])


def _bands(data: Labelled, name: str) -> tuple[str, ...] | None:
    bands = data.bands(data.known(name, data.slices.fit))
    if bands is None:
        return None
    return tuple(sorted(band for band in pd.unique(bands) if isinstance(band, str)))


def _typical(fitted: Floats) -> tuple[Floats, Floats]:
    known = ~np.isnan(fitted).all(axis=0)
    typical, spread = np.zeros(fitted.shape[1]), np.ones(fitted.shape[1])
    typical[known] = np.nanmedian(fitted[:, known], axis=0)
    spread[known] = np.maximum(np.nanstd(fitted[:, known], axis=0), 1e-9)
    return typical, spread
