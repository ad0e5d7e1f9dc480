"""Train, publish, predict and print, on a real Postgres."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import pandas as pd
import psycopg
import pytest

import ml
from tests.ml.synthetic import AS_OF

NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)
TODAY = date(2026, 11, 20)

Load = Callable[[pd.DataFrame], str]


def today(people: pd.DataFrame) -> pd.DataFrame:
    """The newest snapshots once more, as those of today, whose outcome nobody knows."""
    latest = people[people["as_of_date"] == people["as_of_date"].max()].copy()
    latest["as_of_date"] = pd.Timestamp(TODAY)
    for name in ("label_begin_date", "label_end_date"):
        latest[name] = pd.NaT
    return latest


@pytest.fixture
def published(warehouse: Load, people: pd.DataFrame) -> tuple[str, ml.TrainResult]:
    dsn = warehouse(pd.concat([people, today(people)], ignore_index=True))
    result = ml.train(dsn, AS_OF, "maple_valley", "test", now=NOW)
    assert result.state == "champion", result.reasons
    return dsn, result


def test_a_published_model_predicts_with_tier_and_reasons(
    published: tuple[str, ml.TrainResult],
) -> None:
    dsn, trained = published
    result = ml.predict(dsn, TODAY, now=NOW)
    assert (result.count, result.model_id, result.reason) == (2000, trained.model_id, None)
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            "select probability, probability_fails_course, probability_becomes_chronic, ml_tier,"
            " reasons from ml.predictions order by probability desc"
        ).fetchall()
    top = rows[0]
    assert top[3] == "High Risk"
    assert 1 <= len(top[4]) <= 3
    assert any("absent" in reason or "mark" in reason or "grade" in reason for reason in top[4])
    assert all(max(row[1] or 0, row[2]) <= row[0] <= (row[1] or 0) + row[2] + 1e-9 for row in rows)


def test_a_rerun_leaves_one_model_and_one_prediction_per_student(
    published: tuple[str, ml.TrainResult],
) -> None:
    dsn, first = published
    second = ml.train(dsn, AS_OF, "maple_valley", "test", now=NOW)
    assert second.model_id == first.model_id
    for _ in range(2):
        ml.predict(dsn, TODAY, now=NOW)
    with psycopg.connect(dsn) as connection:
        assert connection.execute("select count(*) from ml.models").fetchone() == (1,)
        assert connection.execute("select count(*) from ml.predictions").fetchone() == (2000,)


def test_the_card_is_stored_and_names_no_student(published: tuple[str, ml.TrainResult]) -> None:
    dsn, _ = published
    with psycopg.connect(dsn) as connection:
        found = connection.execute("select card, metrics, gate from ml.models").fetchone()
    assert found is not None
    assert "## By group" in found[0]
    assert "rule_tier" in found[0]
    assert not any(str(key) in found[0] + json.dumps(found[1]) for key in range(10_000, 10_050))
