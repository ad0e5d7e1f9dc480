"""The generator's truth beside the models, on the rows that the newest model was tested on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import psycopg
import pytest

import ml
from demo import oracle
from tests.ml.synthetic import AS_OF

NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)

Load = Callable[[pd.DataFrame], str]


def truth_of(people: pd.DataFrame) -> pd.DataFrame:
    """What a generator that foresees everything would write: one row per student and window."""
    return pd.DataFrame(
        {
            "student_unique_id": people["student_key"].map("S{}".format),
            "label_begin_date": people["label_begin_date"].dt.strftime("%Y-%m-%d"),
            "p_either": people["is_either"].astype(float),
        }
    ).drop_duplicates(["student_unique_id", "label_begin_date"])


@pytest.fixture
def trained(warehouse: Load, people: pd.DataFrame) -> str:
    dsn = warehouse(people)
    ml.train(dsn, AS_OF, "maple_valley", "test", now=NOW)
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "create schema marts;"
            " create table marts.dim_student as"
            " select distinct student_key, 'S' || student_key as student_id"
            " from features.ftr_student_as_of"
        )
    return dsn


def auc(dsn: str, truth: pd.DataFrame, folder: Path) -> float | None:
    truth.to_csv(folder / "oracle.csv", index=False)
    with psycopg.connect(dsn) as connection:
        return oracle.figures(connection, folder / "oracle.csv", seats=100)["auc"].value


def test_a_truth_that_foresees_everything_ranks_without_fault(
    trained: str, people: pd.DataFrame, tmp_path: Path
) -> None:
    assert auc(trained, truth_of(people), tmp_path) == pytest.approx(1.0)


def test_only_the_windows_of_the_test_are_looked_at(
    trained: str, people: pd.DataFrame, tmp_path: Path
) -> None:
    truth = truth_of(people)
    earlier = truth["label_begin_date"] < truth["label_begin_date"].max()
    truth.loc[earlier, "p_either"] = 1 - truth.loc[earlier, "p_either"]
    assert auc(trained, truth, tmp_path) == pytest.approx(1.0)


def test_a_student_without_a_true_probability_is_left_out(
    trained: str, people: pd.DataFrame, tmp_path: Path
) -> None:
    truth = truth_of(people)
    assert auc(trained, truth[::2], tmp_path) == pytest.approx(1.0)
