"""Train, publish, predict and print, on a real Postgres."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import psycopg
import pytest
from typer.testing import CliRunner

import ml
from ml import registry, splits, study, training
from ml.catalog import DISTRICT
from ml.cli import app
from ml.errors import ArtefactError, ColumnsError
from ml.figure import Row
from ml.policy import Gate, Policy
from tests.conftest import copied, filled_once
from tests.ml.conftest import fill
from tests.ml.synthetic import AS_OF

NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)
TODAY = date(2026, 11, 20)

# seven of the eight label windows had closed by then
SUMMER = date(2026, 6, 10)

Load = Callable[[pd.DataFrame], str]


def today(people: pd.DataFrame, day: date = TODAY) -> pd.DataFrame:
    """The newest snapshots once more, as those of `day`, whose outcome nobody knows."""
    latest = people[people["as_of_date"] == people["as_of_date"].max()].copy()
    latest["as_of_date"] = pd.Timestamp(day)
    for name in ("label_begin_date", "label_end_date"):
        latest[name] = pd.NaT
    return latest


def said(day: date, trained: ml.TrainResult) -> tuple[object, ...]:
    """A stored forecast of one student on a day."""
    return (10_000, day, trained.model_id, 0.5, 0.5, 0.1, "At Risk", "[]", NOW)


@pytest.fixture(scope="module")
def trained_once(pg_server_url: str, people: pd.DataFrame) -> Iterator[tuple[str, ml.TrainResult]]:
    """The name of a database in which a model was trained and published."""
    results = []

    def train(url: str) -> None:
        fill(url, pd.concat([people, today(people)], ignore_index=True))
        results.append(ml.train(url, AS_OF, "maple_valley", "test", now=NOW))

    with filled_once(pg_server_url, train) as name:
        assert results[0].state == "champion", results[0].reasons
        yield name, results[0]


@pytest.fixture
def published(
    pg_server_url: str, trained_once: tuple[str, ml.TrainResult]
) -> Iterator[tuple[str, ml.TrainResult]]:
    name, result = trained_once
    with copied(pg_server_url, name) as dsn:
        yield dsn, result


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


def test_each_tested_date_has_figures_of_its_own(
    published: tuple[str, ml.TrainResult], people: pd.DataFrame
) -> None:
    dsn, trained = published
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            "select distinct group_value, row_count from ml.evaluations"
            " where model_id = %s and group_name = 'as_of_date' and metric = 'auc'",
            (trained.model_id,),
        ).fetchall()
    last = people[people["label_begin_date"] == people["label_begin_date"].max()]
    known = last[last["is_either"].notna()].groupby("as_of_date").size()
    assert dict(rows) == {f"{day:%Y-%m-%d}": count for day, count in known.items()}


def test_the_command_line_takes_seats_and_the_model_keeps_their_number(
    warehouse: Load, people: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    dsn = warehouse(people)
    monkeypatch.setenv("FIRSTBELL_ML_DSN", dsn)
    command = ["train", "--as-of", f"{AS_OF}", "--district", "maple_valley", "--seats", "50"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert "logistic_regression: precision_at_seats" in done.stdout
    with psycopg.connect(dsn) as connection:
        told = connection.execute("select metrics ->> 'seats', card from ml.models").fetchone()
        groups = connection.execute(
            "select distinct group_name, group_value from ml.evaluations"
            " where metric like '%at_seats'"
        ).fetchall()
    assert told is not None
    assert told[0] == "50"
    # a list of that length is the whole district's, never a part's
    assert groups == [("all", "all")]
    # either outcome, and each of the two
    assert told[1].count("Precision at 50 seats") == 3


def test_a_sample_of_the_students_has_as_many_fewer_seats(
    warehouse: Load, people: pd.DataFrame
) -> None:
    dsn = warehouse(people)
    third = len(people) // 3 + 1
    sampled = ml.train(
        dsn, AS_OF, "sampled", "test", policy=Policy(seats=90, max_rows=third), now=NOW
    )
    read = people[people["student_key"] % 3 == 0]
    assert sampled.figures["logistic_regression: precision_at_seats"] == pytest.approx(
        precision_at(read, seats=30)
    )


def test_a_model_is_measured_again_at_the_seats_it_was_trained_for(
    warehouse: Load, people: pd.DataFrame
) -> None:
    dsn = warehouse(people)
    policy = Policy(seats=90, max_rows=len(people) // 3 + 1)
    earlier = ml.train(dsn, SUMMER, "sampled", "test", policy=policy, now=NOW)
    later = ml.train(dsn, AS_OF, "sampled", "test", policy=policy, now=NOW)
    again = ml.evaluate(
        dsn, AS_OF, model_id=earlier.model_id, policy=policy.model_copy(update={"seats": None})
    )
    values = {
        row.subject: row.value for row in again.rows
        if (row.outcome, row.metric) == ("is_either", "precision_at_seats")
    }  # fmt: skip
    # the rows that the later model was tested on came true after the earlier one
    told = later.figures["rule_tier: precision_at_seats"]
    assert values["rule_tier"] == pytest.approx(told)


def precision_at(people: pd.DataFrame, *, seats: int) -> float | None:
    frame = people.drop(columns=["school_year", "rule_tier"])
    frame = frame.sort_values(["as_of_date", "student_key"], ignore_index=True)
    slices = splits.by_time(frame, splits.plan(frame))
    found = study.train_and_judge(frame, DISTRICT, Policy(seats=seats), slices)
    return training.figures(found, "is_either")["logistic_regression: precision_at_seats"]


def test_a_district_without_a_model_predicts_nothing_and_says_why(
    warehouse: Load, people: pd.DataFrame
) -> None:
    result = ml.predict(warehouse(today(people)), TODAY, now=NOW)
    assert result == ml.PredictResult(0, None, "No model has been trained for this district yet.")


def test_too_short_a_history_is_refused_with_its_reason(
    warehouse: Load, people: pd.DataFrame
) -> None:
    young = people[people["label_end_date"] < pd.Timestamp("2025-04-01")]
    dsn = warehouse(young)
    result = ml.train(dsn, AS_OF, "maple_valley", "test", now=NOW)
    assert result.state == "refused"
    assert "separate label windows" in result.reasons[0]
    told = ml.predict(dsn, TODAY, now=NOW).reason
    assert told is not None
    assert "separate label windows" in told


def test_a_refused_training_retires_the_model_before_it(
    published: tuple[str, ml.TrainResult],
) -> None:
    dsn, first = published
    assert ml.predict(dsn, TODAY, now=NOW).count == 2000
    # nothing can be half a percent off with so few students
    strict = Policy(gate=Gate(max_ece=0.0001))
    second = ml.train(dsn, AS_OF, "other_run", "test", policy=strict, now=NOW)
    assert second.state == "refused"
    third = ml.train(dsn, TODAY, "maple_valley", "test", policy=strict, now=NOW)
    assert third.state == "refused"
    result = ml.predict(dsn, TODAY, district_code="maple_valley", now=NOW)
    assert (result.count, result.model_id) == (0, None)
    assert result.reason is not None
    assert "Badly calibrated" in result.reason
    with psycopg.connect(dsn) as connection:
        found = connection.execute(
            "select state from ml.models where model_id = %s", (first.model_id,)
        ).fetchone()
        left = connection.execute("select count(*) from ml.predictions").fetchone()
    assert (found, left) == (("retired",), (0,))


def test_an_old_training_run_again_leaves_the_model_and_says_so(
    published: tuple[str, ml.TrainResult],
) -> None:
    dsn, first = published
    an_hour_later = NOW + timedelta(hours=1)
    old = ml.train(dsn, date(2026, 11, 18), "maple_valley", "test", now=an_hour_later)
    assert old.state == "retired"
    assert "the model of a later day counts" in old.reasons[0]
    with psycopg.connect(dsn) as connection:
        found = connection.execute(
            "select card from ml.models where model_id = %s", (old.model_id,)
        ).fetchone()
    assert found is not None
    assert "**State:** retired" in found[0]
    assert ml.predict(dsn, TODAY, now=NOW).model_id == first.model_id


def test_a_tampered_row_of_the_registry_predicts_nothing(
    published: tuple[str, ml.TrainResult],
) -> None:
    dsn, _ = published
    with psycopg.connect(dsn) as connection:
        connection.execute("update ml.models set artefact = artefact || ' '::bytea")
    with pytest.raises(ArtefactError, match="differ from those registered"):
        ml.predict(dsn, TODAY, now=NOW)


def test_a_missing_feature_column_is_named(published: tuple[str, ml.TrainResult]) -> None:
    dsn, _ = published
    with psycopg.connect(dsn) as connection:
        connection.execute("alter table features.ftr_student_as_of drop column gpa_latest")
    with pytest.raises(ColumnsError, match="gpa_latest"):
        ml.predict(dsn, TODAY, now=NOW)


def test_what_the_model_learnt_from_is_not_forecast(
    published: tuple[str, ml.TrainResult], people: pd.DataFrame
) -> None:
    dsn, trained = published
    learnt_from = people["as_of_date"].max().date()
    with psycopg.connect(dsn) as connection:
        registry.replace_predictions(connection, learnt_from, [said(learnt_from, trained)])
    result = ml.predict(dsn, learnt_from, now=NOW)
    assert (result.count, result.model_id) == (0, trained.model_id)
    assert result.reason is not None
    assert f"learnt from what was known on {AS_OF}" in result.reason
    with psycopg.connect(dsn) as connection:
        left = connection.execute("select student_key, probability from ml.predictions").fetchall()
    assert left == [(10_000, 0.5)]


def test_the_day_of_the_training_is_forecast(warehouse: Load, people: pd.DataFrame) -> None:
    dsn = warehouse(pd.concat([people, today(people, day=AS_OF)], ignore_index=True))
    ml.train(dsn, AS_OF, "maple_valley", "test", now=NOW)
    assert ml.predict(dsn, AS_OF, now=NOW).count == 2000


def test_a_model_is_measured_again_on_what_nobody_knew_at_its_training(
    warehouse: Load, people: pd.DataFrame
) -> None:
    dsn = warehouse(people)
    trained = ml.train(dsn, SUMMER, "maple_valley", "test", now=NOW)
    result = ml.evaluate(dsn, AS_OF, policy=Policy(replicates=20))
    assert (result.model_id, result.reason) == (trained.model_id, None)
    later = people[people["label_end_date"] > pd.Timestamp(SUMMER)]
    days = {row.group_value for row in result.rows if row.group_name == "as_of_date"}
    assert days == {f"{day:%Y-%m-%d}" for day in later["as_of_date"]}
    base = next(
        row for row in result.rows
        if (row.group_name, row.outcome, row.metric) == ("all", "is_either", "base_rate")
    )  # fmt: skip
    assert base.row_count == later["is_either"].notna().sum()
    with psycopg.connect(dsn) as connection:
        found = connection.execute(
            "select distinct split from ml.evaluations where metric = 'auc' order by split"
        ).fetchall()
    assert found == [("since_training",), ("test",)]


def test_a_model_of_today_has_seen_nothing_come_true(
    published: tuple[str, ml.TrainResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    dsn, trained = published
    stale = Row("since_training", "all", "all", "m", "is_either", "auc", 0.9, None, None, 9, 9)
    with psycopg.connect(dsn) as connection:
        registry.write_evaluations(connection, trained.model_id, [stale], split="since_training")
    monkeypatch.setenv("FIRSTBELL_ML_DSN", dsn)
    done = CliRunner().invoke(app, ["evaluate", "--as-of", f"{AS_OF}"])
    assert done.exit_code == 0, done.output
    assert "Nothing has come true yet" in done.stdout
    with psycopg.connect(dsn) as connection:
        left = connection.execute("select distinct split from ml.evaluations").fetchall()
    assert left == [("test",)]


def test_the_command_line_prints_the_card(
    published: tuple[str, ml.TrainResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    dsn, trained = published
    monkeypatch.setenv("FIRSTBELL_ML_DSN", dsn)
    done = CliRunner().invoke(app, ["card"])
    assert done.exit_code == 0
    assert done.stdout.startswith(f"# Model card: {trained.model_id}")


@pytest.mark.parametrize("command", [["train", "--district", "d"], ["evaluate"], ["predict"]])
def test_a_day_that_has_not_come_is_refused(
    published: tuple[str, ml.TrainResult], monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    dsn, _ = published
    monkeypatch.setenv("FIRSTBELL_ML_DSN", dsn)
    done = CliRunner().invoke(app, [*command, "--as-of", "2999-01-01"])
    assert done.exit_code == 1
    assert "a day that has not come" in done.stderr


def test_a_day_that_has_features_has_come_whatever_the_clock_says(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "create schema features; create table features.ftr_student_as_of as"
            " select cast('2999-01-01' as date) as as_of_date"
        )
    monkeypatch.setenv("FIRSTBELL_ML_DSN", database_url)
    done = CliRunner().invoke(app, ["predict", "--as-of", "2999-01-01"])
    # beyond that question: there is no schema `ml`
    assert "a day that has not come" not in done.stderr
    assert "UndefinedTable" in done.stderr


def test_the_command_line_wants_its_database_in_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("FIRSTBELL_ML_DSN", raising=False)
    done = CliRunner().invoke(app, ["predict", "--as-of", "2026-11-20"])
    assert done.exit_code == 1
    assert "FIRSTBELL_ML_DSN is not set" in done.stderr
