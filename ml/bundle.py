"""What is published: a calibrated model per outcome, their union, and the tiers cut from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml import union
from ml.calibration import Calibrator
from ml.features import FeatureList
from ml.models import Model

Floats = NDArray[np.float64]
Bands = NDArray[np.object_]

TIERS = ("Low Risk", "Some Risk", "At Risk", "High Risk")


@dataclass(frozen=True, slots=True)
class OutcomeModel:
    """One outcome's model and calibration.

    `bands` are the grade bands in which the outcome was ever known (None: everywhere). Where it
    cannot happen, such as a failing mark where no marks are given, nothing is predicted.
    """

    outcome: str
    model: Model
    calibrator: Calibrator
    bands: tuple[str, ...] | None

    def applies(self, bands: Bands | None, count: int) -> NDArray[np.bool_]:
        if self.bands is None or bands is None:
            return np.ones(count, dtype=bool)
        return np.asarray(pd.Series(bands, dtype=object).isin(self.bands))


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything a prediction needs, and nothing that names a student."""

    features: FeatureList
    outcomes: tuple[OutcomeModel, ...]
    odds_ratio: float
    tier_cuts: tuple[float, float, float]
    # the middle of each feature among the rows learnt from: what a reason compares with
    typical: Floats
    spread: Floats

    @property
    def algorithm(self) -> str:
        return self.outcomes[0].model.algorithm

    def probabilities(self, matrix: Floats, bands: Bands | None) -> Probabilities:
        """Chance of each outcome (NaN where it does not apply) and of at least one."""
        each = {}
        for part in self.outcomes:
            chance = part.calibrator(part.model.log_odds(matrix))
            each[part.outcome] = np.where(part.applies(bands, len(matrix)), chance, np.nan)
        return Probabilities(each, combine(list(each.values()), self.odds_ratio))

    def tiers(self, probability: Floats) -> NDArray[np.object_]:
        """The four tier names; a probability on a cut belongs to the higher tier."""
        names = np.array([*TIERS, None], dtype=object)
        places = np.digitize(probability, self.tier_cuts)
        return np.asarray(names[np.where(np.isnan(probability), len(TIERS), places)])


@dataclass(frozen=True, slots=True)
class Probabilities:
    """Per outcome and together, in the order of the rows asked for."""

    each: dict[str, Floats]
    of_either: Floats

    def frame(self) -> pd.DataFrame:
        columns = {f"probability_{name}": chance for name, chance in self.each.items()}
        return pd.DataFrame({"probability": self.of_either, **columns})


def combine(chances: Sequence[Floats], odds_ratio: float) -> Floats:
    """The union of one or two outcomes; where only one applies, it is that one."""
    if len(chances) == 1:
        return chances[0]
    first, second = chances
    joint = union.chance_of_either(np.nan_to_num(first), np.nan_to_num(second), odds_ratio)
    return np.where(np.isnan(first) & np.isnan(second), np.nan, joint)
