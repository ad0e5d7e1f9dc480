"""Pages that people read are whole: every one is listed, every link leads somewhere."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / room / "README.md" for room in ("bench", "tests")),
    ]
)
_LINK = re.compile(r"\]\((?!https?://|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)")


@pytest.fixture(scope="module")
def pages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pages", ROOT / ".ci" / "pages.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_index_of_decisions_lists_them_all(pages: ModuleType) -> None:
    said = (ROOT / "DECISIONS.md").read_text(encoding="utf-8")
    assert said == pages.index(), "run `python .ci/pages.py`"


def test_a_decision_without_date_or_status_is_refused(pages: ModuleType, tmp_path: Path) -> None:
    page = tmp_path / "room.md"
    page.write_text("# Decisions: a room\n\n## One\n\n*2026-11-25, accepted.*\n\n## Two\n\nNow.\n")
    with pytest.raises(ValueError, match="Two"):
        pages.entries(page)


def test_the_picture_of_the_data_model_is_that_of_the_marts(pages: ModuleType) -> None:
    said = (ROOT / "docs" / "data-model.md").read_text(encoding="utf-8")
    assert said == pages.data_model(), "run `python .ci/pages.py`"


def test_a_foreign_key_and_the_key_of_a_row_stand_in_the_picture(pages: ModuleType) -> None:
    said = pages.data_model()
    assert '    dim_school ||--o{ fct_enrollment : "school_key"' in said
    assert "| `fct_enrollment` | enrolment of a student at a school" in said


def test_a_mart_that_does_not_say_what_a_row_is_is_refused(
    pages: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "_x__models.yml").write_text(
        "models: [{name: fct_x, description: Rows., config: {meta: {grain: [a]}}, columns: []}]"
    )
    with pytest.raises(ValueError, match="fct_x does not say what one row is"):
        pages.marts(tmp_path)


def test_the_index_of_docs_lists_the_pages_of_sources(pages: ModuleType) -> None:
    said = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    assert said == pages.docs_index(), "run `python .ci/pages.py`"


def test_another_file_of_results_is_a_layout_and_a_page(pages: ModuleType, tmp_path: Path) -> None:
    """With what the index of docs then says of itself; no SQL names a vendor (test_results.py)."""
    for folder in ("docs", "include/layouts"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "include" / "layouts" / "river.yaml").write_text("source: river\n")
    (tmp_path / "docs" / "sources" / "river.md").write_text("# River Reading\n")
    said = pages.docs_index(tmp_path)
    added = [line for line in said.splitlines() if line not in pages.docs_index().splitlines()]
    assert added == ["| River Reading | [sources/river.md](sources/river.md) |"]
    assert said.index("sources/river.md") > said.index("sources/powerschool.md")


def test_the_index_of_docs_lists_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    linked = {ROOT / "docs" / found for found, _ in _LINK.findall(index)}
    missing = [
        str(page.relative_to(ROOT))
        for page in (ROOT / "docs").rglob("*.md")
        if page.name != "README.md" and page not in linked
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(pages: ModuleType, page: Path) -> None:
    broken = []
    for place, heading in _LINK.findall(page.read_text(encoding="utf-8")):
        target = (page.parent / unquote(place)).resolve() if place else page
        if not target.exists():
            broken.append(place)
        elif heading and target.suffix == ".md":
            text = target.read_text(encoding="utf-8")
            known = {pages.anchor(title) for title in re.findall(r"^#+ (.+)$", text, re.M)}
            broken += [] if heading in known else [f"{place}#{heading}"]
    assert broken == []
