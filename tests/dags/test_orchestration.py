"""What the DAG files share: failure messages, retries, when scores are due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from include.config import get_district
from include.errors import ServerError, WatermarkError
from include.orchestration import assets, callbacks, readiness, scores
from include.run import Run, today
from include.settings import Settings
from ml.errors import ArtefactError, ColumnsError, MlError, StorageInterruptedError

NOON = datetime(2022, 5, 27, 12, 0, tzinfo=UTC)
DAY = date(2022, 5, 27)


@pytest.fixture
def night(tmp_path: Path) -> Run:
    return Run(
        district=get_district("grand_bend"),
        as_of_date=DAY,
        run_id="run_1",
        settings=Settings(work_dir=tmp_path),
    )


def event(at: datetime, **extra: Any) -> Any:
    return SimpleNamespace(timestamp=at, extra=extra)


def test_a_failure_says_what_who_and_what_to_do() -> None:
    error = ServerError("Ed-Fi students", seen="500", expected="200", next_step="Wait, then clear.")
    text = callbacks.message("ingest__grand_bend__edfi", "load", "run_1", error)
    assert "What broke:      Ed-Fi students: 500" in text
    assert "Who is affected: grand_bend: attendance" in text
    assert "Wait, then clear. See docs/runbooks/ingest.md" in text


@pytest.mark.parametrize(
    ("dag_id", "who"),
    [
        ("ingest__grand_bend__star", "test results stay as of the last good night of star"),
        ("ingest__no_district__star", "what this source brings stay as of the last good night"),
        ("ingest__grand_bend__gone", "what this source brings stay as of the last good night"),
    ],
)
def test_a_failed_ingest_says_what_its_source_would_have_brought(dag_id: str, who: str) -> None:
    assert who in callbacks.message(dag_id, "load", "run_1", None)


def test_a_failure_of_the_model_is_told_in_words_too() -> None:
    error = ColumnsError("features", seen="no column gpa", expected="gpa", next_step="Train anew.")
    text = callbacks.message("predict__x", "score", "run_1", error)
    assert "What broke:      features: no column gpa; expected gpa" in text
    assert "Train anew. See docs/runbooks/predict.md" in text


def test_a_killed_task_is_called_so() -> None:
    text = callbacks.message("transform__x", "marts", "run_1", None)
    assert "the task was killed" in text
    assert "NoneType" not in text


def test_an_unexpected_error_is_named_without_its_text() -> None:
    text = callbacks.message("transform__x", "marts", "run_1", ValueError("Ana Sample, 604950"))
    assert "ValueError" in text
    assert "604950" not in text


def test_late_evening_in_the_district_is_still_its_own_day() -> None:
    late = datetime(2022, 5, 28, 3, 0, tzinfo=UTC)  # 22:00 in Chicago
    assert today(get_district("grand_bend"), late) == date(2022, 5, 27)


def test_a_transformation_waits_for_the_other_ingest() -> None:
    runs = {"ingest__x__edfi": 1, "ingest__x__star": 0}
    instance = SimpleNamespace(get_dr_count=lambda dag_id, states: runs[dag_id])
    assert not readiness.are_ingests_finished(instance, list(runs))
    runs["ingest__x__edfi"] = 0
    assert readiness.are_ingests_finished(instance, list(runs))


def instance(try_number: int = 1) -> Any:
    return SimpleNamespace(
        dag_id="ingest__grand_bend__edfi", task_id="load", map_index=-1, run_id="run_1",
        try_number=try_number, max_tries=3,
    )  # fmt: skip


@pytest.fixture
def on_try(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    from include.orchestration import context

    def run(number: int) -> None:
        said = {"task_instance": instance(number)}
        monkeypatch.setattr(context, "get_current_context", lambda: said)

    run(1)
    return run


def failing(error: Exception) -> None:
    from include.orchestration.context import no_retry_when_pointless

    @no_retry_when_pointless
    def work() -> None:
        raise error

    work()


@pytest.mark.parametrize(("number", "times"), [(1, 0), (3, 0), (4, 1)])
def test_what_broke_stands_in_the_log_of_the_task_itself_once_it_is_given_up(
    on_try: Callable[[int], None], caplog: pytest.LogCaptureFixture, number: int, times: int
) -> None:
    on_try(number)
    error = ServerError("Ed-Fi", seen="500", expected="200", next_step="Wait.")
    with pytest.raises(ServerError):
        failing(error)
    assert caplog.text.count("Who is affected") == times
    # and not a second time in the callback's, which the log folds away
    callbacks.report_failure({"task_instance": instance(number), "exception": error})
    assert caplog.text.count("Who is affected") == 1


def test_an_attempt_that_is_tried_again_leaves_its_reason_in_the_log_of_the_task(
    on_try: Callable[[int], None], caplog: pytest.LogCaptureFixture
) -> None:
    on_try(2)
    with pytest.raises(ServerError):
        failing(ServerError("Ed-Fi", seen="500", expected="200", next_step="Wait."))
    (record,) = caplog.records
    assert record.getMessage().startswith("TRY 2 OF 4 FAILED ingest__grand_bend__edfi.load (run_1)")
    assert callbacks.reason_in(record.getMessage()) == "Ed-Fi: 500; expected 200"


def test_a_foreign_error_of_an_attempt_is_named_by_its_type_alone(
    on_try: Callable[[int], None], caplog: pytest.LogCaptureFixture
) -> None:
    on_try(1)
    with pytest.raises(ValueError, match="604950"):
        failing(ValueError("student 604950"))
    assert callbacks.reason_in(caplog.records[0].getMessage()) == (
        "ValueError (details in the task's log)"
    )
    assert "604950" not in caplog.text


def test_what_no_retry_heals_is_told_at_once(
    on_try: Callable[[int], None], caplog: pytest.LogCaptureFixture
) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    with pytest.raises(AirflowFailException) as raised:
        failing(WatermarkError("Ed-Fi", seen="5", expected="9", next_step="Read all."))
    callbacks.report_failure({"task_instance": instance(), "exception": raised.value})
    assert caplog.text.count("What to do:      Read all.") == 1


def test_runbooks_are_links_where_there_is_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    from include.orchestration import defaults

    page = "It stays. Runbook: docs/runbooks/train.md"
    assert defaults.page(page) == page
    monkeypatch.setenv("FIRSTBELL_DOCS_URL", "https://git.example.org/docs/")
    link = "https://git.example.org/docs/runbooks/train.md"
    assert defaults.page(page) == f"It stays. Runbook: [docs/runbooks/train.md]({link})"
    assert f"See {link}; clearing" in callbacks.message("train__x", "fit", "run_1", ValueError())


@pytest.mark.parametrize("given", ["2022-05-27T00:00:00", "05/27/2022", "20220527", "tomorrow"])
def test_an_as_of_date_is_a_date_and_nothing_else(given: str) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    from include.orchestration import defaults

    assert defaults.AS_OF_DATE.resolve("2022-05-27") == "2022-05-27"
    with pytest.raises(ParamValidationError):
        defaults.AS_OF_DATE.resolve(given)


def test_what_only_a_person_can_heal_is_not_retried(on_try: Callable[[int], None]) -> None:
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


def test_a_missing_connection_is_named_and_not_retried(
    monkeypatch: pytest.MonkeyPatch, on_try: Callable[[int], None]
) -> None:
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
    kind: type[MlError], is_final: bool, on_try: Callable[[int], None]
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
    night: Run, days: int | None, has_model: bool, due: bool
) -> None:
    last = None if days is None else night.as_of_date - timedelta(days=days)
    events = {assets.warehouse("grand_bend"): [event(NOON)]}
    assert scores.are_scores_due(night, events, has_model=has_model, last_scored=last) is due


@pytest.mark.parametrize(
    "events", [None, {assets.model("grand_bend"): [event(NOON)]}], ids=["by hand", "a new model"]
)
def test_scores_are_due_whenever_somebody_asks(night: Run, events: Any) -> None:
    assert scores.are_scores_due(night, events, has_model=False, last_scored=night.as_of_date)


def test_an_asset_whose_name_is_known_keeps_its_address() -> None:
    """Airflow holds an asset inactive while another address of its name is in use.

    After an upgrade the DAGs of before are in its database for a while: a new address under an
    old name fails the task that brings it (seen with 3.3.2).
    """
    of_before = {
        "pine_hill_raw_edfi": "firstbell://pine_hill/raw/edfi",
        "pine_hill_raw_assessments": "firstbell://pine_hill/raw/assessments",
    }
    for name in ("edfi", "assessments"):
        asset = assets.source("pine_hill", name)
        assert of_before.get(asset.name, asset.uri) == asset.uri
        assert asset.uri not in set(of_before.values()) - {of_before.get(asset.name)}
