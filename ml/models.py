"""Two models behind one face: regularised logistic regression, and shallow boosted trees.

Both turn a feature matrix (NaN = missing) into log odds. Neither fills a missing value with a
guess that reads as a fact: the logistic model keeps an indicator beside the imputed median, the
trees send missing values their own way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from ml.features import FeatureList
from ml.policy import Policy

Floats = NDArray[np.float64]

LOGISTIC = "logistic_regression"
BOOSTED = "gradient_boosting"


class Model(Protocol):
    """What calibration, reasons and the registry need of a model."""

    @property
    def algorithm(self) -> str: ...

    def log_odds(self, matrix: Floats) -> Floats: ...


@dataclass(frozen=True, slots=True)
class Design:
    """How a feature matrix becomes the logistic model's columns.

    Missing values take the median, values their feature's shape, columns mean 0 and spread 1; an
    indicator follows for each of `indicators`, the features that were ever missing.
    """

    shapes: tuple[str, ...]
    median: Floats
    mean: Floats
    scale: Floats
    indicators: tuple[int, ...]

    @classmethod
    def of(cls, matrix: Floats, features: FeatureList) -> Design:
        """The design that these rows ask for."""
        shapes = tuple(feature.shape for feature in features.features)
        missing = np.isnan(matrix)
        known = ~missing.all(axis=0)
        median = np.zeros(matrix.shape[1])
        median[known] = np.nanmedian(matrix[:, known], axis=0)
        shaped = _shaped(np.where(missing, median, matrix), shapes)
        mean, scale = shaped.mean(axis=0), shaped.std(axis=0)
        # a constant column says nothing; dividing by its zero spread would
        scale = np.where(scale < 1e-12, 1.0, scale)
        indicators = tuple(int(at) for at in np.flatnonzero(missing.any(axis=0) & known))
        return cls(shapes, median, mean, scale, indicators)

    def __call__(self, matrix: Floats) -> Floats:
        missing = np.isnan(matrix)
        shaped = _shaped(np.where(missing, self.median, matrix), self.shapes)
        flags = missing[:, list(self.indicators)].astype(np.float64)
        return np.hstack([(shaped - self.mean) / self.scale, flags])


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """Coefficients on a design; `strength` is the inverse penalty it was fitted with."""

    design: Design
    coefficients: Floats
    intercept: float
    strength: float

    @property
    def algorithm(self) -> str:
        return LOGISTIC

    def log_odds(self, matrix: Floats) -> Floats:
        return np.asarray(self.design(matrix) @ self.coefficients + self.intercept)


def fit_logistic(
    matrix: Floats, outcome: Floats, features: FeatureList, *, strength: float
) -> LogisticModel:
    """A logistic model whose design and coefficients come from these rows only."""
    design = Design.of(matrix, features)
    fitted = LogisticRegression(C=strength, max_iter=1000).fit(design(matrix), outcome)
    return LogisticModel(design, np.asarray(fitted.coef_[0]), float(fitted.intercept_[0]), strength)


@dataclass(frozen=True, slots=True)
class Capacity:
    """How large each model may be, as the inner slice says."""

    strength: float
    leaves: int
    rounds: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The sizes, and the inner slice's log odds by the models of these sizes that chose them."""

    size: Capacity
    logistic: Floats
    boosted: Floats


@dataclass(frozen=True, slots=True)
class BoostedModel:
    """A scikit-learn estimator whose size was chosen on a later slice.

    `columns` are the features that had any value among the rows learnt from.
    """

    estimator: HistGradientBoostingClassifier
    columns: tuple[int, ...]

    @property
    def algorithm(self) -> str:
        return BOOSTED

    def seen(self, matrix: Floats) -> Floats:
        """What the trees look at."""
        return matrix[:, list(self.columns)]

    def log_odds(self, matrix: Floats) -> Floats:
        return np.asarray(self.estimator.decision_function(self.seen(matrix)), dtype=np.float64)


def fit_boosted(
    matrix: Floats, outcome: Floats, features: FeatureList, policy: Policy, *, size: Capacity
) -> BoostedModel:
    """Boosted trees held to each feature's declared direction."""
    model = _unfitted(matrix, features, policy, size.leaves)
    model.estimator.set_params(max_iter=size.rounds).fit(model.seen(matrix), outcome)
    return model


def choose_capacity(
    train: tuple[Floats, Floats], inner: tuple[Floats, Floats], features: FeatureList,
    policy: Policy,
) -> Choice:  # fmt: skip
    """The sizes with the least log loss on rows that come later than those learnt from."""
    straight = {
        strength: fit_logistic(*train, features, strength=strength).log_odds(inner[0])
        for strength in policy.logistic_strengths
    }
    strength = min(straight, key=lambda one: log_loss(straight[one], inner[1]))
    found: tuple[float, Capacity, Floats] | None = None
    for leaves in policy.boosted_leaves:
        rounds, scores = _grown(train, inner, features, policy, leaves)
        loss = log_loss(scores, inner[1])
        if found is None or loss < found[0]:
            found = loss, Capacity(strength, leaves, rounds), scores
    assert found is not None  # the policy names at least one size
    return Choice(found[1], straight[strength], found[2])


def _grown(
    train: tuple[Floats, Floats], inner: tuple[Floats, Floats], features: FeatureList,
    policy: Policy, leaves: int,
) -> tuple[int, Floats]:  # fmt: skip
    """How many trees are worth it on the later rows, and what so many say of those rows."""
    model = _unfitted(train[0], features, policy, leaves)
    model.estimator.set_params(
        max_iter=policy.boosted_rounds,
        early_stopping=True,
        scoring="loss",
        n_iter_no_change=policy.boosted_patience,
        tol=policy.boosted_least_gain,
    )
    later = model.seen(inner[0])
    model.estimator.fit(model.seen(train[0]), train[1], X_val=later, y_val=inner[1])
    rounds = _worth_it(model.estimator.validation_score_, policy)
    scores = next(islice(model.estimator.staged_decision_function(later), rounds - 1, None))
    return rounds, np.asarray(scores, dtype=np.float64).ravel()


def _worth_it(gains: Floats, policy: Policy) -> int:
    """The number of trees, at least one, without those whose growing showed that they add nothing.

    `gains` are the later rows' negative log losses, the first one without any tree.
    """
    grown, patience = len(gains) - 1, policy.boosted_patience
    if grown < patience or gains[-patience:].max() > gains[-1 - patience] + (
        policy.boosted_least_gain
    ):
        return grown
    return max(1, grown - patience)


def _unfitted(matrix: Floats, features: FeatureList, policy: Policy, leaves: int) -> BoostedModel:
    columns = tuple(int(at) for at in np.flatnonzero(~np.isnan(matrix).all(axis=0)))
    estimator = HistGradientBoostingClassifier(
        learning_rate=policy.boosted_learning_rate,
        max_leaf_nodes=leaves,
        min_samples_leaf=40,
        l2_regularization=1.0,
        monotonic_cst=[features.features[at].direction for at in columns],
        early_stopping=False,  # without rows of its own it would hold out some at random
        random_state=policy.seed % 2**31,
    )
    return BoostedModel(estimator, columns)


def log_loss(log_odds: Floats, outcome: Floats) -> float:
    """Mean negative log likelihood of the outcomes."""
    return float(np.mean(np.logaddexp(0.0, log_odds) - outcome * log_odds))


def _shaped(matrix: Floats, shapes: Sequence[str]) -> Floats:
    shaped = matrix.copy()
    for at, shape in enumerate(shapes):
        # signed, so that a difference keeps its sign
        if shape == "sqrt":
            shaped[:, at] = np.sign(matrix[:, at]) * np.sqrt(np.abs(matrix[:, at]))
        elif shape == "log1p":
            shaped[:, at] = np.sign(matrix[:, at]) * np.log1p(np.abs(matrix[:, at]))
    return shaped
