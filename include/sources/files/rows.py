"""From the cells of a row to a record: the hot path, compiled once per file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import compress, repeat
from operator import itemgetter
from typing import Any, NamedTuple

from include.records import Cells, Reject
from include.sources.files import dates
from include.sources.files.batch import REMEMBERED, BatchBuilder, Rows
from include.sources.files.columns import ColumnMap, missing_scope
from include.sources.files.fields import Domain
from include.sources.files.headers import normalise
from include.sources.files.keys import Part, join_key
from include.sources.files.layouts import FileLayout
from include.sources.files.years import Years

_REMEMBERED_SCOPES = 5_000
_holds = set[str].__contains__


class Record(NamedTuple):
    """An acceptable row."""

    key: str
    payload: Cells
    scope: str | None
    findings: list[Reject]  # values outside their domain; the row stays


class RowBuilder:
    """Makes records of one file's rows; what is wrong with a row comes back as a Reject."""

    def __init__(
        self,
        file: FileLayout,
        columns: ColumnMap,
        constants: Mapping[str, str],
        *,
        accepted_years: frozenset[int],
        school_year_starts_in: int,
        latest_day: date | None,
    ) -> None:
        at = columns.position
        self._width = width = len(columns.header)
        self._mask = [index in columns.kept for index in range(width)]
        self._names = [columns.kept[index] for index in range(width) if index in columns.kept]
        self._unknown = list(columns.unknown_names.items())
        self._constants = dict(constants)
        self._chosen = [
            (name, source.column, at[source.column], {normalise(k): v for k, v in values.items()})
            for name, source in file.constants_from.items()
            if (values := source.values)
        ]
        self._dates = {c: dates.date_parser(f) for c, f in file.dates.items() if c in at}
        self._times = {c: dates.time_parser(f) for c, f in file.times.items() if c in at}
        self._date_cells = [
            (c, at[c], parse, file.dates[c])
            for c, parse in self._dates.items()
            if c != file.birth_date
        ]
        self._may_lack_date = file.may_lack_date
        self._test_date = [(at[c], self._dates[c]) for c in file.test_date if c in self._dates]
        self._year_cells = [(c, at[c], self._dates.get(c)) for c in file.school_year if c in at]
        self._scope = _scope_of(file, at, self._constants)
        self._blank_in_key = {c: v.casefold() for c, v in file.default_in_key.items()}
        self._keys = [self._parts(key, file, at) for key in file.key if self._has(key, at)]
        self._key_columns = [key for key in file.key if self._has(key, at)]
        self._domains = _domains(file, columns)
        self._accepted = [good for *_, good in self._domains]
        places = [index for index, *_ in self._domains]
        # a place twice, so that one alone gives a tuple as well; a blank is always accepted
        self._judged = itemgetter(*places, places[0]) if places else None
        self._latest_day = latest_day
        self._added = [*self._constants, *file.constants_from]
        self._constant_cells = [self._constants.get(name, "") for name in self._added]
        # dates of `results` beside the test's, by the name of the cell that has them as ISO
        more = _more_dates(file)
        self._more_days = [
            (c, at.get(c), self._dates.get(c, dates.date_parser([])), file.dates[c])
            for c in more.values()
        ]
        self._fields, cells = _fields(file, columns, [*self._added, "_test_date", *more])
        # behind the cells of a row stand what is added, and a blank for what the file lacks
        self._pick = itemgetter(*cells)
        self.years = Years(accepted_years, school_year_starts_in)
        self._batches = None if self._chosen or not self._keys else self._batch_builder(cells)

    def _batch_builder(self, places: list[int]) -> BatchBuilder:
        return BatchBuilder(
            self._keys[0],
            self._constants,
            [(index, parse) for _, index, parse, _ in self._date_cells],
            self._test_date,
            self._latest_day,
            self._scope,
            next(((index, parse) for _, index, parse in self._year_cells), None),
            self.years.accepted,
            self.years.starts_in,
            self._domains,
            [(index, parse) for _, index, parse, _ in self._more_days],
            self._constant_cells,
            places,
        )

    def build_all(self, rows: Rows) -> tuple[list[str], list[Cells], list[str | None]] | None:
        """Keys, payloads and scopes of good rows; None where a row needs a closer look."""
        batch = self._batches.build(rows) if self._batches else None
        if batch is None:
            return None
        if self.reads_years:
            self.years.right += len(rows)
        keys, cells, scopes = batch
        extras = map(self._extra, rows) if self._unknown else repeat(None)
        fields = self._fields
        payloads = [
            Cells(fields, of_row, extra) for of_row, extra in zip(cells, extras, strict=False)
        ]
        return keys, payloads, scopes

    def _has(self, key: Sequence[str], at: Mapping[str, int]) -> bool:
        chosen = {name for name, *_ in self._chosen}
        known = {*at, *self._constants, *chosen, *self._blank_in_key}
        return known.issuperset(key)

    def _parts(self, key: Sequence[str], file: FileLayout, at: Mapping[str, int]) -> list[Part]:
        blank = dict.fromkeys(file.blank_in_key, "") | self._blank_in_key
        return [
            (at.get(c), c, self._comparable(c, file) if c in at else None, blank.get(c))
            for c in key
        ]

    def _comparable(self, column: str, file: FileLayout) -> Callable[[str], str | None] | None:
        """Dates and times are compared as such: 1/3/2026 and 01/03/2026 are one day."""
        if column in self._dates:
            return dates.moment_parser(self._dates[column])
        if column in self._blank_in_key:
            return str.casefold
        if column in file.school_year or column in file.scope:
            return dates.term_in
        parse = self._times.get(column)
        if parse is None:
            return None

        def text_of(text: str) -> str | None:
            value = parse(text)
            return value.isoformat() if value else None

        return text_of

    @property
    def has_key(self) -> bool:
        """Whether the file has the columns of at least one key."""
        return bool(self._keys)

    def build(self, row: list[str], ref: str) -> Record | Reject:
        """The record of a row of the right width, or why it cannot be one."""
        constants = self._constants
        if len(row) != self._width:
            # a trailing comma in the header alone, or in all rows but not in it
            row = [*row, *[""] * self._width][: self._width]
        if self._chosen:
            constants = self._with_chosen(row)
            if len(constants) < len(self._constants) + len(self._chosen):
                columns = ", ".join(column for _, column, *_ in self._chosen)
                return self._reject(row, ref, "unknown_product", columns, "one of the layout's")
        key = self._key(row, constants)
        if key is None:
            columns = " or ".join(", ".join(key) for key in self._key_columns)
            return self._reject(row, ref, "no_key", columns, "a value in each of them")
        scope = self.scope_of(row)
        day = self._day(row)
        if problem := self._problem(row, day, scope):
            return self._reject(row, ref, *problem, key=key)
        added = self._constant_cells
        if self._chosen:
            added = [constants.get(name, "") for name in self._added]
        tested_on = day.isoformat() if day else ""
        extra = self._extra(row) if self._unknown else None
        findings = self._outside(row, ref, key)
        if self._more_days:
            more = self._more(row, ref, key, findings)
            cells = self._pick([*row, *added, tested_on, *more, ""])
        else:
            cells = self._pick([*row, *added, tested_on, ""])
        return Record(key, Cells(self._fields, cells, extra), scope, findings)

    def scope_of(self, row: list[str]) -> str | None:
        """The part of a snapshot that a row belongs to; None where files have no parts."""
        return self._scope(row) if self._scope else None

    @property
    def reads_years(self) -> bool:
        """Whether the file has a column that says a school year."""
        return bool(self._year_cells)

    def _more(self, row: list[str], ref: str, key: str, findings: list[Reject]) -> list[str]:
        """Further dates as ISO; one that cannot be read is blank and among the findings."""
        cells = []
        for column, index, parse, formats in self._more_days:
            text = row[index] if index is not None else ""
            day = parse(text) if text else None
            if day is None and text.strip():
                wanted = f"a date as {' or '.join(formats)}"
                detail = f"{column}: a value outside its domain; expected {wanted}"
                findings.append(Reject("bad_value", detail, ref, key, column, {column: text}))
            cells.append(day.isoformat() if day else "")
        return cells

    def _problem(
        self, row: list[str], day: date | None, scope: str | None
    ) -> tuple[str, str, str] | None:
        """Reason, column and what was expected, when a row with a key cannot be used."""
        for column, index, parse, formats in self._date_cells:
            if (text := row[index]) and parse(text) is None and text.strip():
                return "bad_date", column, f"a date as {' or '.join(formats)}"
        if day is None and self._test_date and not self._may_lack_date:
            return "no_date", "the test's date", "a date"
        if self._latest_day and day and day > self._latest_day:
            wanted = f"a day up to {self._latest_day}, when the file was written"
            return "future_date", "the test's date", wanted
        if scope == "":
            return "no_scope", "the scope", "a value: it says what the file is complete for"
        return self._year_problem(row, day)

    def _year_problem(self, row: list[str], day: date | None) -> tuple[str, str, str] | None:
        year = self._school_year(row)
        if year is None:
            if not any(row[index].strip() for _, index, _ in self._year_cells):
                return None
            columns = " or ".join(column for column, *_ in self._year_cells)
            return "no_school_year", columns, "a school year such as 2026-2027, or a date"
        if year in self.years.accepted:
            self.years.right += 1
            return None
        self.years.add_wrong(year, day)
        wanted = f"school year {' or '.join(map(str, sorted(self.years.accepted)))}"
        return "wrong_school_year", "the school year", wanted

    def key_of(self, row: list[str]) -> str | None:
        """The key of a row, acceptable or not; None: it has none."""
        constants = self._with_chosen(row) if self._chosen else self._constants
        if len(constants) < len(self._constants) + len(self._chosen):
            return None
        return self._key(row, constants)

    def _with_chosen(self, row: list[str]) -> dict[str, str]:
        chosen = {
            name: value
            for name, _column, index, values in self._chosen
            if (value := values.get(normalise(row[index])))
        }
        return {**self._constants, **chosen}

    def payload(self, row: list[str]) -> dict[str, Any]:
        """The kept cells as received, by our names; blank ones are absent."""
        kept = zip(self._names, compress(row, self._mask), strict=True)
        payload: dict[str, Any] = {name: value for name, value in kept if value}
        if extra := self._extra(row):
            payload["_unknown"] = extra
        return payload

    def _extra(self, row: list[str]) -> dict[str, str] | None:
        if not self._unknown:
            return None
        return {name: row[index] for index, name in self._unknown if row[index]} or None

    def _key(self, row: list[str], constants: Mapping[str, str]) -> str | None:
        for parts in self._keys:
            if key := join_key(parts, row, constants):
                return key
        return None

    def _day(self, row: list[str]) -> date | None:
        for index, parse in self._test_date:
            if (text := row[index]) and (day := parse(text)):
                return day
        return None

    def _school_year(self, row: list[str]) -> int | None:
        """The year of the first column that says one; None: none does."""
        for _column, index, parse in self._year_cells:
            text = row[index]
            if not text:
                continue
            if parse:
                day = parse(text)
                year = dates.school_year_of(day, self.years.starts_in) if day else None
            else:
                year = dates.school_year_in(text)
            if year is not None:
                return year
        return None

    def _outside(self, row: list[str], ref: str, key: str) -> list[Reject]:
        findings: list[Reject] = []
        # nearly every value has passed before: no loop for a row of such values
        if self._judged is None or all(map(_holds, self._accepted, self._judged(row))):
            return findings
        for index, column, domain, good in self._domains:
            value = row[index]
            if value not in good:
                text = value.strip()
                if text and not domain.holds(text):
                    detail = f"{column}: a value outside its domain; expected {domain}"
                    findings.append(Reject("bad_value", detail, ref, key, column, {column: value}))
                elif len(good) < REMEMBERED:
                    good.add(value)
        return findings

    def _reject(
        self,
        row: list[str],
        ref: str,
        reason: str,
        column: str,
        expected: str,
        *,
        key: str | None = None,
    ) -> Reject:
        detail = f"{column}: expected {expected}"
        payload = {**self.payload(row), **self._constants}
        return Reject(reason, detail, ref, key, None, payload)


def _more_dates(file: FileLayout) -> dict[str, str]:
    """Columns of dates that `results` name, by the cell that shall have the date as ISO."""
    found = {result.date_cell: result.date for result in file.results if result.date}
    found.pop("_test_date", None)
    return found | ({"_birth_date": file.birth_date} if file.birth_date else {})


def _scope_of(
    file: FileLayout, at: Mapping[str, int], constants: Mapping[str, str]
) -> Callable[[Sequence[str]], str] | None:
    """What tells the scope of a row; None where the file does not say what it is complete for."""
    if not file.scope or missing_scope(file, at, constants):
        return None
    fixed = [constants[c] for c in file.scope if c not in at]
    places = [at[c] for c in file.scope if c in at]
    get, known = itemgetter(*places, places[0]), dict[tuple[str, ...], str]()

    def scope(row: Sequence[str]) -> str:
        cells = get(row)[:-1]
        if (found := known.get(cells)) is None:
            # however a term or a name is spelled, it is one scope
            parts = [*fixed, *map(dates.term_in, cells)]
            if len(known) >= _REMEMBERED_SCOPES:
                known.clear()
            found = known[cells] = " | ".join(parts) if any(parts) else ""
        return found

    return scope


def _fields(
    file: FileLayout, columns: ColumnMap, added: Sequence[str]
) -> tuple[tuple[str, ...], list[int]]:
    """All names that a record of this layout may have, and the place of each one's cell.

    Those of the layout, not of this header: a column that comes or goes blank changes no record.
    """
    width = len(columns.header)
    places = {name: width + len(added) for name in file.column_names.values()}
    places |= {column: index for index, column in columns.kept.items()}
    places |= {name: width + number for number, name in enumerate(added)}
    # the order in which jsonb keeps them, so that Postgres need not sort
    ordered = sorted((len(name.encode()), name.encode(), name) for name in places)
    names = tuple(name for *_, name in ordered)
    return names, [places[name] for name in names]


def _domains(file: FileLayout, columns: ColumnMap) -> list[tuple[int, str, Domain, set[str]]]:
    """Each present column with a domain: its position, and its domain's memory of good values."""
    passed: dict[str, set[str]] = {}
    return [
        (index, column, domain, passed.setdefault(domain.model_dump_json(), {""}))
        for index, column in columns.kept.items()
        if (domain := file.domain_of.get(column))
    ]
