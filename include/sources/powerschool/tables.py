"""The catalogue of PowerSchool tables, from tables.yaml: what is read, and how its values look."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field

from include.records import Feed

CATALOGUE = Path(__file__).with_name("tables.yaml")
# the namespace of our named queries in a district's PowerSchool
NAMESPACE = "org.firstbell.sis"

Type = Literal["text", "int", "number", "date", "moment"]
Discipline = Literal["log", "incident"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column and how its values look."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Table:
    """One table of PowerSchool."""

    name: str
    group: str
    columns: tuple[Column, ...]
    required: tuple[str, ...] = ()  # columns without which a row is rejected
    changed: str | None = None  # the column that moves when a row is written
    since: str = ""  # the condition that bounds the rows by the first school year
    only: str = ""  # the condition that keeps out rows that are none of our business
    discipline: Discipline | None = None  # read only where the district uses this one
    referred_to: bool = False  # records of others point here: see DeletePolicy
    needs_rows: bool = False  # never empty in a district that runs

    @property
    def moments(self) -> frozenset[str]:
        """Columns that say when, and nothing of the record itself."""
        return frozenset({"transaction_date", "whenmodified"} & {c.name for c in self.columns})

    @property
    def feed(self) -> Feed:
        return Feed("powerschool", self.name)

    @property
    def key(self) -> str:
        """The column that numbers the rows, and by which they are read."""
        return self.columns[0].name

    @property
    def query(self) -> str:
        """The name of its query in the plugin."""
        return f"{NAMESPACE}.{self.name}"

    @property
    def arguments(self) -> tuple[str, ...]:
        """What its query must be given."""
        conditions = f"{self.since} {self.only}"
        named = (n for n in ("first_yearid", "first_day", "log_type") if f":{n}" in conditions)
        return ("after_key", *(("changed_since",) if self.changed else ()), *named)


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    columns: list[str] = Field(min_length=1)
    required: list[str] = Field(default=[])
    changed: str | None = None
    since: str = ""
    only: str = ""
    discipline: Discipline | None = Field(default=None, alias="with")
    referred_to: bool = False
    needs_rows: bool = False


class _Catalogue(BaseModel):
    model_config = ConfigDict(extra="forbid")

    groups: dict[str, dict[str, _Entry]]


def load_tables(path: Path = CATALOGUE) -> tuple[Table, ...]:
    """All tables of the catalogue, in its order."""
    catalogue = _Catalogue.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    return tuple(
        Table(
            name,
            group,
            tuple(_column(text) for text in entry.columns),
            tuple(entry.required),
            entry.changed,
            entry.since,
            entry.only,
            entry.discipline,
            entry.referred_to,
            entry.needs_rows,
        )
        for group, tables in catalogue.groups.items()
        for name, entry in tables.items()
    )


def _column(text: str) -> Column:
    name, _, kind = text.partition(":")
    kind = kind or "text"
    if kind not in get_args(Type):
        raise ValueError(
            f"{CATALOGUE.name}: {text}: {kind!r} is none of {', '.join(get_args(Type))}"
        )
    return Column(name, kind)  # type: ignore[arg-type]


TABLES: tuple[Table, ...] = load_tables()
GROUPS: tuple[str, ...] = tuple(dict.fromkeys(table.group for table in TABLES))


def read_by(discipline: Discipline) -> tuple[Table, ...]:
    """The tables of a district that keeps discipline there; what others refer to comes first."""
    found = [table for table in TABLES if table.discipline in (None, discipline)]
    return tuple(sorted(found, key=lambda table: not table.referred_to))
