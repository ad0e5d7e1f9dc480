"""Write the pages that are made from others: DECISIONS.md, the index of docs/decisions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
HEAD = """# Decisions

Choices between real alternatives: context, choice, cost and when to revisit, with date and status
(*accepted*, or *replaced by* the entry that took its place). A new one goes to the page of its
room; then `python .ci/pages.py` writes this index.
"""
_ENTRY = re.compile(
    r"^## (?P<title>.+)\n\n\*(?P<day>\d{4}-\d\d-\d\d), (?P<status>[^*\n]+)\.\*$", re.M
)


class Entry(NamedTuple):
    title: str
    day: str
    status: str


def entries(page: Path) -> list[Entry]:
    """The decisions of a room; raises ValueError for one without its date or status."""
    text = page.read_text(encoding="utf-8")
    found = [Entry(*match.groups()) for match in _ENTRY.finditer(text)]
    titles = re.findall(r"^## (.+)$", text, re.M)
    if lacking := set(titles) - {entry.title for entry in found}:
        raise ValueError(
            f"{page.name}: no date or status under {sorted(lacking)}; expected a line such as"
            " *2026-11-25, accepted.* below the title and an empty line"
        )
    return found


def anchor(title: str) -> str:
    """What a heading is called in a link, as Markdown viewers make it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def index(root: Path = ROOT) -> str:
    """The text of DECISIONS.md: a list of decisions for each room."""
    parts = [HEAD]
    for page in sorted((root / "docs" / "decisions").glob("*.md")):
        place = page.relative_to(root).as_posix()
        name = page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# Decisions: ")
        parts.append(f"\n## [{name[0].upper()}{name[1:]}]({place})\n\n")
        for title, day, status in entries(page):
            said = "" if status == "accepted" else f", {status}"
            parts.append(f"- [{title}]({place}#{anchor(title)}) ({day}{said})\n")
    return "".join(parts)


if __name__ == "__main__":
    (ROOT / "DECISIONS.md").write_text(index(), encoding="utf-8")
