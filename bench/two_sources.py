"""The canonical models over two sources that nobody knows: their staging is what a caller gives.

A project of links to the real one, but for the list of inputs, the staging (a table of schema
`given` for each source and entity) and the rows of seed system_of_record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
import psycopg
import psycopg.sql
import yaml

from include.dbt_command import PROJECT

SOURCES = ("first", "second")
# No key is told from another by its case.
_KEY_CASE = {"entity": "text", "is_case_sensitive": "boolean"}
# Beside the sources' own: the ledger's.
_OURS = {"stg_ops__load_known_on": {"load_id": "bigint", "known_on": "date"}}
Rows = Sequence[Mapping[str, Any]]


def columns_by_entity() -> dict[str, dict[str, str]]:
    """What the canonical models ask of each entity: types by column, read out of their SQL."""
    asked: dict[str, dict[str, str]] = {}

    def note(entity: str, columns: dict[str, str], told: str | None = None) -> str:
        # a model that united them itself says before what it asks of each
        if told is None:
            asked.setdefault(entity, {}).update(columns)
        return ""

    class Whatever(jinja2.ChainableUndefined):
        def __call__(self, *_: object, **__: object) -> Any:
            return ""

    engine = jinja2.Environment(extensions=["jinja2.ext.do"], undefined=Whatever, autoescape=False)
    shared = (PROJECT / "macros" / "attendance_events_with_meaning.sql").read_text("utf-8")
    for path in sorted((PROJECT / "models" / "canonical").rglob("*.sql")):
        # of tests no source is of record: write_project leaves them out
        if path.parent.name != "assessment":
            text = shared + path.read_text("utf-8")
            engine.from_string(text).render(union_of_sources=note, told_by_sources=note)
    inputs = (PROJECT / "macros" / "canonical" / "canonical_inputs.sql").read_text("utf-8")
    return asked | dict.fromkeys(re.findall(r"'(key_case_of_\w+)':", inputs), _KEY_CASE)


def write_project(place: Path, record: Rows, *further: str) -> Path:
    """The project in a folder made anew; `record` are the rows of system_of_record.

    `further` are models after the canonical ones, each by folder and name.
    """
    place.mkdir()
    config = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))
    config["vars"]["sources"] = list(SOURCES)
    # no reports here: nobody may read them
    config["on-run-end"] = []
    (place / "dbt_project.yml").write_text(yaml.safe_dump(config), "utf-8")
    (place / "profiles.yml").symlink_to(PROJECT / "profiles.yml")
    for folder in ("identity", "canonical"):
        (place / "models").mkdir(exist_ok=True)
        (place / "models" / folder).mkdir()
        for path in (PROJECT / "models" / folder).rglob("*"):
            # of tests no source is of record: their models read what these two do not tell
            of_tests = path.parent.name == "assessment"
            # it asks for their codes too
            of_tests |= path.stem == "can_unmapped_codes"
            if path.is_file() and "unit_tests" not in path.name and not of_tests:
                (place / "models" / folder / path.name).symlink_to(path)
    for model in further:
        file = PROJECT / "models" / f"{model}.sql"
        (place / "models" / "intermediate" / file.parent.name).mkdir(parents=True, exist_ok=True)
        # their grain stands in the properties of their folder
        for path in (file, *file.parent.glob("*__models.yml")):
            link = place / "models" / "intermediate" / file.parent.name / path.name
            if not link.is_symlink():
                link.symlink_to(path)
    for path in (PROJECT / "macros").rglob("*.sql"):
        (place / "macros").mkdir(exist_ok=True)
        (place / "macros" / path.name).symlink_to(path)
    for folder in ("policy", "xwalk"):
        (place / "seeds" / folder).mkdir(parents=True)
        for path in (PROJECT / "seeds" / folder).iterdir():
            if folder == "xwalk" or "system_of_record" in path.name or path.suffix == ".yml":
                (place / "seeds" / folder / path.name).symlink_to(path)
    _write_inputs(place)
    _write_record(place / "seeds" / "policy" / "system_of_record.csv", record)
    return place


def _write_inputs(place: Path) -> None:
    inputs = place / "macros" / "canonical_inputs.sql"
    text = inputs.read_text("utf-8")
    known = columns_by_entity()
    entries = {entity: {s: _model(s, entity) for s in SOURCES} for entity in known}
    inputs.unlink()
    replaced = re.sub(
        r"\{\{ return\(\{\n.*?\}\) \}\}",
        f"{{{{ return({entries}) }}}}",
        text,
        count=1,
        flags=re.DOTALL,
    )
    inputs.write_text(replaced, "utf-8")
    staging = place / "models" / "staging"
    staging.mkdir()
    tables = [
        (_model(source, entity), f"{source}__{entity}") for source in SOURCES for entity in known
    ]
    for model, table in (*tables, *((name, name) for name in _OURS)):
        text = f"{{{{ config(materialized='ephemeral') }}}}\nselect * from given.{table}\n"
        (staging / f"{model}.sql").write_text(text, "utf-8")


def _model(source: str, entity: str) -> str:
    return f"stg_{source}__{entity}"


def _write_record(file: Path, record: Rows) -> None:
    header = file.read_text("utf-8").splitlines()[0].split(",")
    file.unlink()
    lines = [",".join(str(row.get(name, "")) for name in header) for row in record]
    file.write_text("\n".join([",".join(header), *lines, ""]), "utf-8")


def give(url: str, rows: Mapping[tuple[str, str], Rows]) -> None:
    """Make the tables that the staging reads, with rows by source and entity."""
    with psycopg.connect(url) as connection:
        connection.execute("create schema given")
        tables = dict(_OURS)
        for entity, columns in columns_by_entity().items():
            tables |= {f"{source}__{entity}": columns for source in SOURCES}
        for table, columns in tables.items():
            told = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            connection.execute(f"create table given.{table} ({told})".encode())
        for (source, entity), given in rows.items():
            for row in given:
                connection.execute(
                    psycopg.sql.SQL("insert into given.{} ({}) values ({})").format(
                        psycopg.sql.Identifier(f"{source}__{entity}"),
                        psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, row)),
                        psycopg.sql.SQL(", ").join(psycopg.sql.Placeholder() * len(row)),
                    ),
                    list(row.values()),
                )
