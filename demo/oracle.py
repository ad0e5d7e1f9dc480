"""What the generator's own truth would have foreseen: the ceiling of every model of its district.

The truth stays beside the sources: the product never sees it, and only this comparison reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import psycopg

from ml import Policy, evaluation, metrics, registry, splits, store
from ml.baselines import Scored
from ml.catalog import DISTRICT, column

NAME = "oracle"
LEAST_COVERED = 0.95
_KEY = ["student_unique_id", "label_begin_date"]


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The truth's figures; none where too small a share of the tested rows is covered by it."""

    figures: dict[str, metrics.Estimate]
    covered: float


def ceiling(connection: psycopg.Connection, truth: Path, model_id: str) -> Ceiling:
    """The truth's figures on at least 95 % of a model's tested rows, at the model's seats.

    A student whose id was changed or merged has no probability of their own and is left out here,
    while the model's figures are of all; with more than a few of them the two do not compare.
    """
    entry = registry.get(connection, model_id)
    policy = Policy(seats=entry.seats)
    frame, step = store.labelled(
        connection, DISTRICT, as_of=entry.as_of_date, max_rows=policy.max_rows
    )
    policy = policy.sampled(step)
    tested = frame[splits.by_time(frame, entry.boundaries).test].reset_index(drop=True)
    cohort = evaluation.Cohort.of(tested, policy, "test")
    chance = _chances(connection, tested, truth)
    outcome = column(tested, DISTRICT.union)
    known = ~np.isnan(outcome)
    covered = float(np.mean(~np.isnan(chance[known]))) if known.any() else 0.0
    if covered < LEAST_COVERED:
        return Ceiling({}, covered)
    measured = evaluation.measure(
        cohort, [Scored(NAME, chance, chance)], outcome, known, policy, seats=policy.seats
    )
    figures = {
        metric: metrics.estimate(samples)
        for one in measured
        for metric, samples in one.samples.items()
    }
    return Ceiling(figures, covered)


def _chances(
    connection: psycopg.Connection, tested: pd.DataFrame, truth: Path
) -> evaluation.Floats:
    """The true probability of either outcome, row by row; NaN where there is none."""
    ids: dict[int, str] = dict(
        connection.execute(
            "select student_key, student_unique_id from marts.dim_student"
        ).fetchall()
    )
    true = pd.read_csv(
        truth, usecols=[*_KEY, "p_either"], dtype={"student_unique_id": str},
        parse_dates=["label_begin_date"],
    )  # fmt: skip
    wanted = pd.DataFrame(
        {
            "student_unique_id": tested["student_key"].map(ids),
            "label_begin_date": tested["label_begin_date"],
        }
    )
    found = wanted.merge(true, on=_KEY, how="left", validate="many_to_one")
    return found["p_either"].to_numpy(dtype=np.float64)
