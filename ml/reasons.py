"""Up to three reasons in plain words why a student's probability is what it is.

A reason is a family of related facts (attendance, marks, …), told by the fact of it that stands
out most. Its strength is exact for the published model, whichever it is: how far the model's log
odds would fall if that family stood where the typical student's does. For the logistic model this
is the sum of the family's terms, for they add up; trees are asked again with the family replaced.
Families and not single columns, because related columns share the credit between them, with
opposite signs if it happens to fit. Only families that raise the risk are told, and protected
attributes cannot be, for they are no features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ml.bundle import Bundle
from ml.features import Feature

Floats = NDArray[np.float64]

_MOST = 3
# below a hundredth of a log odd a family moves nothing that anybody could notice
_LEAST = 0.01


def explain(
    bundle: Bundle, matrix: Floats, chances: Mapping[str, Floats], words: Mapping[str, str]
) -> list[list[str]]:
    """The reasons of each row, strongest first; `words` names the outcomes."""
    families = bundle.features.families
    stands = [part.model.log_odds(matrix) for part in bundle.outcomes]
    falls = np.stack([_falls(bundle, matrix, stands, chances, family) for family in families])
    strength = falls.sum(axis=1)  # families x rows
    told = [_tellers(bundle, matrix, family) for family in families]
    for at, (choice, _) in enumerate(told):
        strength[at, choice < 0] = 0.0
    order = np.argsort(-strength, axis=0, kind="stable")[:_MOST]
    raised = falls.argmax(axis=1)
    names = [words[part.outcome] for part in bundle.outcomes]
    several = len(names) > 1
    reasons: list[list[str]] = [[] for _ in range(len(matrix))]
    for place in range(min(_MOST, len(families))):
        family_of = order[place]
        for at in range(len(families)):
            choice, texts = told[at]
            rows = np.flatnonzero((family_of == at) & (strength[at] > _LEAST))
            for row in rows:
                text = texts(int(row), int(choice[row]))
                tail = f" (raises the chance of {names[raised[at, row]]})" if several else ""
                reasons[row].append(f"{text}{tail}")
    return reasons


def _falls(
    bundle: Bundle,
    matrix: Floats,
    stands: Sequence[Floats],
    chances: Mapping[str, Floats],
    family: str,
) -> Floats:  # outcomes x rows
    """Fall of each outcome's log odds with the family typical, weighted by its probability."""
    typical = matrix.copy()
    members = bundle.features.members(family)
    typical[:, members] = bundle.typical[members]
    return np.stack(
        [
            np.nan_to_num(chances[part.outcome]) * (stand - part.model.log_odds(typical))
            for part, stand in zip(bundle.outcomes, stands, strict=True)
        ]
    )


class _Texts:
    """Words of one family's facts for a row."""

    def __init__(self, members: Sequence[tuple[int, Feature]], matrix: Floats) -> None:
        self._members = members
        self._matrix = matrix

    def __call__(self, row: int, choice: int) -> str:
        at, feature = self._members[choice]
        value = self._matrix[row, at]
        if np.isnan(value):
            return feature.missing_words or ""
        return (feature.words or "").format(value=value, points=100 * value, drop=-value)


def _tellers(bundle: Bundle, matrix: Floats, family: str) -> tuple[NDArray[np.int64], _Texts]:
    """Per row, which fact of the family stands out most on the risky side; -1 for none."""
    members = [
        (at, bundle.features.features[at])
        for at in bundle.features.members(family)
        if bundle.features.features[at].words
    ]
    texts = _Texts(members, matrix)
    if not members:
        return np.full(len(matrix), -1), texts
    places = np.array([at for at, _ in members])
    direction = np.array([feature.direction for _, feature in members], dtype=np.float64)
    apart = (matrix[:, places] - bundle.typical[places]) / bundle.spread[places]
    # without a promised direction any distance may be the reason
    apart = np.where(direction == 0, np.abs(apart), apart * direction)
    beyond = np.array(
        [-np.inf if feature.beyond is None else direction_ * feature.beyond
         for (_, feature), direction_ in zip(members, direction, strict=True)]
    )  # fmt: skip
    apart = np.where(matrix[:, places] * direction > beyond, apart, -np.inf)
    missing = np.isnan(matrix[:, places])
    tellable = np.array([feature.missing_words is not None for _, feature in members])
    apart = np.where(missing, np.where(tellable, 1e-3, -np.inf), apart)
    best = apart.argmax(axis=1)
    return np.where(apart[np.arange(len(matrix)), best] > 0, best, -1), texts
