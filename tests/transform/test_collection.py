"""A dbt command runs with few looks for garbage, and leaves Python's settings as they were."""

from __future__ import annotations

import gc

import pytest

from include import dbt_command
from tests.transform.conftest import NightOf


def test_garbage_is_looked_for_seldom_during_a_command_and_as_before_after_it(
    database_url: str, night_of: NightOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    during: list[tuple[int, int, int]] = []

    def fail(*arguments: object, **options: object) -> None:
        during.append(gc.get_threshold())
        raise RuntimeError

    monkeypatch.setattr(dbt_command, "_outcome", fail)
    before = gc.get_threshold()
    with pytest.raises(RuntimeError):
        dbt_command.invoke(night_of(database_url), ["build"])
    assert during[0][0] > 100 * before[0]
    assert gc.get_threshold() == before
