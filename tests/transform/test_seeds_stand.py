"""A night loads the seeds only when something about them has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest

from include import landing, transform
from include.errors import TransformError
from include.run import Run
from include.sources import registry
from tests.transform.conftest import NightOf

Write = Callable[[str, str], None]
WRONG = "select code from {{ ref('codes') }} where code = 'wrong'"


@pytest.fixture
def night(database_url: str, project: Write, night_of: NightOf) -> Run:
    """A night on a project of one seed and a test of it."""
    project("../seeds/codes.csv", "code\na\nb\n")
    project("../tests/no_code_is_wrong.sql", WRONG)
    landing.prepare(database_url, registry.feeds())
    return night_of(database_url)


def codes(night: Run, change: str = "") -> str:
    with psycopg.connect(night.dsn) as owner:
        if change:
            owner.execute(change)  # type: ignore[arg-type]
        row = owner.execute("select string_agg(code, ',' order by code) from codes").fetchone()
    assert row is not None
    return str(row[0])


def load(night: Run, run_id: str) -> int:
    """Run the seeds of another night; returns how many of dbt's nodes that took."""
    return transform.run_layer(replace(night, run_id=run_id), "seeds").succeeded


def test_seeds_are_loaded_again_only_after_a_change(night: Run) -> None:
    assert load(night, "first") == 2
    assert load(night, "second") == 0
    assert codes(night, "update codes set code = 'z' where code = 'b'") == "a,z"
    assert load(night, "third") == 2
    assert codes(night) == "a,b"


def test_seeds_that_failed_their_test_are_loaded_and_tested_again(
    night: Run, project: Write
) -> None:
    project("../seeds/codes.csv", "code\na\nwrong\n")
    with pytest.raises(TransformError, match="no_code_is_wrong"):
        load(night, "first")
    # cleared, after a file was corrected that had been loaded before the failure
    project("../seeds/codes.csv", "code\na\nright\n")
    assert load(night, "first") == 2
    assert codes(night) == "a,right"


def test_a_seed_that_has_a_new_column_is_made_anew(night: Run, project: Write) -> None:
    assert load(night, "first") == 2
    project("../seeds/codes.csv", "source,code\n*,a\n*,c\n")
    assert load(night, "after the upgrade") == 2
    assert codes(night) == "a,c"
