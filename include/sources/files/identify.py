"""Which kind of file this is: by its name and by its header, never by one alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from include.errors import EmptyFeedError, MissingColumnsError, UnreadableFileError
from include.sources.files.columns import check_required, fits, map_columns
from include.sources.files.formats import Format, other_delimiter
from include.sources.files.layouts import FileLayout, Layout


@dataclass(frozen=True, slots=True)
class Identity:
    """The layout of a file, and the constants that its name gives."""

    file: FileLayout
    constants: dict[str, str] = field(default_factory=dict)
    by: str = "name and header"


def identify(
    where: str, name: str, layout: Layout, header: list[str], form: Format
) -> Identity | None:
    """The kind of file; None when neither name nor header says that it is one of the layout.

    Only the layout's files in the format by which the header was read are looked at.

    Raises MissingColumnsError or UnreadableFileError when the name says what it is and the header
    does not agree.
    """
    files = [file for file in layout.files if file.format == form]
    named = [(file, match) for file in files if (match := file.name_match(name))]
    bearing = [file for file in files if fits(layout, file, header)]
    for file, match in named:
        if file in bearing:
            return Identity(file, {**file.constants, **_groups(match)})
    if named:
        _refuse(where, layout, named[0][0], bearing, header)
    # without a name of ours, the header alone decides when it can mean one thing only
    open_ended = [file for file in bearing if not _needs_name(file)]
    if len(open_ended) == 1:
        return Identity(open_ended[0], dict(open_ended[0].constants), by="header only")
    return None


def _refuse(
    where: str, layout: Layout, named: FileLayout, bearing: list[FileLayout], header: list[str]
) -> None:
    if not any(cell.strip() for cell in header):
        raise EmptyFeedError(
            where,
            seen="no header and no rows",
            expected="a header and at least one row",
            next_step="Ask the vendor whether the export ran; the data of the last file stays.",
        )
    if other := other_delimiter(header, named.format):
        raise UnreadableFileError(
            where,
            seen=f"cells separated by {other}",
            expected=f"cells separated by {named.format.delimiter}",
            next_step=f"Ask the vendor for {named.format.delimiter}-separated files, or say how "
            "they are written under `format` of the layout.",
        )
    columns = map_columns(layout, named, header)
    check_required(where, layout, named, columns)
    if bearing:
        raise UnreadableFileError(
            where,
            seen=f"the header of {bearing[0].name} under the name of {named.name}",
            expected="a name and a header that agree",
            next_step="Check which file was delivered; nothing was loaded from it.",
        )
    raise MissingColumnsError(
        where,
        seen=f"a header without the marks of {named.name} ({', '.join(named.header.has)})",
        expected=f"these columns, and none of {', '.join(named.header.lacks) or 'none'}",
        next_step=f"Did the vendor change the file? See {layout.docs}#columns.",
    )


def _groups(match: re.Match[str]) -> dict[str, str]:
    return {name: value.upper() for name, value in match.groupdict().items() if value}


def _needs_name(file: FileLayout) -> bool:
    return any(re.compile(pattern).groupindex for pattern in file.names)
