"""A dbt command runs without costs that serve nobody, and leaves everything as it was."""

from __future__ import annotations

import gc
import inspect
from collections.abc import Callable
from typing import Any

import pytest
from dbt_common.behavior_flags import BehaviorFlag, BehaviorFlagRendered

from include import dbt_command
from tests.transform.conftest import NightOf

FLAG: BehaviorFlag = {"name": "a_flag", "default": True, "docs_url": "https://docs.example.org"}
During = Callable[[Callable[[], object]], list[object]]


@pytest.fixture
def during(database_url: str, night_of: NightOf, monkeypatch: pytest.MonkeyPatch) -> During:
    """What a function returns while a command runs, which then fails."""

    def look(at: Callable[[], object]) -> list[object]:
        seen: list[object] = []

        def fail(*arguments: object, **options: object) -> None:
            seen.append(at())
            raise RuntimeError

        monkeypatch.setattr(dbt_command, "_outcome", fail)
        with pytest.raises(RuntimeError):
            dbt_command.invoke(night_of(database_url), ["build"])
        return seen

    return look


def test_garbage_is_looked_for_seldom_during_a_command_and_as_before_after_it(
    during: During,
) -> None:
    before = gc.get_threshold()
    [threshold] = during(lambda: gc.get_threshold()[0])
    assert isinstance(threshold, int)
    assert threshold > 100 * before[0]
    assert gc.get_threshold() == before


def test_no_command_goes_through_its_call_stack_for_the_name_in_a_warning(
    during: During, monkeypatch: pytest.MonkeyPatch
) -> None:
    walks: list[object] = []
    real = inspect.stack

    def stack(context: int = 1) -> Any:
        walks.append(context)
        return real(context)

    monkeypatch.setattr(inspect, "stack", stack)
    during(lambda: BehaviorFlagRendered(FLAG, {}))
    assert walks == []
    BehaviorFlagRendered(FLAG, {})
    assert walks == [1]
