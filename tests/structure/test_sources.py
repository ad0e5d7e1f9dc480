"""Where kinds of sources may be named: in their own files, and in the registry."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from include.sources.base import KINDS
from include.sources.registry import SOURCES
from tests.structure.test_tree import ROOT, tracked

# A word of everyday use names nothing.
NAMED = sorted(kind for kind in SOURCES if kind != "files")
# What of the dbt project names a kind of source outside its staging, and why; the list only grows
# shorter.
STILL_NAME_A_SOURCE = "dbt_names_sources.txt"


DBT = ROOT / "dbt_project"


def may_name(kind: str, path: Path) -> bool:
    """Whether a file is of the kind's staging, or of the canonical layer, where sources meet."""
    return any(
        path.is_relative_to(DBT / room / layer)
        for room in ("models", "macros")
        for layer in ("canonical", f"staging/{kind}")
    )


def words_of(kind: str) -> re.Pattern[str]:
    """A kind as code and people write it: edfi, EdfiSource, Ed-Fi."""
    return re.compile(f"{kind}|{re.escape(SOURCES[kind].title)}", re.IGNORECASE)


def is_named(kind: str, text: str) -> bool:
    return words_of(kind).search(text) is not None


@pytest.mark.parametrize("kind", NAMED)
def test_a_kind_of_source_is_named_nowhere_but_in_its_folder_and_the_registry(kind: str) -> None:
    own = ROOT / "include" / "sources" / kind
    found = [
        str(path.relative_to(ROOT))
        for path in tracked("include/*.py", "dags/*.py", "ml/*.py", "plugins/*.py")
        if own not in path.parents
        and path != ROOT / "include" / "sources" / "registry.py"
        and is_named(kind, path.read_text(encoding="utf-8"))
    ]
    assert found == [], "ask the registry instead: include/sources/base.py says what of"


@pytest.mark.parametrize("kind", NAMED)
def test_a_kind_of_source_has_a_page(kind: str) -> None:
    page = ROOT / "docs" / "sources" / f"{kind}.md"
    assert page.is_file(), f"write {page.relative_to(ROOT)}: how to get access, what is read"


@pytest.mark.parametrize("kind", NAMED)
def test_the_raw_tables_of_a_kind_begin_with_its_name(kind: str) -> None:
    """No layout may have that name: `KINDS` keeps it."""
    assert {feed.source for feed in SOURCES[kind].feeds()} == {kind}
    assert kind in KINDS


def test_the_files_of_dbt_that_name_a_source_outside_its_staging_only_grow_fewer() -> None:
    text = (ROOT / "tests" / "structure" / STILL_NAME_A_SOURCE).read_text(encoding="utf-8")
    listed = [line for line in text.splitlines() if not line.startswith("#")]
    found = [
        str(path.relative_to(DBT))
        for path in tracked("dbt_project/*.sql", "dbt_project/*.yml", "dbt_project/*.csv")
        for kind in NAMED
        if not may_name(kind, path) and is_named(kind, path.read_text(encoding="utf-8"))
    ]
    assert sorted(set(found) - set(listed)) == [], "read the canonical layer, not a source"
    assert sorted(set(listed) - set(found)) == [], f"take these out of {STILL_NAME_A_SOURCE}"


def test_a_name_is_found_however_it_is_written() -> None:
    assert all(is_named("edfi", text) for text in ("stg_edfi__x", "EdfiSource", "an Ed-Fi host"))
    assert not is_named("edfi", "a modified file")
