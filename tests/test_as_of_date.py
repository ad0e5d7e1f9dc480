"""A day that somebody types: one that has come, wherever it is typed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from include import dbt_command, night
from include.config import get_district
from include.errors import ConfigError
from include.run import day_asked_for

# 22:00 of 27 May in Chicago
LATE = datetime(2022, 5, 28, 3, 0, tzinfo=UTC)
TODAY, TOMORROW = date(2022, 5, 27), date(2022, 5, 28)


@pytest.mark.parametrize(
    ("main", "arguments"),
    [
        (night.main, ["--district", "grand_bend", "--as-of", "9999-12-31"]),
        (dbt_command.main, ["--as-of", "9999-12-31", "grand_bend", "ls"]),
    ],
    ids=["a night", "dbt by hand"],
)
def test_a_shell_refuses_a_day_that_has_not_come_before_it_looks_at_a_warehouse(
    monkeypatch: pytest.MonkeyPatch, main: Callable[[list[str]], None], arguments: list[str]
) -> None:
    monkeypatch.delenv("FIRSTBELL_LAST_DAY")
    monkeypatch.delenv("AIRFLOW_CONN_GRAND_BEND_WAREHOUSE", raising=False)
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = str(ended.value)
    assert said.startswith("as-of date 9999-12-31 of grand_bend: a day that has not come; expected")
    assert "Correct the day" in said


@pytest.mark.parametrize(
    ("main", "arguments"),
    [
        (night.main, ["--district", "grand_bend", "--as-of", "2022-05-27"]),
        (dbt_command.main, ["--as-of", "2022-05-27", "grand_bend", "ls"]),
    ],
    ids=["a night", "dbt by hand"],
)
def test_a_last_day_that_is_no_date_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, main: Callable[[list[str]], None], arguments: list[str]
) -> None:
    monkeypatch.setenv("FIRSTBELL_LAST_DAY", "next friday")
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = str(ended.value)
    assert said.startswith("the environment: FIRSTBELL_LAST_DAY: ")
    assert "valid date" in said
    assert ".env.example" in said
    assert "next friday" not in said


def test_the_day_of_the_district_decides_not_that_of_utc() -> None:
    district = get_district("grand_bend")
    assert day_asked_for(district, TODAY, LATE) == TODAY
    with pytest.raises(ConfigError, match="expected a day up to 2022-05-27"):
        day_asked_for(district, TOMORROW, LATE)


def test_an_earlier_day_may_be_run_again() -> None:
    day = date(2021, 9, 1)
    assert day_asked_for(get_district("grand_bend"), day, LATE) == day


def test_simulated_days_may_be_ahead_of_the_clock_up_to_the_last_of_them() -> None:
    district = get_district("grand_bend")
    assert day_asked_for(district, TOMORROW, LATE, last_day=TOMORROW) == TOMORROW
    with pytest.raises(ConfigError, match="expected a day up to 2022-05-28"):
        day_asked_for(district, date(2022, 5, 29), LATE, last_day=TOMORROW)


def test_a_last_day_that_is_past_takes_no_day_away() -> None:
    day = day_asked_for(get_district("grand_bend"), TODAY, LATE, last_day=date(2022, 1, 1))
    assert day == TODAY
