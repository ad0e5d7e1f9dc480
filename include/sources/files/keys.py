"""The key of a row, from the cells and constants that its layout names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

# One part of a key: a cell by position, or a constant by name; what makes it comparable; and what
# a blank stands for (None: without a value there is no key).
Part = tuple[int | None, str, Callable[[str], str | None] | None, str | None]


def join_key(parts: list[Part], row: list[str], constants: Mapping[str, str]) -> str | None:
    """The key that these parts make; None when one that must have a value is blank."""
    values = []
    for index, name, comparable, blank in parts:
        text = constants.get(name, "") if index is None else row[index].strip()
        if not text:
            if blank is None:
                return None
            text = blank
        elif comparable:
            # a date that cannot be read is rejected next, with its key as received
            text = comparable(text) or text
        if "|" in text or "\\" in text:
            text = text.replace("\\", "\\\\").replace("|", "\\|")
        values.append(text)
    return "|".join(values)
