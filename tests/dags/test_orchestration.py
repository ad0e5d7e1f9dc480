"""What the DAG files share: failure messages, as-of dates, when a transformation may start."""

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


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(
        district=get_district("grand_bend"),
        as_of_date=date(2022, 5, 27),
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


def as_of(params: dict[str, Any], events: list[Any], run_after: datetime = NOON) -> date:
    from include.orchestration.context import as_of_date

    context = {
        "params": params,
        "triggering_asset_events": {"asset": events},
        "dag_run": SimpleNamespace(run_after=run_after),
    }
    return as_of_date(context, get_district("grand_bend"), NOON)


def test_the_parameter_decides_the_as_of_date() -> None:
    assert as_of({"as_of_date": "2022-03-01"}, [event(NOON, as_of_date="2022-05-01")]) == date(
        2022, 3, 1
    )


def test_the_newest_event_hands_its_as_of_date_on() -> None:
    older = event(datetime(2022, 5, 1, tzinfo=UTC), as_of_date="2022-04-30")
    assert as_of({}, [event(NOON, as_of_date="2022-05-26"), older]) == date(2022, 5, 26)


def test_without_parameter_and_event_it_is_the_day_of_the_run() -> None:
    assert as_of({}, [], run_after=datetime(2022, 4, 2, 18, tzinfo=UTC)) == date(2022, 4, 2)


def test_a_transformation_waits_for_the_other_ingest() -> None:
    runs = {"ingest_edfi__x": 1, "ingest_assessments__x": 0}
    instance = SimpleNamespace(get_dr_count=lambda dag_id, states: runs[dag_id])
    assert not readiness.are_ingests_finished(instance, list(runs))
    runs["ingest_edfi__x"] = 0
    assert readiness.are_ingests_finished(instance, list(runs))


def after(night: Night, run_id: str, as_of: date | None = None) -> Night:
    return Night(night.district, as_of or night.as_of_date, run_id, settings=night.settings)


def test_the_second_event_of_a_night_finds_nothing_new(night: Night) -> None:
    assert readiness.claim(night, {"edfi": [event(NOON)]})
    readiness.finish(night)
    assert not readiness.claim(after(night, "run_2"), {"files": [event(NOON)]})


def test_a_first_run_that_failed_leaves_its_work_to_the_second(night: Night) -> None:
    assert readiness.claim(night, {"edfi": [event(NOON)]})
    assert readiness.claim(after(night, "run_2"), {"files": [event(NOON)]})


def test_a_run_of_one_model_does_not_stand_for_the_night(night: Night) -> None:
    assert readiness.claim(night, None, select="dim_student")
    readiness.finish(night)
    assert readiness.claim(after(night, "run_2"), {"files": [event(NOON)]})


def test_a_run_of_one_model_leaves_the_claim_of_the_night(night: Night) -> None:
    assert readiness.claim(night, {"edfi": [event(NOON)]})
    readiness.finish(night)
    by_hand = after(night, "by_hand")
    assert readiness.claim(by_hand, None, select="dim_student")
    readiness.finish(by_hand)
    assert not readiness.claim(after(night, "run_2"), {"files": [event(NOON)]})


def test_an_event_after_the_start_of_the_last_run_is_new(night: Night) -> None:
    assert readiness.claim(night, {"edfi": [event(NOON)]})
    readiness.finish(night)
    later = datetime(2999, 1, 1, tzinfo=UTC)
    assert readiness.claim(after(night, "run_2"), {"files": [event(later)]})


def test_another_day_is_always_new(night: Night) -> None:
    assert readiness.claim(night, {"edfi": [event(NOON)]})
    readiness.finish(night)
    other = after(night, "run_2", date(2022, 5, 20))
    assert readiness.claim(other, {"edfi": [event(NOON)]})


def test_a_run_cleared_later_still_has_something_to_do(night: Night) -> None:
    assert readiness.claim(night, {"edfi": [event(NOON)]})
    readiness.finish(night)
    assert readiness.claim(night, {"edfi": [event(NOON)]})


@pytest.mark.parametrize(
    ("partial", "held"), [((True,), False), ((False,), True), ((True, False), True)]
)
def test_a_read_of_some_resources_does_not_hold_the_tiers_back(
    night: Night, monkeypatch: pytest.MonkeyPatch, partial: tuple[bool, ...], held: bool
) -> None:
    from include import landing

    monkeypatch.setattr(Night, "dsn", "unused")
    monkeypatch.setattr(landing, "half_loaded", lambda dsn, source: ["students"])
    events = [
        event(datetime(2022, 5, day, tzinfo=UTC), partial=given)
        for day, given in enumerate(partial, start=1)
    ]
    files = event(NOON, as_of_date="2022-05-27")
    assert readiness.is_held_back(night, {"edfi": events, "files": [files]}) is held


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
