"""What the generator's own truth would have foreseen: the ceiling of every model of its district.

The truth stays beside the sources: the product never sees it, and only this comparison reads it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import psycopg

from ml import Policy, evaluation, metrics, registry, splits, store
from ml.baselines import Scored
from ml.catalog import DISTRICT, column

NAME = "oracle"
_KEY = ["student_unique_id", "label_begin_date"]


def figures(
    connection: psycopg.Connection, truth: Path, seats: int | None
) -> dict[str, metrics.Estimate]:
    """The truth's figures on the rows that the newest model was tested on; none without a model.

    A student whose id was changed or merged has no probability of their own and is left out.
    """
    policy = Policy(seats=seats)
    entry = registry.get(connection, None)
    if "boundaries" not in entry.metrics:
        return {}
    frame, _ = store.labelled(
        connection, DISTRICT, as_of=entry.as_of_date, max_rows=policy.max_rows
    )
    tested = frame[splits.by_time(frame, entry.boundaries).test].reset_index(drop=True)
    cohort = evaluation.Cohort.of(tested, policy, "test")
    chance = _chances(connection, tested, truth)
    outcome = column(tested, DISTRICT.union)
    everyone = np.ones(len(tested), dtype=bool)
    measured = evaluation.measure(cohort, [Scored(NAME, chance, chance)], outcome, everyone, policy)
    return {
        metric: metrics.estimate(samples)
        for one in measured
        for metric, samples in one.samples.items()
    }


def _chances(
    connection: psycopg.Connection, tested: pd.DataFrame, truth: Path
) -> evaluation.Floats:
    """The true probability of either outcome, row by row; NaN where there is none."""
    ids: dict[int, str] = dict(
        connection.execute("select student_key, student_id from marts.dim_student").fetchall()
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
    found = wanted.merge(true.drop_duplicates(_KEY), on=_KEY, how="left", validate="many_to_one")
    return found["p_either"].to_numpy(dtype=np.float64)
