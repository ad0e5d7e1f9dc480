"""What dbt says about a failing row stays out of every log and message."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from dbt.exceptions import ContractError

from include import dbt_command, dbt_outcome, transform
from include.errors import TransformError, TransformInterruptedError
from tests.transform.conftest import NightOf

PLANTED = "Jane Doe 604822"


def test_a_value_of_a_failing_row_is_said_nowhere(
    database_url: str,
    project: Callable[[str, str], None],
    night_of: NightOf,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    project("staging/stg_people.sql", f"select cast('{PLANTED}' as text) as code")
    project(
        "marts/fct_people.sql",
        "{{ config(materialized='table') }} select cast(code as integer) as code"
        " from {{ ref('stg_people') }}",
    )
    current = night_of(database_url)
    transform.run_layer(current, "staging")
    with pytest.raises(TransformError, match="fct_people") as caught:
        transform.run_layer(current, "marts")
    assert not isinstance(caught.value, TransformInterruptedError)
    captured = capfd.readouterr()
    said = [captured.out, captured.err, caplog.text, repr(caught.value), str(caught.value)]
    assert [text for text in said if "Jane" in text or "604822" in text] == []
    assert "fct_people: error" in caplog.text
    assert "1 failed" in caplog.text


def test_what_dbt_itself_writes_is_for_the_service_user_only(
    database_url: str, project: Callable[[str, str], None], night_of: NightOf
) -> None:
    current = night_of(database_url)
    dbt_command.folder(current).mkdir(parents=True, mode=0o755)
    transform.run_layer(current, "staging")
    assert dbt_command.folder(current).stat().st_mode & 0o077 == 0


def test_a_build_that_ends_well_leaves_no_results_or_manifest(
    database_url: str, project: Callable[[str, str], None], night_of: NightOf
) -> None:
    current = night_of(database_url)
    transform.run_layer(current, "staging")
    target = dbt_command.folder(current) / "target"
    assert target.is_dir()
    assert not {"run_results.json", "manifest.json"} & {path.name for path in target.iterdir()}


def test_a_model_that_does_not_compile_is_named(
    database_url: str, project: Callable[[str, str], None], night_of: NightOf
) -> None:
    project("marts/fct_people.sql", "select * from {{ ref('nowhere') }}")
    with pytest.raises(TransformError, match=r"TargetNotFoundError in fct_people") as caught:
        transform.run_layer(night_of(database_url), "staging")
    assert "nowhere" not in str(caught.value)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (
            str(ContractError(
                [{"name": "gpa", "data_type": "numeric", "formatted": "gpa numeric"},
                 {"name": "school", "data_type": "text", "formatted": "school text"}],
                [{"name": "gpa", "data_type": "text", "formatted": "gpa text"}],
            )),
            "contract: gpa (data type mismatch: is text, contract says numeric),"
            " school (missing in definition: is not there, contract says text)",
        ),
        (
            "Database Error in model m (m.sql)\n  null value in column \"gpa\" of relation"
            f" \"m__dbt_tmp\" violates not-null constraint\n  DETAIL:  Failing row ({PLANTED}).",
            "no value in column gpa",
        ),
        ("Got 3 results, configured to fail if != 0", "rows: 3"),
        (f"Database Error in model m (m.sql)\n  invalid input syntax: {PLANTED}", ""),
        (None, ""),
    ],
    ids=["contract", "not null", "test", "a value", "nothing"],
)  # fmt: skip
def test_why_a_node_failed_is_said_without_a_value(message: str | None, reason: str) -> None:
    node = dbt_outcome.Node("m", "error", message)
    assert dbt_outcome.reason(node) == reason
    assert dbt_outcome.seen([node], None) == f"failed: m{f' ({reason})' if reason else ''}"


def test_an_exception_that_quotes_a_row_gives_only_its_class(
    night_of: NightOf, database_url: str
) -> None:
    seen = dbt_outcome.seen([], ValueError(f"bad row in model people ({PLANTED})"))
    assert seen == "ValueError"
