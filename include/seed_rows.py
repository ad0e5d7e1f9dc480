"""Look through the seeds before dbt loads them, for what a database takes without a word.

Postgres reads 12/01/2026 as a day, whichever of the two numbers is the month, and a row of a
district that does not exist decides nothing: both would be green, and the number not in force.
Rows of one's own (`include.own_rows`) are looked through like those of the project; those of
another district concern nobody but it.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from include.errors import ConfigError
from include.sources import registry
from include.sources.base import SourceConfig

# The row that holds for every district without one of its own.
EVERY = "*"
Row = Mapping[str | None, Any]
# A row, after where it stands: file and line.
Placed = tuple[str, Row]


@dataclass(frozen=True, slots=True)
class Seed:
    """A seed's file, and what its properties say of the rows."""

    file: Path
    # Type by column, in the order of the file.
    types: Mapping[str, str]
    # The columns of its grain: no two rows share them.
    key: tuple[str, ...]
    not_null: tuple[str, ...]
    accepted: Mapping[str, frozenset[str]]
    # By column the seed and its column that must hold the value.
    known_in: Mapping[str, tuple[str, str]]
    # By column whose names stand there: sources of a district, or families of tests too.
    names: Mapping[str, str]
    # What stands in a column that a file of own rows does not have.
    defaults: Row
    # By column within which others no two rows that hold for a district share a value.
    distinct: Mapping[str, tuple[str, ...]]

    @property
    def names_districts(self) -> bool:
        """Whether a district may have rows of its own."""
        return "district_code" in self.types

    def whole(self, row: Row) -> Row:
        """The row, with what stands in the columns that its file does not have."""
        return {**self.defaults, **row}

    def key_of(self, row: Row) -> tuple[str, ...]:
        return tuple(row.get(column) or "" for column in self.key)


def check(
    project: Path,
    districts: Collection[str],
    own: Path | None = None,
    *,
    district: str | None = None,
    names: Mapping[str, Collection[str]] | None = None,
) -> None:
    """Raise ConfigError that lists each value of a seed that would be misread, with file and line.

    `districts` are the codes of the districts that exist, `own` is the folder of own rows,
    `district` the one whose rows are asked for (None: all), `names` those of `known_names`.
    """
    known = seeds(project)
    rules = _Rules(known, districts, district, names or {})
    found = [p for seed in known.values() for p in rules.problems(seed, seed.file, seed.file.name)]
    for code in [district] if district else sorted(districts):
        for file in own_files(own, code):
            found += rules.problems_of_own(file, of_one=file.parent != own)
    if not found:
        codes = [district] if district else sorted(districts)
        found = [p for s in known.values() for code in codes for p in _shared(s, own, code)]
    if found:
        raise ConfigError(
            "seeds of the dbt project" if own is None else f"seeds of the dbt project, or of {own}",
            seen="; ".join(dict.fromkeys(found)),
            expected="days as YYYY-MM-DD, and a district_code that is * or a district file's name "
            f"({', '.join(sorted(districts)) or 'none yet'})",
            next_step="Correct the row, then clear the task: nothing was loaded.",
        )


def known_names(configured: Collection[SourceConfig]) -> dict[str, frozenset[str]]:
    """By what `names` of a seed's column says, the names that may stand there.

    `configured` are the sources of the district: one whose layout is gone keeps its rows.
    """
    layouts = registry.layouts(configured)
    sources = {feed.source for feed in registry.feeds()} | layouts.unread | {EVERY}
    families = {row.value for row in layouts.columns if row.role == "family" and row.value}
    return {
        "source": frozenset(sources),
        "source_or_family": frozenset(sources | families),
        "system_of_record": frozenset(registry.systems_of_record()),
    }


def rows_for(seed: Seed, own: Path | None, district: str) -> list[Row]:
    """The rows of a seed with those of one's own for this district, or for all.

    An own row replaces the row of its key.
    """
    return [row for _, row in placed_for(seed, own, district)]


def own_files(own: Path | None, district: str) -> list[Path]:
    """The files of own rows that a district's night reads: those for all, then its own folder's."""
    return [*sorted(own.glob("*.csv")), *sorted((own / district).glob("*.csv"))] if own else []


def concerns(row: Row, district: str) -> bool:
    """Whether a row holds for the district: its own, or one for every district."""
    return row.get("district_code") in (EVERY, district)


def placed_for(seed: Seed, own: Path | None, district: str) -> list[Placed]:
    """The same rows, each with where it stands: file and line."""
    added = [
        (f"{file}, line {line}", seed.whole(row))
        for file in own_files(own, district)
        if file.name == seed.file.name
        for line, row in rows_of(file)[1]
        if concerns(row, district)
    ]
    replaced = {seed.key_of(row) for _, row in added}
    held = [(f"{seed.file.name}, line {line}", row) for line, row in rows_of(seed.file)[1]]
    return [*((place, row) for place, row in held if seed.key_of(row) not in replaced), *added]


def _shared(seed: Seed, own: Path | None, district: str) -> Iterator[str]:
    """Values that two rows share which hold for a district, where each must have its own.

    A row of the district wins over the row for every district that has its other keys.
    """
    if not seed.distinct:
        return
    placed = [
        (place, row) for place, row in placed_for(seed, own, district) if concerns(row, district)
    ]
    placed.sort(key=lambda found: found[1]["district_code"] != EVERY)
    others = [column for column in seed.key if column != "district_code"]
    held: dict[tuple[Any, ...], tuple[str, Row]] = {}
    for place, row in placed:
        key = tuple(row.get(column) for column in others)
        held.pop(key, None)  # told of last, as what somebody added
        held[key] = (place, row)
    for column, within in seed.distinct.items():
        first: dict[tuple[Any, ...], Row] = {}
        for place, row in held.values():
            value = tuple(row.get(name) for name in (*within, column))
            other = first.setdefault(value, row)
            if other is not row and row.get(column):
                of = ", ".join(str(other.get(name)) for name in others)
                yield (
                    f"{place}: {column} {row[column]!r} is that of {of} too for {district},"
                    " expected one of its own"
                )


def seeds(project: Path) -> dict[str, Seed]:
    """The seeds of the project by name, as the properties files describe them."""
    found = {}
    for page in sorted((project / "seeds").rglob("*.yml")):
        for said in (yaml.safe_load(page.read_text("utf-8")) or {}).get("seeds", []):
            file = page.parent / f"{said['name']}.csv"
            if file.exists():
                found[said["name"]] = _seed(file, said)
    return found


def rows_of(file: Path) -> tuple[list[str], list[tuple[int, Row]]]:
    """The header of a CSV file, and its rows with the line on which each ends.

    Raises ConfigError for a file that cannot be read as one.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            # else a quote that nothing closes swallows the rows after it
            reader = csv.DictReader(lines, strict=True)
            rows: list[tuple[int, Row]] = [(reader.line_num, dict(row)) for row in reader]
            return list(reader.fieldnames or ()), rows
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        raise ConfigError(
            str(file),
            seen=f"no CSV file in UTF-8 that we may read ({type(error).__name__})",
            expected="rows of a seed",
            next_step="Save it as CSV UTF-8; may we read it?",
        ) from None


def _seed(file: Path, said: Mapping[str, Any]) -> Seed:
    config = said.get("config", {})
    meta = config.get("meta", {})
    columns = {c["name"]: dict(_tests(c)) for c in said.get("columns", [])}
    return Seed(
        file=file,
        types=config.get("column_types", {}),
        key=tuple(meta.get("grain", ())),
        not_null=tuple(meta.get("not_null", ())),
        accepted={
            name: frozenset(map(str, tests["accepted_values"]["values"]))
            for name, tests in columns.items()
            if "accepted_values" in tests
        },
        known_in={
            name: (tests["relationships"]["to"][5:-2], tests["relationships"]["field"])
            for name, tests in columns.items()
            if str(tests.get("relationships", {}).get("to", "")).startswith("ref('")
        },
        names={
            c["name"]: c["config"]["meta"]["names"]
            for c in said.get("columns", [])
            if "names" in c.get("config", {}).get("meta", {})
        },
        defaults={
            c["name"]: str(c["config"]["meta"]["default"])
            for c in said.get("columns", [])
            if "default" in c.get("config", {}).get("meta", {})
        },
        distinct={name: tuple(within) for name, within in meta.get("distinct", {}).items()},
    )


def _tests(said: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The data tests of a column, by name, with their arguments."""
    for test in said.get("data_tests", []):
        if isinstance(test, dict):
            name, body = next(iter(test.items()))
            yield name, body.get("arguments", {})


class _Rules:
    """What a row may hold, and by whose word."""

    def __init__(
        self,
        known: Mapping[str, Seed],
        districts: Collection[str],
        district: str | None,
        named: Mapping[str, Collection[str]],
    ) -> None:
        self._seeds = known
        self._districts = districts
        self._others = frozenset(districts) - {district} if district else frozenset[str]()
        self._named = named
        self._values: dict[tuple[str, str], frozenset[str]] = {}
        # by seed the keys of own rows, with file and line
        self._own: dict[Path, dict[tuple[str, ...], tuple[Path, int]]] = {}
        names = known.get("policy_names")
        self._policies = {r["policy_name"]: r for _, r in rows_of(names.file)[1]} if names else {}

    def problems_of_own(self, file: Path, *, of_one: bool = False) -> Iterator[str]:
        """What is wrong with a file of own rows; `of_one`: it stands in a district's folder."""
        seed = self._seeds.get(file.stem)
        able = sorted(name for name, seed in self._seeds.items() if seed.names_districts)
        if seed is None or not seed.names_districts:
            yield f"{file}: no seed with rows of districts has this name ({', '.join(able)})"
            return
        header, rows = rows_of(file)
        unknown = [name for name in header if name not in seed.types]
        missing = [name for name in seed.key if name not in (*header, *seed.defaults)]
        if unknown or missing:
            yield f"{file}, line 1: columns {', '.join(header)}, expected {', '.join(seed.types)}"
            return
        for line, row in rows:
            if not of_one and row.get("district_code") in self._others:
                continue  # told in that district's night
            if None in row or None in row.values():
                yield f"{file}, line {line}: not as many cells as columns"
            code = row.get("district_code")
            if of_one and code in {EVERY, *self._districts} - {file.parent.name}:
                yield f"{file}, line {line}: district_code {code!r}, expected {file.parent.name!r}"
        yield from self.problems(seed, file, str(file))

    def problems(self, seed: Seed, file: Path, name: str) -> Iterator[str]:
        """The values of a file that would be misread, by line and column."""
        held = self._own.setdefault(seed.file, {}) if file != seed.file else {}
        for line, listed in rows_of(file)[1]:
            row, where = seed.whole(listed), f"{name}, line {line}"
            if file != seed.file and row.get("district_code") in self._others:
                continue
            if seed.key and held.setdefault(seed.key_of(row), (file, line)) != (file, line):
                other, first = held[seed.key_of(row)]
                at = f"on line {first}" if other == file else f"in {other}, line {first}"
                yield f"{where}: {', '.join(seed.key_of(row))} stands {at} too"
            if row.get("district_code", EVERY) not in (EVERY, *self._districts):
                yield f"{where}: district_code {row['district_code']!r}"
            for column in seed.types:
                value = row.get(column) or ""
                if value and (wanted := self._wanted(seed, column, value)):
                    yield f"{where}: {column} {value!r}, expected {wanted}"
                elif not value and column in (*seed.key, *seed.not_null):
                    yield f"{where}: {column} is empty"
            if "policy_name" in seed.key and (wanted := self._policy_wanted(row)):
                yield f"{where}: value {row.get('value')!r}, expected {wanted}"

    def _wanted(self, seed: Seed, column: str, value: str) -> str | None:
        """What should stand there instead of the value; None when it is good."""
        fits, words = _TYPES.get(seed.types[column], _TEXT)
        if not fits(value):
            return words
        if column in seed.accepted and value not in seed.accepted[column]:
            return f"one of {', '.join(sorted(seed.accepted[column]))}"
        if column in seed.known_in and value not in self._values_of(*seed.known_in[column]):
            return f"a {seed.known_in[column][1]} of {seed.known_in[column][0]}"
        named = self._named.get(seed.names.get(column, ""))
        if named is not None and value not in named:
            return f"one of {', '.join(sorted(named))}"
        is_code = column.endswith("_code") and column != "district_code"
        if is_code and value != value.strip().lower():
            return f"{value.strip().lower()!r}: codes are compared in lower case"
        return None

    def _policy_wanted(self, row: Row) -> str | None:
        """What a policy's value should be, by its row of policy_names."""
        said, value = self._policies.get(row.get("policy_name")), row.get("value") or ""
        if said is None or not value:
            return None
        fits, words = _TYPES[said["value_type"]]
        if not fits(value):
            return words
        if said["value_type"] == "boolean":
            return None
        low, high = said["lowest"], said["highest"]
        within = (not low or Decimal(low) <= Decimal(value)) and (
            not high or Decimal(value) <= Decimal(high)
        )
        return None if within else f"{low or 'anything'} to {high or 'anything'}"

    def _values_of(self, name: str, column: str) -> frozenset[str]:
        if (name, column) not in self._values:
            seed = self._seeds.get(name)
            rows = rows_of(seed.file)[1] if seed else []
            self._values[name, column] = frozenset(row[column] for _, row in rows)
        return self._values[name, column]


def _is_day(text: str) -> bool:
    # fromisoformat takes 20261201 and 2026-W49-2 as well, which spreadsheets take for a number
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite() and text.strip() == text
    except InvalidOperation:
        return False


def _is_integer(text: str) -> bool:
    return text.removeprefix("-").isdecimal() and text.isascii()


_TEXT = (lambda text: True, "a text")
_TYPES = {
    "date": (_is_day, "YYYY-MM-DD"),
    "numeric": (_is_number, "a number such as 10 or 0.5"),
    "integer": (_is_integer, "a whole number"),
    "boolean": (lambda text: text in ("true", "false"), "true or false"),
}
