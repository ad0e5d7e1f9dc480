"""What is wrong with a layout file: names that stand nowhere, limits and formats that fit nothing.

A typo in a layout would otherwise be taken as a column that no file has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase

from include.records import Feed
from include.sources.base import KINDS
from include.sources.files.headers import canonical, normalise

# Of a table in Postgres.
MAX_NAME = 63

_SOME_MOMENT = datetime(2026, 11, 28, 21, 47)  # noqa: DTZ001 - only to try formats on


def unknown_names(
    key: str, names: Iterable[str], known: Iterable[str], among: str
) -> Iterator[str]:
    """Each name of a key of the layout that is not a known one."""
    for name in sorted(set(names) - set(known)):
        yield f"`{key}`: seen {name!r}; expected one of {among}"


def wrong_tables(source: str, entities: Mapping[str, str]) -> Iterator[str]:
    """A raw table of another kind of source, or one whose name Postgres would cut.

    `entities` are those of the layout's files, by the file's name. A cut name may be that of
    another table, and whoever reads another kind's table would take these rows for its own.
    """
    if source in KINDS:
        yield (
            f"`source`: seen {source!r}; expected a name that is no kind of source"
            f" ({', '.join(sorted(KINDS))})"
        )
    for name, entity in entities.items():
        table = Feed(source, entity).table
        if len(table) > MAX_NAME:
            yield (
                f"`entity` of {name}: seen {len(table)} letters in the table {table};"
                f" expected at most {MAX_NAME} with the source and two underscores"
            )


def class_columns_that_tell(columns: Iterable[str], telling: set[str]) -> Iterator[str]:
    """Columns of the class by which tests are told apart: two tests would be read as one."""
    for name in sorted(telling.intersection(columns)):
        yield f"`class_columns`: seen {name!r}; expected a column that tells no two tests apart"


def wrong_keys(keys: Sequence[Sequence[str]]) -> Iterator[str]:
    """Keys without columns: every row of a file would be one record, or none."""
    if not keys or not all(keys):
        yield "`key`: seen an empty key; expected at least one column in each"


def wrong_formats(key: str, formats: Mapping[str, Sequence[str]], wanted: str) -> Iterator[str]:
    """Formats that cannot read back what they wrote: `dd/mm/yyyy`, `%m/%d`, `%I:%M`."""
    for column, listed in formats.items():
        if not listed:
            yield f"`{key}.{column}`: seen no format; expected at least one such as {wanted}"
        for layout in listed:
            if not _reads_back(layout, is_date=key == "dates"):
                yield f"`{key}.{column}`: seen {layout!r}; expected a format such as {wanted}"


def _reads_back(layout: str, *, is_date: bool) -> bool:
    try:
        found = datetime.strptime(_SOME_MOMENT.strftime(layout), layout)  # noqa: DTZ007
    except ValueError:
        return False
    if is_date:
        return found.date() == _SOME_MOMENT.date()
    return found.time() == _SOME_MOMENT.time()


def domains_of_nothing(patterns: Iterable[str], headers: Iterable[str]) -> Iterator[str]:
    """Domains whose name or pattern fits no column."""
    names = [normalise(header) for header in headers]
    for pattern in patterns:
        plain = "*".join(normalise(part) for part in pattern.split("*"))
        if not any(fnmatchcase(name, plain) for name in names):
            yield f"`domains`: seen {pattern!r}; expected a name or pattern of `columns`"


def repeated_columns(headers: Sequence[str]) -> Iterator[str]:
    """Columns that are listed twice under names that no header could tell apart."""
    counts = Counter({canonical(header): normalise(header) for header in headers}.values())
    for name, count in sorted(counts.items()):
        if count > 1:
            yield f"`columns`: seen {name!r} in {count} spellings; expected one"


def wrong_aliases(
    aliases: Mapping[str, Sequence[str]], files: Sequence[Sequence[str]]
) -> Iterator[str]:
    """Aliases of no column, of two columns, or that are a column's own name in the same file."""
    names = [{normalise(header): canonical(header) for header in headers} for headers in files]
    known = {canonical(header) for headers in files for header in headers}
    yield from unknown_names("aliases", aliases, known, "the `columns` of a file")
    owner: dict[str, str] = {}
    for column, older in aliases.items():
        for name in older:
            other = owner.setdefault(normalise(name), column)
            if other != column:
                yield f"`aliases`: seen {name!r} for {other} and {column}; expected one column"
            for own in names:
                if column in own.values() and own.get(normalise(name), column) != column:
                    yield f"`aliases.{column}`: seen {name!r}; expected no other column's own name"
                    break
