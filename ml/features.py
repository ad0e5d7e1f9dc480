"""What a model may look at: a declared list of features, and frames checked against it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.errors import ColumnsError, ProtectedAttributeError, ValuesError

# Audited, never learnt from (docs/model.md); with other names for the same, so that none slips in.
PROTECTED = frozenset(
    {
        "sex", "gender", "race", "race_ethnicity", "ethnicity", "has_special_education",
        "is_english_learner", "has_food_service", "is_sped", "is_ell", "is_frl", "disability",
    }
)  # fmt: skip

Shape = Literal["plain", "sqrt", "log1p"]


@dataclass(frozen=True, slots=True)
class Feature:
    """One column a model may use.

    `direction` is +1 where more of it can only raise the risk, -1 where it can only lower it and
    0 where nobody should promise either; boosted trees are held to it. `words` tells the value to
    a teacher (None: never told as a reason). `shape` is the scale on which the logistic model is
    linear. `low` and `high` are the values that are possible at all.
    """

    name: str
    family: str
    direction: Literal[-1, 0, 1] = 0
    words: str | None = None
    missing_words: str | None = None
    shape: Shape = "plain"
    low: float = -np.inf
    high: float = np.inf
    # told only beyond this value, on the risky side: "0 failing marks" is no reason
    beyond: float | None = None


@dataclass(frozen=True, slots=True)
class FeatureList:
    """The features of a model, in order."""

    features: tuple[Feature, ...]

    def __post_init__(self) -> None:
        names = [feature.name for feature in self.features]
        if protected := sorted(PROTECTED.intersection(names)):
            raise ProtectedAttributeError(
                "feature list",
                seen=f"protected attribute as a feature ({', '.join(protected)})",
                expected="protected attributes in the audit only",
                next_step="Remove it from the list; see docs/model.md.",
            )
        if len(set(names)) != len(names):
            raise ColumnsError(
                "feature list",
                seen="a feature declared twice",
                expected="each name once",
                next_step="Remove the second declaration.",
            )

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(feature.name for feature in self.features)

    @property
    def families(self) -> tuple[str, ...]:
        """Families in order of appearance."""
        return tuple(dict.fromkeys(feature.family for feature in self.features))

    def members(self, family: str) -> list[int]:
        """Positions of a family's features."""
        return [at for at, feature in enumerate(self.features) if feature.family == family]

    @property
    def hash(self) -> str:
        """Identity of what a model was trained on: names, order and shapes."""
        told = json.dumps([[feature.name, feature.shape] for feature in self.features])
        return hashlib.sha256(told.encode()).hexdigest()

    def matrix(self, frame: pd.DataFrame, *, beside: Iterable[str]) -> NDArray[np.float64]:
        """The feature columns as floats, NaN where missing; every value is checked.

        Columns that are neither features nor named in `beside` are refused by name: a column
        nobody declared is how an outcome or a protected attribute gets into a model.
        """
        where = "feature frame"
        if unknown := sorted(set(map(str, frame.columns)) - set(self.names) - set(beside)):
            raise ColumnsError(
                where,
                seen=f"undeclared columns ({', '.join(unknown)})",
                expected="only declared features, keys, outcomes, baselines and audit columns",
                next_step="Declare the column in ml/catalog.py or leave it out of the query.",
            )
        if absent := sorted(set(self.names) - set(map(str, frame.columns))):
            raise ColumnsError(
                where,
                seen=f"missing columns ({', '.join(absent)})",
                expected=f"all {len(self.features)} declared features",
                next_step="Build the dbt layer `features`, or train a model on the columns it has.",
            )
        columns = [self._column(frame[feature.name], feature) for feature in self.features]
        return np.column_stack(columns) if columns else np.empty((len(frame), 0))

    @staticmethod
    def _column(series: pd.Series, feature: Feature) -> NDArray[np.float64]:
        try:
            values = series.to_numpy(dtype=np.float64, na_value=np.nan)
        except (TypeError, ValueError):
            raise ValuesError(
                f"feature {feature.name}",
                seen=f"values of type {series.dtype}",
                expected="numbers or null",
                next_step="Cast the column in the dbt layer `features`.",
            ) from None
        outside = int(np.sum(np.isinf(values) | (values < feature.low) | (values > feature.high)))
        if outside:
            raise ValuesError(
                f"feature {feature.name}",
                seen=f"{outside} of {len(values)} values outside its range",
                expected=f"between {feature.low:g} and {feature.high:g}, or null",
                next_step="Find the defect in the dbt layer `features`; nothing was computed.",
            )
        return values
