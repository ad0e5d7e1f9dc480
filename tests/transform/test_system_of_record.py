"""Rows of system_of_record that leave a day to nobody, or to two, are refused by file and line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from include import check, dbt_command, seed_rows, system_of_record, transform
from include.errors import ConfigError
from include.settings import Settings
from tests.transform.conftest import NightOf

HEADER = "district_code,entity_group,source_system,valid_from,valid_to,note\n"
BEFORE = "grand_bend,*,old_sis,2000-07-01,2025-01-05,\n"
AFTER = "grand_bend,*,new_sis,2025-01-06,,\n"
USED = ["new_sis", "old_sis"]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "districts" / "seeds"
    folder.mkdir(parents=True)
    return folder


def look(own: Path, *rows: str, used: list[str] = USED) -> None:
    (own / "system_of_record.csv").write_text(HEADER + "".join(rows), "utf-8")
    seed = seed_rows.seeds(dbt_command.PROJECT)["system_of_record"]
    system_of_record.check(seed, own, "grand_bend", used)


def test_one_system_after_the_other_passes(own: Path) -> None:
    look(own, AFTER, BEFORE)


def test_one_system_alone_needs_no_row(own: Path) -> None:
    look(own, used=["new_sis"])


def test_a_group_may_stay_with_the_earlier_system(own: Path) -> None:
    look(own, BEFORE, AFTER, "grand_bend,staff,old_sis,2000-07-01,,\n")


def test_rows_for_every_district_hold_where_one_has_none_of_its_own(own: Path) -> None:
    look(own, "*,*,old_sis,2000-07-01,2025-01-05,\n", "*,*,new_sis,2025-01-06,,\n")


def test_rows_for_every_district_are_nothing_to_one_with_another_system(own: Path) -> None:
    look(own, "*,*,old_sis,2000-07-01,,\n", used=["third_sis"])


def test_another_districts_rows_are_nothing_to_this_one(own: Path) -> None:
    look(own, BEFORE, AFTER, "maple_valley,*,old_sis,2000-07-01,2001-01-01,\n")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            (BEFORE.replace("01-05", "01-10"), AFTER),
            "line 2: valid_to '2025-01-10' overlaps the row from 2025-01-06, expected '2025-01-05'",
        ),
        (
            (BEFORE.replace("2025-01-05", ""), AFTER),
            "line 2: valid_to '' overlaps the row from 2025-01-06, expected '2025-01-05'",
        ),
        (
            (BEFORE.replace("2025-01-05", "2024-12-20"), AFTER),
            "line 2: valid_to '2024-12-20' leaves a gap before the row from 2025-01-06",
        ),
        (
            (BEFORE, AFTER.replace(",,", ",2025-06-30,")),
            "line 3: valid_to '2025-06-30' and no row after it, expected an empty one",
        ),
        (
            (BEFORE, AFTER.replace("new_sis", "third_sis")),
            "line 3: source_system 'third_sis', which the district neither has nor had",
        ),
        ((), "new_sis, old_sis fill academics, attendance, behavior, calendar, enrollment,"),
        (
            ("grand_bend,students,new_sis,2025-01-06,,\n",),
            "new_sis, old_sis fill academics, attendance, behavior, calendar, enrollment,"
            " programs, staff, and no row says who decides",
        ),
    ],
    ids=["overlap", "no end", "gap", "ends", "unknown source", "no row", "some groups only"],
)
def test_a_day_that_nobody_or_two_decide_is_named(
    own: Path, rows: tuple[str, ...], said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        look(own, *rows)
    assert said in str(caught.value)
    assert "district grand_bend" in str(caught.value)


def test_all_that_is_wrong_is_told_at_once(own: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        look(own, BEFORE.replace("01-05", "01-10"), AFTER.replace("new_sis", "third_sis"))
    assert "line 2" in str(caught.value)
    assert "line 3" in str(caught.value)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("grand_bend,pupils,edfi,2000-07-01,,\n", "entity_group 'pupils', expected one of *, "),
        ("grand_bend,*,infinite,2000-07-01,,\n", "source_system 'infinite', expected one of "),
        ("grand_bend,*,edfi,2000-07-01,2024-06-30,\n", "'2024-06-30' and no row after it"),
    ],
    ids=["unknown group", "unknown kind", "ends"],
)
def test_a_night_and_its_check_refuse_such_a_row_before_anything_is_loaded(
    own: Path, database_url: str, night_of: NightOf, row: str, said: str
) -> None:
    (own / "system_of_record.csv").write_text(HEADER + row, "utf-8")
    night = night_of(database_url)
    settings = Settings(work_dir=night.settings.work_dir, districts_dir=own.parent)
    night = replace(night, settings=settings)
    with pytest.raises(ConfigError, match="system_of_record") as caught:
        transform.run_layer(night, "seeds")
    assert said in str(caught.value)
    assert any(said in str(error) for error in check.missing(night))
    with psycopg.connect(database_url) as connection:
        assert connection.execute("select to_regnamespace('policy')").fetchone() == (None,)
