"""How the header of one file maps onto our columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from include.errors import MissingColumnsError
from include.sources.files.headers import normalise
from include.sources.files.layouts import FileLayout, Layout
from include.sources.files.personal import is_personal, words


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Which cell is which column; `kept`, `unknown` and `dropped` are positions."""

    header: list[str]
    position: Mapping[str, int]  # every column of the layout that is there, dropped ones too
    kept: Mapping[int, str]
    unknown: Mapping[int, str]
    unknown_names: Mapping[int, str]  # what they are called in a payload, however they are spelled
    dropped: Mapping[int, str]
    second_names: list[str]  # of the unknown: another name of a column that is there
    missing: list[str]  # optional columns that are not there
    variant: str


def map_columns(layout: Layout, file: FileLayout, header: list[str]) -> ColumnMap:
    """Match a header by normalised name; what is not known stays unknown, and nothing is lost."""
    position: dict[str, int] = {}
    unknown: dict[int, str] = {}
    own, names = file.column_names, layout.names_in(file)
    # a column under its newest name comes before one under an older name, in the layout's order
    rank = {
        normalise(name): place
        for older in layout.aliases.values()
        for place, name in enumerate(older)
    } | dict.fromkeys(own, -1)
    for index, name in sorted(enumerate(header), key=lambda item: rank.get(normalise(item[1]), 0)):
        column = names.get(normalise(name))
        if column is None or column in position:
            unknown[index] = name
        else:
            position[column] = index
    others = names.keys() - {normalise(header[index]) for index in position.values()}
    dropped = {i: c for c, i in position.items() if c in layout.drop}
    dropped |= {i: name for i, name in unknown.items() if _is_unasked(layout, name)}
    seen = {normalise(name) for name in header}
    strange = {i: n for i, n in sorted(unknown.items()) if i not in dropped}
    return ColumnMap(
        header=header,
        position=position,
        kept={i: c for c, i in position.items() if i not in dropped},
        unknown=_distinct(strange),
        second_names=[n for n in strange.values() if normalise(n) in others],
        unknown_names=_distinct({i: normalise(n) or n.casefold() for i, n in strange.items()}),
        dropped=dropped,
        missing=[c for c in dict.fromkeys(own.values()) if c not in position],
        variant=next(
            (
                variant
                for variant, marks in file.variants.items()
                if all(normalise(mark) in seen for mark in marks)
            ),
            "unknown",
        ),
    )


def fits(layout: Layout, file: FileLayout, header: list[str]) -> bool:
    """Whether a header bears the marks of this kind of file."""
    names = {normalise(name) for name in header}
    known = layout.names_in(file)
    present = {known[name] for name in names if name in known}
    # a column that it lacks need not be one of this file's own
    lacks = {normalise(column) for column in file.header.lacks}
    return present.issuperset(file.header.has) and not (names & lacks)


def missing_scope(
    file: FileLayout, position: Mapping[str, int], constants: Mapping[str, str]
) -> list[str]:
    """Columns of the scope that a file lacks: it does not say what it is complete for."""
    return [column for column in file.scope if column not in position and column not in constants]


def check_required(where: str, layout: Layout, file: FileLayout, columns: ColumnMap) -> None:
    """Raise MissingColumnsError that names what is missing."""
    missing = [column for column in file.required if column not in columns.position]
    if not missing:
        return
    labels = _labels(layout, file)
    raise MissingColumnsError(
        where,
        seen=f"{len(missing)} required columns missing ({', '.join(labels[c] for c in missing)}); "
        f"found {len(columns.position)} known and {len(columns.unknown)} unknown columns",
        expected=f"the columns of {file.name}",
        next_step=f"Did the vendor change the file? See {layout.docs}#columns; a new name goes "
        f"into `aliases` of {layout.source}.yaml in the folder layouts beside the district files "
        "(a copy of ours, if it is not there).",
    )


def _labels(layout: Layout, file: FileLayout) -> dict[str, str]:
    newest = {column: column for column in file.required}
    own = {normalise(header): header for header in file.columns}
    for name, column in file.column_names.items():
        newest[column] = own[name]
    return newest


def _is_unasked(layout: Layout, header: str) -> bool:
    """Whether an unknown column is one to drop: by the layout's names, or as personal data."""
    return (
        normalise(header) in layout.dropped_names
        or is_personal(header)
        or any(
            re.search(pattern, spelling, re.IGNORECASE)
            for pattern in layout.drop_like
            for spelling in (header, words(header))
        )
    )


def _distinct(unknown: dict[int, str]) -> dict[int, str]:
    """Give each unknown column its own label: two of one name, or none, must not overwrite."""
    labels: dict[int, str] = {}
    for index, name in unknown.items():
        label = name.strip() or f"column {index + 1}"
        labels[index] = f"{label} (column {index + 1})" if label in labels.values() else label
    return labels
