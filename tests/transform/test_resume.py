"""Which attempt resumes, and what a fresh one forgets."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from include import dbt_command, transform
from include.errors import TransformError, TransformInterruptedError
from include.run import Run
from tests.transform.conftest import MODELS, NightOf

NOWHERE = "postgresql://nobody:nothing@127.0.0.1:1/none"
BROKEN = (
    "{{ config(materialized='table') }} select 1 / (code - 1) as code from {{ ref('stg_people') }}"
)
Write = Callable[[str, str], None]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The dbt commands that were run."""
    commands: list[str] = []
    real = transform.invoke

    def invoke(night: Run, arguments: list[str], **options: Any) -> dict[str, str]:
        commands.append(arguments[0])
        return real(night, arguments, **options)

    monkeypatch.setattr(transform, "invoke", invoke)
    return commands


def fail_marts(current: Run, project: Write) -> None:
    project("marts/fct_people.sql", BROKEN)
    transform.run_layer(current, "staging")
    with pytest.raises(TransformError, match="fct_people"):
        transform.run_layer(current, "marts")
    project("marts/fct_people.sql", MODELS["marts/fct_people.sql"])


def test_a_failed_layer_resumes(
    database_url: str, project: Write, night_of: NightOf, asked: list[str]
) -> None:
    current = night_of(database_url)
    fail_marts(current, project)
    assert transform.run_layer(current, "marts").resumed
    assert asked == ["build", "build", "retry"]


def test_after_an_earlier_layer_was_cleared_the_later_ones_are_built_in_full(
    database_url: str, project: Write, night_of: NightOf, asked: list[str]
) -> None:
    current = night_of(database_url)
    fail_marts(current, project)
    transform.run_layer(current, "staging")
    assert not transform.run_layer(current, "marts").resumed
    assert asked == ["build"] * 4


def test_a_build_that_cannot_connect_keeps_no_results_of_another_command(
    database_url: str, project: Write, night_of: NightOf, asked: list[str]
) -> None:
    current = night_of(database_url)
    transform.run_layer(current, "staging")
    transform.write_dictionary(current)
    with pytest.raises(TransformInterruptedError):
        transform.run_layer(night_of(NOWHERE), "marts")
    assert not transform.run_layer(current, "marts").resumed
    assert asked == ["build", "docs", "build"]


def test_a_retry_that_cannot_connect_can_be_tried_again(
    database_url: str, project: Write, night_of: NightOf, asked: list[str]
) -> None:
    current = night_of(database_url)
    fail_marts(current, project)
    with pytest.raises(TransformInterruptedError):
        transform.run_layer(night_of(NOWHERE), "marts")
    assert transform.run_layer(current, "marts").resumed
    assert asked == ["build", "build", "retry"]


def test_kept_results_of_another_command_are_not_retried(
    database_url: str, project: Write, night_of: NightOf
) -> None:
    current = night_of(database_url)
    fail_marts(current, project)
    kept = dbt_command.folder(current) / "state" / "marts" / "run_results.json"
    results = json.loads(kept.read_text(encoding="utf-8"))
    results["args"]["which"] = "generate"
    kept.write_text(json.dumps(results), encoding="utf-8")
    assert not transform.run_layer(current, "marts").resumed
