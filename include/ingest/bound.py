"""A source of a district, bound to a run that loads it: its instance in raw is settled."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from include import landing
from include.bind import bind, names_by_raw_name
from include.run import Run
from include.sources.base import Source


def bound(run: Run, name: str, only: Collection[str] = ()) -> Source[Any]:
    """The source of this name, which knows what tells its records from those of others like it."""
    source = bind(run, name, only)
    if source.is_single:
        return source
    names = names_by_raw_name(run.district)[source.raw_name]
    instance = landing.instance_of(run.dsn, source.raw_name, name, names)
    return bind(run, name, only, instance=instance)
