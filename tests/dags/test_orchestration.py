"""What the DAG files share: failure messages, retries, when scores are due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from include.config import Settings, get_district
from include.errors import ServerError, WatermarkError
from include.night import Night, today
from include.orchestration import assets, callbacks, readiness, scores
from ml.errors import ArtefactError, ColumnsError, MlError, StorageInterruptedError

NOON = datetime(2022, 5, 27, 12, 0, tzinfo=UTC)
DAY = date(2022, 5, 27)


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(
        district=get_district("grand_bend"),
        as_of_date=DAY,
        run_id="run_1",
        settings=Settings(work_dir=tmp_path),
    )


def event(at: datetime, **extra: Any) -> Any:
    return SimpleNamespace(timestamp=at, extra=extra)


def test_a_failure_says_what_who_and_what_to_do() -> None:
    error = ServerError("Ed-Fi students", seen="500", expected="200", next_step="Wait, then clear.")
    text = callbacks.message("ingest_edfi__grand_bend", "load", "run_1", error)
    assert "What broke:      Ed-Fi students: 500" in text
    assert "Who is affected: grand_bend: attendance" in text
    assert "Wait, then clear. See docs/runbooks/ingest_edfi.md" in text


def test_a_failure_of_the_model_is_told_in_words_too() -> None:
    error = ColumnsError("features", seen="no column gpa", expected="gpa", next_step="Train anew.")
    text = callbacks.message("predict__x", "score", "run_1", error)
    assert "What broke:      features: no column gpa; expected gpa" in text
    assert "Train anew. See docs/runbooks/predict.md" in text


def test_an_unexpected_error_is_named_without_its_text() -> None:
    text = callbacks.message("transform__x", "marts", "run_1", ValueError("Ana Sample, 604950"))
    assert "ValueError" in text
    assert "604950" not in text


def test_late_evening_in_the_district_is_still_its_own_day() -> None:
    late = datetime(2022, 5, 28, 3, 0, tzinfo=UTC)  # 22:00 in Chicago
    assert today(get_district("grand_bend"), late) == date(2022, 5, 27)


def test_a_transformation_waits_for_the_other_ingest() -> None:
    runs = {"ingest_edfi__x": 1, "ingest_assessments__x": 0}
    instance = SimpleNamespace(get_dr_count=lambda dag_id, states: runs[dag_id])
    assert not readiness.are_ingests_finished(instance, list(runs))
    runs["ingest_edfi__x"] = 0
    assert readiness.are_ingests_finished(instance, list(runs))


def test_what_only_a_person_can_heal_is_not_retried() -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from include.orchestration.context import no_retry_when_pointless

    @no_retry_when_pointless
    def backwards() -> None:
        raise WatermarkError("Ed-Fi", seen="5", expected="9", next_step="Run with full_refresh.")

    @no_retry_when_pointless
    def down() -> None:
        raise ServerError("Ed-Fi", seen="500", expected="200", next_step="Wait.")

    with pytest.raises(AirflowFailException, match="full_refresh"):
        backwards()
    with pytest.raises(ServerError):
        down()


def test_a_missing_connection_is_named_and_not_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException

    from include.orchestration import context

    def get(conn_id: str) -> None:
        raise AirflowNotFoundException(conn_id)

    monkeypatch.setattr(context.AirflowConnection, "get", get)
    with pytest.raises(AirflowFailException, match="connection grand_bend_star: Airflow has none"):
        context.no_retry_when_pointless(context.connect)("grand_bend_star")


@pytest.mark.parametrize(
    ("kind", "is_final"),
    [(ArtefactError, True), (ColumnsError, True), (StorageInterruptedError, False)],
    ids=["a changed model", "other columns", "a lost connection"],
)
def test_an_error_of_the_model_says_itself_whether_waiting_heals_it(
    kind: type[MlError], is_final: bool
) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from include.orchestration.context import no_retry_when_pointless

    @no_retry_when_pointless
    def score() -> None:
        raise kind("model m", seen="x", expected="y", next_step="Train again.")

    with pytest.raises(AirflowFailException if is_final else kind, match="Train again"):
        score()


@pytest.mark.parametrize(
    ("days", "has_model", "due"),
    [(6, True, False), (7, True, True), (None, True, True), (30, False, False)],
    ids=["six days old", "a week old", "none yet", "no model"],
)
def test_scores_are_renewed_by_the_week(
    night: Night, days: int | None, has_model: bool, due: bool
) -> None:
    last = None if days is None else night.as_of_date - timedelta(days=days)
    events = {assets.warehouse("grand_bend"): [event(NOON)]}
    assert scores.are_scores_due(night, events, has_model=has_model, last_scored=last) is due


@pytest.mark.parametrize(
    "events", [None, {assets.model("grand_bend"): [event(NOON)]}], ids=["by hand", "a new model"]
)
def test_scores_are_due_whenever_somebody_asks(night: Night, events: Any) -> None:
    assert scores.are_scores_due(night, events, has_model=False, last_scored=night.as_of_date)
