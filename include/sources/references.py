"""What the records of a source refer to."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def reached(refers_to: Mapping[str, Collection[str]], name: str) -> frozenset[str]:
    """The names that one refers to, itself or through others; a KeyError for one not listed."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        new = set(refers_to[waiting.pop()]) - found
        found |= new
        waiting += new
    return frozenset(found)
