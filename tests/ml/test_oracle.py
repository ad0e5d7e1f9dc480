"""The generator's truth beside a model, on the rows that this model was tested on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import psycopg
import pytest

import ml
from demo import forecasts, oracle
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
def trained(warehouse: Load, people: pd.DataFrame) -> tuple[str, str]:
    dsn = warehouse(people)
    policy = ml.Policy(seats=100)
    model = ml.train(dsn, AS_OF, "maple_valley", "test", policy=policy, now=NOW)
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "create schema marts;"
            " create table marts.dim_student as"
            " select distinct student_key, 'S' || student_key as student_unique_id"
            " from features.ftr_student_as_of"
        )
    return dsn, model.model_id


def ceiling(model: tuple[str, str], truth: pd.DataFrame, folder: Path) -> oracle.Ceiling:
    truth.to_csv(folder / "oracle.csv", index=False)
    dsn, model_id = model
    with psycopg.connect(dsn) as connection:
        return oracle.ceiling(connection, folder / "oracle.csv", model_id)


def auc(model: tuple[str, str], truth: pd.DataFrame, folder: Path) -> float | None:
    return ceiling(model, truth, folder).figures["auc"].value


def test_a_truth_that_foresees_everything_ranks_without_fault(
    trained: tuple[str, str], people: pd.DataFrame, tmp_path: Path
) -> None:
    assert auc(trained, truth_of(people), tmp_path) == pytest.approx(1.0)


def test_only_the_windows_of_the_test_are_looked_at(
    trained: tuple[str, str], people: pd.DataFrame, tmp_path: Path
) -> None:
    truth = truth_of(people)
    earlier = truth["label_begin_date"] < truth["label_begin_date"].max()
    truth.loc[earlier, "p_either"] = 1 - truth.loc[earlier, "p_either"]
    assert auc(trained, truth, tmp_path) == pytest.approx(1.0)


def test_a_few_students_without_a_true_probability_are_left_out(
    trained: tuple[str, str], people: pd.DataFrame, tmp_path: Path
) -> None:
    truth = truth_of(people)
    few = truth["student_unique_id"].str.endswith("00")
    assert auc(trained, truth[~few], tmp_path) == pytest.approx(1.0)


def test_a_truth_of_half_the_students_is_no_ceiling(
    trained: tuple[str, str], people: pd.DataFrame, tmp_path: Path
) -> None:
    found = ceiling(trained, truth_of(people)[::2], tmp_path)
    assert found.figures == {}
    assert found.covered == pytest.approx(0.5, abs=0.05)


def test_a_truth_that_says_two_things_of_one_student_is_a_fault(
    trained: tuple[str, str], people: pd.DataFrame, tmp_path: Path
) -> None:
    truth = truth_of(people)
    with pytest.raises(pd.errors.MergeError):
        ceiling(trained, pd.concat([truth, truth.head(1)]), tmp_path)


def test_the_ceiling_is_that_of_the_model_asked_for_at_its_seats(
    trained: tuple[str, str], people: pd.DataFrame, tmp_path: Path
) -> None:
    dsn, model_id = trained
    first = ceiling(trained, truth_of(people), tmp_path)
    later = NOW + timedelta(days=1)
    ml.train(dsn, date(2026, 5, 1), "maple_valley", "test", policy=ml.Policy(seats=5), now=later)
    assert ceiling(trained, truth_of(people), tmp_path) == first
    with psycopg.connect(dsn) as connection:
        assert forecasts.seats(connection, model_id) == 100
