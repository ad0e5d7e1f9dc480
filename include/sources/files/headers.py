"""Column names: how a vendor's header is compared, and what we call the column."""

from __future__ import annotations

import re

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_OTHER = re.compile(r"[^0-9A-Za-z]+")


def normalise(header: str) -> str:
    """What two spellings of one header have in common: `Student_StateID` = `student state id`."""
    return _OTHER.sub("", header).lower()


def canonical(header: str) -> str:
    """Our name of a column, from its newest header: `TestRITScore` gives `test_rit_score`."""
    if header.startswith("_"):
        return header  # a constant of the layout, such as _product
    return _OTHER.sub("_", _WORDS.sub("_", header)).strip("_").lower()
