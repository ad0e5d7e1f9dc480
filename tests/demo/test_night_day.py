"""The day of a night: one that the sources have lived through, and said beside what is shown."""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from rich.console import Console

from demo import airflow, districts, summary, supervisor
from demo.runtime import Runtime
from include.config import get_district
from include.errors import ConfigError

DAY = date(2022, 5, 27)


@pytest.fixture
def out() -> Console:
    return Console(file=io.StringIO(), soft_wrap=True)


def said(out: Console) -> str:
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


def test_a_day_after_the_last_of_the_sources_is_refused(tmp_path: Path, out: Console) -> None:
    later = districts.ALL["grand_bend"].opening + timedelta(days=1)
    with pytest.raises(ConfigError, match="a day up to 2022-05-27"):
        supervisor._move_on(out, Runtime(tmp_path), "grand_bend", later)


def test_the_last_day_of_the_sources_is_not_refused(tmp_path: Path, out: Console) -> None:
    assert supervisor._move_on(out, Runtime(tmp_path), "grand_bend", DAY) == DAY


def test_the_demos_airflow_takes_the_days_that_can_be_played(tmp_path: Path) -> None:
    runtime = Runtime(tmp_path)
    runtime.create()
    last = districts.ALL["maple_valley"].opening + timedelta(days=30)
    days = runtime.sources / "maple_valley" / "days"
    days.mkdir(parents=True)
    (days / f"{last}.jsonl").touch()
    given = airflow.environment(
        runtime, metadata_url="postgresql://nobody@127.0.0.1:1/none", connections={},
        ports={"airflow": 1, "worker_logs": 2, "trigger_logs": 3},
    )  # fmt: skip
    assert given["FIRSTBELL_LAST_DAY"] == last.isoformat()


@pytest.fixture
def reports(database_url: str) -> str:
    """A warehouse whose reports show the tiers of DAY."""
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("create schema reporting")
        owner.execute(
            f"create table reporting.rpt_student_indicators as select date '{DAY}' as as_of_date"
        )
    return database_url


@pytest.mark.parametrize(("day", "is_built"), [(DAY + timedelta(days=1), True), (DAY, False)])
def test_a_night_that_did_not_come_to_its_tiers_shows_none(
    reports: str, out: Console, day: date, is_built: bool
) -> None:
    summary.show(out, reports, get_district("grand_bend"), day, None, is_built=is_built)
    assert f"No new tiers of {day}" in said(out)
    assert "Reports show the tiers of 2022-05-27" in said(out)
    assert "students" not in said(out)
