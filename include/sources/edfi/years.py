"""Which school years an ODS holds, by its own sessions, grading periods and calendars."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import closing

from include.records import Upsert
from include.sources.edfi.client import Client
from include.sources.edfi.resources import RESOURCES
from include.sources.edfi.stream import open_stream

# What a school sets up anew each year, the smallest first; all name their year in one place.
DATED = ("sessions", "gradingPeriods", "calendars")


def school_years(client: Client, ceiling: int | None, wanted: Collection[int]) -> set[int]:
    """The school years (spring year) found, read until one of the wanted is among them.

    Empty when nothing is dated yet, or when the key may read none of it. What the ODS flags as its
    current year is not asked: hosts turn that flag by hand, and forget it.
    """
    found: set[int] = set()
    by_name = {resource.name: resource for resource in RESOURCES}
    for name in DATED:
        stream = open_stream(client, by_name[name], ceiling=ceiling, since=None)
        with closing(stream.batches()) as batches:
            for batch in batches:
                found |= {
                    year
                    for change in batch
                    if isinstance(change, Upsert) and (year := _year(change.payload)) is not None
                }
                if found & set(wanted):
                    return found
    return found


def _year(payload: Mapping[str, object]) -> int | None:
    reference = payload.get("schoolYearTypeReference")
    value = str(reference.get("schoolYear")) if isinstance(reference, dict) else ""
    return int(value) if value.isdecimal() else None
