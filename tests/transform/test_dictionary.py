"""The data dictionary shows the project as it is now, whatever was built before."""

from __future__ import annotations

from collections.abc import Callable

from include import transform
from tests.transform.conftest import NightOf

Write = Callable[[str, str], None]
DESCRIBED = "version: 2\nmodels: [{name: fct_people, description: {}}]\n"


def test_a_worker_that_built_nothing_can_write_it(
    database_url: str, project: Write, night_of: NightOf
) -> None:
    page = transform.write_dictionary(night_of(database_url))
    assert "fct_people" in page.read_text("utf-8")


def test_a_changed_description_is_shown_at_once(
    database_url: str, project: Write, night_of: NightOf
) -> None:
    current = night_of(database_url)
    project("marts/_marts.yml", DESCRIBED.replace("{}}", "the old words}"))
    transform.run_layer(current, "staging")
    project("marts/_marts.yml", DESCRIBED.replace("{}}", "the new words}"))
    page = transform.write_dictionary(current).read_text("utf-8")
    assert ("the new words" in page, "the old words" in page) == (True, False)


def test_it_shows_no_nights_compiled_sql(
    database_url: str, project: Write, night_of: NightOf
) -> None:
    current = night_of(database_url)
    project("staging/stg_people.sql", "select {{ 40 + 2 }} as code")
    transform.run_layer(current, "staging")
    page = transform.write_dictionary(current).read_text("utf-8")
    assert ("40 + 2" in page, "select 42" in page) == (True, False)
