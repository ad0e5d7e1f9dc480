"""Which day a run answers for, and whether there is anything for it to do: from our own ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from include import landing, transform
from include.errors import ConfigError, NotBuiltError
from include.orchestration import context, readiness
from include.orchestration.ids import DagName
from include.run import Run
from include.settings import Settings
from tests.transform.conftest import connection_to

NOON = datetime(2022, 5, 27, 12, 0, tzinfo=UTC)
MONDAY, TUESDAY, WEDNESDAY = date(2022, 5, 23), date(2022, 5, 24), date(2022, 5, 25)
Runs = Callable[..., Run]


def dag_id(stage: str) -> str:
    """The DAG of a stage as the ledger of runs calls it."""
    file, _, source = stage.partition("__")
    return str(DagName(file, "grand_bend", source))


def event(day: date, at: datetime = NOON) -> Any:
    return SimpleNamespace(timestamp=at, extra={"as_of_date": day.isoformat()})


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    """The night of a run as its tasks see it, with what Airflow says of the run."""
    landing.prepare(database_url, [])
    monkeypatch.setattr(readiness, "upgrade", lambda night: None)
    monkeypatch.setattr(context, "connect", lambda conn_id: connection_to(database_url))

    def of(
        stage: str,
        run_id: str,
        *,
        events: list[Any] | None = None,
        schedule: str | None = None,
        **params: Any,
    ) -> Run:
        said = {
            "params": params,
            "triggering_asset_events": {"an asset": events} if events else {},
            "dag_run": SimpleNamespace(
                dag_id=dag_id(stage),
                run_id=run_id,
                run_after=NOON,
                run_type="manual" if events is None else "asset_triggered",
            ),
        }
        monkeypatch.setattr(context, "get_current_context", lambda: said)
        found = context.run_of("grand_bend")
        return Run(
            found.district.model_copy(update={"schedule": schedule}),
            found.as_of_date, found.run_id,
            connect=found.connect, settings=Settings(work_dir=tmp_path),
        )  # fmt: skip

    return of


def ingest(run: Runs, day: date, stage: str = "ingest__edfi", *, is_partial: bool = False) -> None:
    night = run(stage, f"of_{day}", as_of_date=day.isoformat())
    landing.end_ingest(
        night.dsn, stage, night.run_id, night.as_of_date, brought=True, is_partial=is_partial
    )


def begin(night: Run) -> bool:
    return readiness.begin(night, {"an asset": [event(MONDAY)]}, NOON)


def build(run: Runs, run_id: str, day: date) -> Run:
    """A transformation that the event of this day has started, from its first task to its last."""
    night = run("transform", run_id, events=[event(day)])
    assert begin(night)
    transform.finish(night)
    return night


def test_the_parameter_decides_the_day(run: Runs) -> None:
    ingest(run, TUESDAY)
    night = run("transform", "by_hand", events=[event(TUESDAY)], as_of_date="2022-03-01")
    assert night.as_of_date == date(2022, 3, 1)


def test_a_parameter_of_a_day_that_has_not_come_is_refused(
    run: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FIRSTBELL_LAST_DAY")
    with pytest.raises(ConfigError, match="as-of date 9999-12-31 of grand_bend: a day that has"):
        run("ingest__edfi", "mistyped", as_of_date="9999-12-31")


def test_without_parameter_and_event_it_is_the_day_of_the_run(run: Runs) -> None:
    ingest(run, TUESDAY)
    assert run("transform", "by_hand").as_of_date == NOON.date()


def test_a_run_that_an_event_started_and_that_lists_none_has_the_day_of_the_books(
    run: Runs,
) -> None:
    ingest(run, TUESDAY)
    assert run("transform", "t1", events=[]).as_of_date == TUESDAY


def test_the_last_day_of_a_catch_up_is_transformed(run: Runs) -> None:
    """Three ingests in a row: the events of the second and third are one run, of the second."""
    ingest(run, MONDAY)
    first = run("transform", "t1", events=[event(MONDAY)])
    assert begin(first)
    ingest(run, TUESDAY)
    ingest(run, WEDNESDAY)
    transform.finish(first)
    assert build(run, "t2", TUESDAY).as_of_date == WEDNESDAY
    assert not begin(run("transform", "t3", events=[event(WEDNESDAY)]))


def test_an_ingest_that_ended_after_the_build_began_waits_for_another(run: Runs) -> None:
    ingest(run, MONDAY)
    first = run("transform", "t1", events=[event(MONDAY)])
    assert begin(first)
    ingest(run, TUESDAY)
    transform.finish(first)
    assert readiness.does_another_wait(first)
    build(run, "t2", MONDAY)
    assert not readiness.does_another_wait(first)


def test_after_a_build_that_failed_only_what_came_since_it_began_starts_another(run: Runs) -> None:
    ingest(run, MONDAY)
    failed = run("transform", "t1", events=[event(MONDAY)])
    assert begin(failed)
    assert not readiness.did_another_come(failed)  # its own would start it for ever
    ingest(run, TUESDAY)
    assert readiness.did_another_come(failed)
    again = run("transform", "t2", events=[event(MONDAY)])
    assert begin(again)
    assert not readiness.did_another_come(again)


def test_a_build_that_failed_before_it_began_starts_no_other(run: Runs) -> None:
    ingest(run, MONDAY)
    assert not readiness.did_another_come(run("transform", "t1", events=[event(MONDAY)]))


def test_an_earlier_day_run_again_does_not_stand_for_a_later_one_that_waits(run: Runs) -> None:
    ingest(run, WEDNESDAY)
    ingest(run, MONDAY)
    first = build(run, "t1", WEDNESDAY)
    assert first.as_of_date == MONDAY
    assert readiness.does_another_wait(first)
    assert build(run, "t2", MONDAY).as_of_date == WEDNESDAY


def test_a_run_keeps_its_day_whatever_ends_meanwhile(run: Runs) -> None:
    ingest(run, MONDAY)
    assert run("transform", "t1", events=[event(MONDAY)]).as_of_date == MONDAY
    ingest(run, TUESDAY)
    assert run("transform", "t1", events=[event(MONDAY)]).as_of_date == MONDAY


@pytest.mark.parametrize("stage", ["send_alerts", "predict", "dictionary"])
def test_what_follows_a_build_answers_for_the_day_of_the_last(run: Runs, stage: str) -> None:
    ingest(run, MONDAY)
    build(run, "t1", MONDAY)
    ingest(run, TUESDAY)
    build(run, "t2", TUESDAY)
    assert run(stage, "late", events=[event(MONDAY)]).as_of_date == TUESDAY


def test_tickets_answer_for_the_ingest_that_ended_last_well_or_not(run: Runs) -> None:
    ingest(run, MONDAY)
    failed = run("ingest__edfi", "failed", as_of_date=TUESDAY.isoformat())
    landing.end_ingest(failed.dsn, "ingest__edfi", "failed", TUESDAY, brought=False)
    assert run("open_tickets", "o1", events=[event(MONDAY)]).as_of_date == TUESDAY


def test_before_the_books_are_there_the_newest_event_decides(run: Runs, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("drop table ops.runs")
    older = event(TUESDAY, datetime(2022, 5, 1, tzinfo=UTC))
    assert run("predict", "p1", events=[event(MONDAY), older]).as_of_date == MONDAY


def test_the_second_event_of_a_night_finds_nothing_new(run: Runs) -> None:
    ingest(run, MONDAY)
    ingest(run, MONDAY, "ingest__star")
    build(run, "t1", MONDAY)
    assert not begin(run("transform", "t2", events=[event(MONDAY)]))


def test_a_first_run_that_failed_leaves_its_work_to_the_second(run: Runs) -> None:
    ingest(run, MONDAY)
    assert begin(run("transform", "t1", events=[event(MONDAY)]))
    assert begin(run("transform", "t2", events=[event(MONDAY)]))


def test_a_run_of_one_model_stands_for_nothing(run: Runs) -> None:
    ingest(run, MONDAY)
    by_hand = run("transform", "by_hand")
    assert readiness.begin(by_hand, None, NOON, select="dim_student")
    transform.finish(by_hand)
    assert begin(run("transform", "t1", events=[event(MONDAY)]))


def test_a_run_by_hand_always_has_something_to_do(run: Runs) -> None:
    assert readiness.begin(run("transform", "by_hand"), None, NOON)


def test_another_day_is_new(run: Runs) -> None:
    ingest(run, TUESDAY)
    build(run, "t1", TUESDAY)
    ingest(run, MONDAY)
    assert build(run, "t2", MONDAY).as_of_date == MONDAY


def test_a_run_cleared_later_still_has_something_to_do(run: Runs) -> None:
    ingest(run, MONDAY)
    build(run, "t1", MONDAY)
    assert build(run, "t1", MONDAY).as_of_date == MONDAY


STAGES = ("ingest__edfi", "ingest__star", "ingest__map_growth", "ingest__iready")


def check(run: Runs, busy: int = 0, *, schedule: str | None = None, moment: datetime = NOON) -> str:
    """What the check of the morning finds."""
    instance = SimpleNamespace(get_dr_count=lambda dag_id, states: busy)
    try:
        readiness.require_built(run("check_night", "c1", schedule=schedule), instance, moment)
    except NotBuiltError as error:
        return str(error)
    return ""


Ended = Callable[..., None]


@pytest.fixture
def ended(run: Runs, database_url: str) -> Ended:
    """Let ingests end at a moment, with nothing that would wait."""

    def at(moment: datetime, *stages: str) -> None:
        for stage in stages:
            night = run(stage, f"of_{moment}", as_of_date=MONDAY.isoformat())
            landing.end_ingest(night.dsn, stage, night.run_id, night.as_of_date, brought=False)
        with psycopg.connect(database_url) as connection:
            connection.execute(
                "update ops.runs set settled_at = %s where stage = any(%s)", (moment, list(stages))
            )

    return at


NIGHTLY, WEEKDAYS = "0 2 * * *", "0 2 * * 1-5"
# half an hour after that of Friday was due in Chicago
FRIDAY_NIGHT = datetime(2022, 5, 27, 7, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_source_that_never_ran_is_told_in_the_morning(run: Runs, ended: Ended) -> None:
    ended(FRIDAY_NIGHT, *STAGES[:-1])
    said = check(run, schedule=NIGHTLY)
    assert "ingest__grand_bend__iready has never run" in said
    assert "Is ingest__grand_bend__iready paused? Unpause it" in said
    assert "__star" not in said
    assert "ingest__grand_bend__iready has never run" in check(run)


def test_before_the_books_are_there_every_source_has_never_run(
    run: Runs, database_url: str
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("drop table ops.runs")
    assert "ingest__grand_bend__edfi has never run" in check(run)


def test_a_source_without_a_run_in_the_night_is_told_in_the_morning(
    run: Runs, ended: Ended
) -> None:
    ended(FRIDAY_NIGHT, *STAGES[:-1])
    ended(FRIDAY_NIGHT - DAY, STAGES[-1])
    said = check(run, schedule=NIGHTLY)
    assert "ingest__grand_bend__iready has not run since 2022-05-26" in said
    assert "__edfi" not in said


def test_a_morning_after_no_night_asks_for_no_run(run: Runs, ended: Ended) -> None:
    ended(FRIDAY_NIGHT, *STAGES)
    sunday = NOON + 2 * DAY
    assert check(run, schedule=WEEKDAYS, moment=sunday) == ""
    assert "edfi has not run since 2022-05-27" in check(run, schedule=NIGHTLY, moment=sunday)


def test_without_a_schedule_no_run_is_due(run: Runs, ended: Ended) -> None:
    ended(FRIDAY_NIGHT - 100 * DAY, *STAGES)
    assert check(run) == ""


def begin_without(run: Runs, ended: Ended, stage: str, schedule: str | None = NIGHTLY) -> bool:
    """Whether the tiers are made of a night in which this ingest did not run."""
    ended(FRIDAY_NIGHT, *(other for other in STAGES if other != stage))
    ended(FRIDAY_NIGHT - DAY, stage)
    ingest(run, TUESDAY, "ingest__map_growth")
    return begin(run("transform", "t9", events=[event(TUESDAY)], schedule=schedule))


def test_a_system_of_record_without_a_run_in_the_night_holds_the_tiers_back(
    run: Runs, ended: Ended, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("WARNING"):
        assert not begin_without(run, ended, "ingest__edfi")
    assert "ingest__grand_bend__edfi has not run since 2022-05-26, and no tiers" in caplog.text


def test_another_source_without_a_run_in_the_night_is_told_and_holds_nothing_back(
    run: Runs, ended: Ended, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("WARNING"):
        assert begin_without(run, ended, "ingest__star")
    assert "ingest__grand_bend__star has not run since 2022-05-26. Is ingest__" in caplog.text


def test_without_a_schedule_no_source_holds_the_tiers_back(run: Runs, ended: Ended) -> None:
    assert begin_without(run, ended, "ingest__edfi", schedule=None)


def test_what_waits_for_a_system_of_record_is_told_with_its_cause(run: Runs, ended: Ended) -> None:
    ended(FRIDAY_NIGHT, *STAGES[1:])
    ingest(run, TUESDAY, "ingest__star")
    said = check(run, schedule=NIGHTLY)
    assert "edfi has never run; ingest__star of 2022-05-24 waits for a build" in said
    assert "Unpause transform__" not in said


def test_an_ingest_that_came_while_the_build_was_paused_is_told_in_the_morning(run: Runs) -> None:
    for stage in STAGES:
        ingest(run, MONDAY, stage)
    build(run, "t1", MONDAY)
    assert check(run) == ""
    ingest(run, TUESDAY)
    said = check(run)
    assert f"ingest__edfi of {TUESDAY} waits for a build; reports are of {MONDAY}" in said
    assert f"Unpause transform__grand_bend, then trigger it with as_of_date {TUESDAY}" in said


def test_a_build_that_did_not_finish_is_told_in_the_morning(run: Runs) -> None:
    for stage in STAGES:
        ingest(run, MONDAY, stage)
    assert begin(run("transform", "t1", events=[event(MONDAY)]))
    assert "the last build has not finished" in check(run)


def test_an_ingest_that_has_not_ended_is_told_in_the_morning(run: Runs) -> None:
    assert "Then a pool or a worker is missing" in check(run, busy=1)


@pytest.mark.parametrize(
    ("partial", "held"), [((True,), False), ((False,), True), ((True, False), True)]
)
def test_a_read_of_some_resources_does_not_hold_the_tiers_back(
    run: Runs, monkeypatch: pytest.MonkeyPatch, partial: tuple[bool, ...], held: bool
) -> None:
    monkeypatch.setattr(landing, "failed_last", lambda dsn, source: ["students"])
    for day, given in zip((MONDAY, TUESDAY), partial, strict=False):
        ingest(run, day, is_partial=given)
    ingest(run, TUESDAY, "ingest__star")
    night = run("transform", "t1", events=[event(TUESDAY)])
    assert readiness.is_held_back(night, {"an asset": [event(TUESDAY)]}) is held


def test_a_failure_after_a_read_of_some_resources_holds_the_tiers_back(
    run: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing, "failed_last", lambda dsn, source: ["students"])
    ingest(run, MONDAY, is_partial=True)
    failed = run("ingest__edfi", "failed", as_of_date=TUESDAY.isoformat())
    landing.end_ingest(failed.dsn, "ingest__edfi", "failed", TUESDAY, brought=False)
    night = run("transform", "t1", events=[event(TUESDAY)])
    assert readiness.is_held_back(night, {"an asset": [event(TUESDAY)]})
