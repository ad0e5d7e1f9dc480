"""What a layout says: the files of a vendor, their columns, and what rows of them tell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

from pydantic import BaseModel, model_validator

from include.records import Feed, FeedKind
from include.sources.files import layout_checks as checks
from include.sources.files.fields import (
    STRICT,
    Column,
    Columns,
    Domain,
    Headers,
    Pattern,
    RawName,
    Scope,
)
from include.sources.files.formats import PLAIN, Format
from include.sources.files.headers import canonical, normalise
from include.sources.files.results import (
    Result,
    Student,
    Text,
    problems_of_all,
    problems_of_labels,
)


class _Strict(BaseModel):
    model_config = STRICT


class HeaderMark(_Strict):
    """Columns that tell a file from the vendor's other files, older names included."""

    has: Columns
    lacks: Columns = []


class ConstantFrom(_Strict):
    """A constant that a column decides, for files that mix products."""

    column: Column
    values: dict[str, str]


class NotRead(_Strict):
    """Files of the vendor that we know and do not read, with the reason."""

    names: list[Pattern]
    why: str


class Owner(_Strict):
    """Columns that say whose a file is: of its district, the surest first, and of its schools."""

    district: Columns = []
    school: Columns = []


class FileLayout(_Strict):
    """One kind of file of a vendor."""

    name: str
    entity: RawName
    kind: FeedKind
    names: list[Pattern]
    header: HeaderMark
    columns: Headers
    format: Format = PLAIN
    key: list[Columns]
    required: Columns
    # What a snapshot is complete for, as its rows say it: of each combination of these values that
    # stands in the file, all rows do. A row that is gone from them is deleted.
    scope: Scope = []
    blank_in_key: Columns = []
    # What a blank cell of a key, or a column that the file lacks, stands for.
    default_in_key: dict[Column, str] = {}
    # Rows of one key are different tests where the first filled of these columns differs; they are
    # numbered in its order. Otherwise the later row is a correction.
    number_repeats_by: Columns = []
    # Of the class, course, group or teacher: a vendor may list a test once for each. Rows that
    # differ in nothing else are one test.
    class_columns: Columns = []
    school_year: Columns = []
    test_date: Columns = []
    dates: dict[Column, list[str]] = {}
    times: dict[Column, list[str]] = {}
    constants: dict[str, str] = {}
    constants_from: dict[str, ConstantFrom] = {}
    domains: dict[str, Domain] = {}
    # By column the vendor's label of each code, where `results` speak of labels.
    codes: dict[Column, dict[Text, str]] = {}
    # A row without a date is a test that was not taken: it is kept.
    may_lack_date: bool = False
    # The tests that a row tells and whose they are, for dbt; a source without has SQL of its own.
    results: list[Result] = []
    student: Student | None = None
    variants: dict[str, Headers] = {}

    def name_match(self, file_name: str) -> re.Match[str] | None:
        """The match of a file name; its named groups are constants of the rows."""
        found = (re.search(pattern, file_name, re.IGNORECASE) for pattern in self.names)
        return next((match for match in found if match), None)

    @property
    def birth_date(self) -> str | None:
        """The column of the birth date, which no row is refused for."""
        return self.student.birth_date if self.student else None

    @cached_property
    def domain_of(self) -> dict[str, Domain]:
        """The domain of each column that has one: that of the first name or pattern that fits."""
        return {
            column: domain
            for name, column in self.column_names.items()
            if (domain := self._domain(name))
        }

    def _domain(self, name: str) -> Domain | None:
        for pattern, domain in self.domains.items():
            if fnmatchcase(name, "*".join(normalise(part) for part in pattern.split("*"))):
                return domain
        return None

    @model_validator(mode="before")
    @classmethod
    def _named_by_place(cls, values: Any) -> Any:
        """Take the columns of a fixed width from their places."""
        if isinstance(values, dict) and isinstance(form := values.get("format"), dict):
            places = form.get("fixed_width")
            if isinstance(places, dict) and "columns" not in values:
                return {**values, "columns": list(places)}
        return values

    @cached_property
    def column_names(self) -> dict[str, str]:
        """Normalised header of each known column to our name."""
        return {normalise(header): canonical(header) for header in self.columns}

    @model_validator(mode="after")
    def _is_consistent(self) -> FileLayout:
        constants = {*self.constants, *self.constants_from}
        for pattern in self.names:
            constants |= set(re.compile(pattern).groupindex)
        known = set(self.column_names.values()) | constants
        used = {*self.default_in_key, *self.number_repeats_by}
        used |= {*self.required, *self.school_year, *self.test_date, *self.dates, *self.times}
        used |= {column for key in self.key for column in key}
        used |= set(self.scope)
        if problems := "; ".join(self._problems(known)):
            raise ValueError(problems)
        if unknown := sorted(used - known):
            raise ValueError(f"not among `columns`: {', '.join(unknown)}")
        if self.kind is FeedKind.SNAPSHOT and not self.scope:
            raise ValueError("a snapshot needs a `scope`: columns that say what it is complete for")
        if undated := sorted(set(self.test_date) - set(self.dates)):
            raise ValueError(f"`test_date` without formats in `dates`: {', '.join(undated)}")
        return self

    def _problems(self, known: set[str]) -> Iterator[str]:
        keyed = {column for key in self.key for column in key}
        sources = {source.column for source in self.constants_from.values()}
        columns = "the file's `columns`"
        yield from checks.wrong_keys(self.key)
        yield from checks.unknown_names("blank_in_key", self.blank_in_key, keyed, "`key`")
        yield from checks.unknown_names("default_in_key", self.default_in_key, keyed, "`key`")
        yield from checks.unknown_names("class_columns", self.class_columns, known, columns)
        telling = keyed.union(self.number_repeats_by, self.scope)
        yield from checks.class_columns_that_tell(self.class_columns, telling)
        yield from checks.unknown_names("header.has", self.header.has, known, columns)
        yield from checks.unknown_names("constants_from", sources, known, columns)
        yield from checks.domains_of_nothing(self.domains, self.columns)
        yield from checks.wrong_formats("dates", self.dates, "%m/%d/%Y")
        yield from checks.wrong_formats("times", self.times, "%H:%M")
        yield from checks.repeated_columns(self.columns)
        yield from self._problems_of_results(known)

    def _problems_of_results(self, known: set[str]) -> Iterator[str]:
        columns = "the file's `columns`"
        read = {column for result in self.results for column in result.columns()}
        read |= set(self.student.columns().values()) if self.student else set()
        yield from checks.unknown_names("results", read, known, columns)
        yield from checks.unknown_names("codes", self.codes, known, columns)
        yield from problems_of_labels(self.codes)
        dated = {result.date for result in self.results if result.date}
        dated |= {self.birth_date} if self.birth_date else set()
        yield from checks.unknown_names("results", dated, self.dates, "`dates`, with its formats")
        if self.results and not self.test_date:
            yield "`test_date`: seen none; expected the column of the day of the test"
        yield from problems_of_all(self.results, self.student, self.domain_of)
        if self.format.fixed_width and set(self.format.fixed_width) != set(self.columns):
            yield "`columns`: seen others than those of `fixed_width`; leave `columns` out"


class Layout(_Strict):
    """All files of a vendor."""

    source: RawName
    title: str
    docs: str
    files: list[FileLayout]
    aliases: dict[Column, list[str]] = {}
    drop: Columns = []
    drop_like: list[Pattern] = []
    not_read: list[NotRead] = []
    owner: Owner = Owner()

    @model_validator(mode="after")
    def _is_consistent(self) -> Layout:
        if problems := "; ".join(self._problems()):
            raise ValueError(problems)
        return self

    def _problems(self) -> Iterator[str]:
        known = {column for file in self.files for column in file.column_names.values()}
        lacks = {column for file in self.files for column in file.header.lacks}
        columns = "the `columns` of a file"
        yield from checks.wrong_tables(self.source, {f.name: f.entity for f in self.files})
        owner = (*self.owner.district, *self.owner.school)
        yield from checks.unknown_names("owner", owner, known, columns)
        yield from checks.unknown_names("drop", self.drop, known, columns)
        yield from checks.unknown_names("header.lacks", lacks, known, columns)
        yield from checks.wrong_aliases(self.aliases, [file.columns for file in self.files])
        yield from _told_differently(self.files)
        for file in self.files:
            names = {*self.names_in(file)}
            marks = [mark for listed in file.variants.values() for mark in listed]
            for mark in marks:
                if normalise(mark) not in names:
                    yield f"`variants` of {file.name}: seen {mark!r}; expected a column or an alias"

    @property
    def feeds(self) -> list[Feed]:
        """The feeds that this vendor's files fill, each once."""
        return [Feed(self.source, e) for e in dict.fromkeys(file.entity for file in self.files)]

    @cached_property
    def dropped_names(self) -> frozenset[str]:
        """Normalised headers of what is dropped, older names too, whichever file they stand in."""
        older = (name for column in self.drop for name in self.aliases.get(column, []))
        return frozenset(normalise(name) for name in (*self.drop, *older))

    def names_in(self, file: FileLayout) -> Mapping[str, str]:
        """Normalised header to our name for all columns of a file, older names included."""
        known = set(file.column_names.values())
        older = {
            normalise(old): newest
            for newest, names in self.aliases.items()
            if newest in known
            for old in names
        }
        return {**older, **file.column_names}

    def reading_of(self, file: FileLayout) -> str:
        """What decides how rows of a file are read, as text.

        Not what dbt reads as data (`results`, `student`, `codes`), but for the dates among it; nor
        what tells which file it is, which is asked anew of each. A key that a later build knows and
        no layout says changes nothing.
        """
        aside = {"name", "names", "header", "variants", "results", "student", "codes"}
        beside = {"title", "docs", "files", "not_read"}
        dates = {result.date_cell: result.date for result in file.results}
        return json.dumps(
            [
                file.model_dump(mode="json", exclude=aside, exclude_defaults=True),
                self.model_dump(mode="json", exclude=beside, exclude_defaults=True),
                [dates, file.birth_date],
            ],
            sort_keys=True,
        )

    def why_not_read(self, file_name: str) -> str | None:
        """The reason why this file is deliberately left alone, if it is."""
        for entry in self.not_read:
            if any(re.search(pattern, file_name, re.IGNORECASE) for pattern in entry.names):
                return entry.why
        return None


def _told_differently(files: Sequence[FileLayout]) -> Iterator[str]:
    """What `results` of two files say of one entity, column or code in two ways.

    dbt reads them by entity, and codes and columns of scores by source.
    """
    told: dict[tuple[str, ...], tuple[object, str]] = {}
    for file in files:
        if not file.results:
            continue
        said: list[tuple[tuple[str, ...], object]] = [
            (("entity", file.entity), (file.results, file.codes, file.student, file.domain_of))
        ]
        for result in file.results:
            for score in result.scores:
                said.append((("score", score.column), score))
            coded = [("subject", result.subject), ("level", result.level)]
            for what, value in coded:
                for word, codes in (getattr(value, "codes", None) or {}).items():
                    said += [((what, code.strip().lower()), word) for code in codes]
        for name, meaning in said:
            other, first = told.setdefault(name, (meaning, file.name))
            if other != meaning:
                yield (
                    f"`results` of {first} and {file.name}: seen {' '.join(name)} in two ways; "
                    "expected one (an entity of its own for another file, `codes` for a label)"
                )
