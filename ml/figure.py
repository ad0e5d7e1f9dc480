"""One figure of a model, as it is stored: a row of ml.evaluations."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of ml.evaluations; counts are null where a group is too small to be told."""

    split: str
    group_name: str
    group_value: str
    subject: str
    outcome: str
    metric: str
    value: float | None
    low: float | None
    high: float | None
    row_count: int | None
    positive_count: int | None
