"""Write the pages that are made from others.

DECISIONS.md is the index of docs/decisions; docs/README.md lists the pages of docs/sources among
its own rows; docs/data-model.md draws the marts from what their properties say of grain and
relationships, which the nights test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).parents[1]
HEAD = """# Decisions

Choices between real alternatives: context, choice, cost and when to revisit, with date and status
(*accepted*, or *replaced by* the entry that took its place). A new one goes to the page of its
room; then `python .ci/pages.py` writes this index.
"""
_ENTRY = re.compile(
    r"^## (?P<title>.+)\n\n\*(?P<day>\d{4}-\d\d-\d\d), (?P<status>[^*\n]+)\.\*$", re.M
)
_SOURCE_ROW = re.compile(r"^\| .+ \| \[sources/.+\n", re.M)


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


def docs_index(root: Path = ROOT) -> str:
    """The text of docs/README.md with a row for each page of docs/sources: systems, then files."""
    index, docs = (root / "docs" / "README.md").read_text(encoding="utf-8"), root / "docs"
    rows = [
        (
            (root / "include" / "layouts" / f"{page.stem}.yaml").exists(),
            page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# "),
            page.relative_to(docs).as_posix(),
        )
        for page in (docs / "sources").glob("*.md")
    ]
    rows.sort(key=lambda row: (row[0], row[1].casefold()))
    first, *others = _SOURCE_ROW.findall(index)
    for row in others:
        index = index.replace(row, "")
    listed = "".join(f"| {title} | [{place}]({place}) |\n" for _, title, place in rows)
    return index.replace(first, listed)


MODEL_HEAD = """# The data model

The marts, as their properties say: `python .ci/pages.py` writes this page from
`dbt_project/models/marts`. Every line of a picture is a foreign key that each night tests. Columns,
types and who owns them: `make docs`.

```mermaid
flowchart LR
    sources([sources]) --> raw --> staging --> canonical --> intermediate --> marts
    marts --> risk --> reporting
    marts --> features --> ml --> reporting
    marts --> reporting
    reporting --> people([Power BI, SQL, alerts])
```

`canonical` holds one table per entity whatever the source; from there on no source is named. A
student has one key, `student_key`, and keeps it. `dim_` tables say what something is, `fct_` tables
what happened, `bridge_` tables what belongs to several. People read `reporting`, and nothing else.
"""
# a student, a school or a section stands in nearly every table: drawn once, in the first picture
_DOMAINS = ("core", "attendance", "academics", "assessment", "behavior")


class Mart(NamedTuple):
    name: str
    grain: list[str]
    # what one row is
    row: str
    # (column, table it leads to)
    leads_to: list[tuple[str, str]]


def marts(domain: Path) -> list[Mart]:
    """The tables of a folder of marts; raises ValueError where one does not say what a row is."""
    found = []
    for page in sorted(domain.glob("_*__models.yml")):
        for model in yaml.safe_load(page.read_text(encoding="utf-8"))["models"]:
            said = re.match(
                r"(?:\*\*)?(?:One row per |What one row is:?(?:\*\*)? )(.+?)(?:\.(?:\s|$)|\*\*)",
                " ".join(model["description"].split()),
            )
            if said is None:
                raise ValueError(f"{page.name}: {model['name']} does not say what one row is")
            row = re.sub(r"^an? ", "", said[1]).rstrip(".")
            grain = model["config"]["meta"]["grain"]
            found.append(Mart(model["name"], grain, row, list(_leads_to(model))))
    return found


def _leads_to(model: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for column in model["columns"]:
        for test in column.get("data_tests", []):
            if isinstance(test, dict) and "relationships" in test:
                to = re.fullmatch(r"ref\('(\w+)'\)", test["relationships"]["arguments"]["to"])
                if to:
                    yield column["name"], to[1]


def data_model(root: Path = ROOT) -> str:
    """The text of docs/data-model.md: a picture and a list of tables for each domain."""
    parts = [MODEL_HEAD]
    folder = root / "dbt_project" / "models" / "marts"
    others = {place.name for place in folder.iterdir() if place.is_dir()} - set(_DOMAINS)
    for domain in (*_DOMAINS, *sorted(others)):
        tables = marts(folder / domain)
        parts.append(f"\n## {domain.capitalize()}\n\n```mermaid\nerDiagram\n")
        lines = [
            f'    {to} ||--o{{ {table.name} : "{column}"\n'
            for table in tables
            for column, to in table.leads_to
        ]
        alone = [
            f"    {table.name}\n"
            for table in tables
            if not any(re.search(rf"\b{table.name}\b", line) for line in lines)
        ]
        parts += [*lines, *alone, "```\n\n| Table | One row per | Key |\n|---|---|---|\n"]
        parts += [
            f"| `{table.name}` | {table.row} | {', '.join(f'`{name}`' for name in table.grain)} |\n"
            for table in sorted(tables)
        ]
    return "".join(parts)


if __name__ == "__main__":
    (ROOT / "DECISIONS.md").write_text(index(), encoding="utf-8")
    (ROOT / "docs" / "README.md").write_text(docs_index(), encoding="utf-8")
    (ROOT / "docs" / "data-model.md").write_text(data_model(), encoding="utf-8")
