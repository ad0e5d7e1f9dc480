"""What ends in the demo is started again, and its logs do not grow for ever."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from demo.keeper import Keeper, shorten, shorten_all


class House:
    """Parts that run or not, and a clock that is moved by hand."""

    def __init__(self) -> None:
        self.running = {"scheduler": True, "triggerer": True}
        self.now = 0.0
        self.started: list[tuple[float, str]] = []
        self.said: list[str] = []
        self.stays_up = True
        self.keeper = Keeper(
            is_running=self.running.__getitem__,
            start=self.start,
            say=self.said.append,
            clock=lambda: self.now,
        )

    def start(self, name: str) -> None:
        self.started.append((self.now, name))
        self.running[name] = self.stays_up

    def pass_seconds(self, seconds: int) -> None:
        for _ in range(seconds):
            self.keeper.look(list(self.running))
            self.now += 1


@pytest.fixture
def house() -> House:
    return House()


def test_a_part_that_has_ended_is_started_again_with_a_sentence(house: House) -> None:
    house.running["scheduler"] = False
    house.pass_seconds(3)
    assert house.started == [(0.0, "scheduler")]
    assert house.said == ["scheduler has ended (its log: scheduler.log); started again"]


def test_a_part_that_cannot_stay_up_is_started_at_growing_intervals(house: House) -> None:
    house.stays_up, house.running["scheduler"] = False, False
    house.pass_seconds(300)
    at = [moment for moment, _ in house.started]
    assert [after - before for before, after in pairwise(at)] == [
        *(2, 4, 8, 16, 32),
        *(60, 60, 60),
    ]


def test_a_part_that_stayed_up_long_enough_is_started_at_once_again(house: House) -> None:
    for _ in range(2):
        house.running["scheduler"] = False
        house.pass_seconds(400)
    house.running["scheduler"] = False
    house.pass_seconds(1)
    assert [moment for moment, _ in house.started] == [0.0, 400.0, 800.0]


def test_a_log_that_has_grown_is_shortened_while_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "scheduler.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"old\n" * 10)
        assert not shorten(log, most=40)
        assert shorten(log, most=39)
        writer.write(b"new\n")
    assert log.read_text() == "new\n"
    assert log.with_name("scheduler.log.1").read_text() == "old\n" * 10


def test_the_logs_of_dag_files_are_shortened_and_those_of_tasks_are_not(tmp_path: Path) -> None:
    parsed = tmp_path / "tasks" / "dag_processor" / "2026-11-20" / "transform.py.log"
    task = tmp_path / "tasks" / "dag_id=x" / "attempt=1.log"
    for log in (parsed, task, tmp_path / "scheduler.log"):
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_bytes(b"x" * 5_000_001)
    shorten_all(tmp_path)
    assert [log.stat().st_size for log in (parsed, tmp_path / "scheduler.log")] == [0, 0]
    assert task.stat().st_size == 5_000_001
