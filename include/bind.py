"""A district's sources, bound to a run."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from include.config import District
from include.errors import ConfigError
from include.run import Run
from include.sources import registry
from include.sources.base import Source, SourceRun


def bind(run: Run, name: str, only: Collection[str] = (), *, instance: str = "") -> Source[Any]:
    """The source of this name in the run's district; nothing is opened yet.

    `only` names resources or groups; empty: all. `instance` is needed to load: see include.ingest.
    """
    sources = run.district.sources
    if name not in sources:
        raise ConfigError(
            f"district {run.district.code}",
            seen=f"no source {name!r}",
            expected=f"one of {', '.join(sources) or 'none yet'}",
            next_step=f"Correct {run.district.code}.yaml, or the name.",
        )
    registry.check_singles(f"district {run.district.code}", sources)
    config = sources[name]
    return registry.make(
        SourceRun(
            name=name,
            config=config,
            district_code=run.district.code,
            as_of_date=run.as_of_date,
            school_year=run.school_year,
            school_year_starts_in=run.district.school_year_starts_in,
            run_id=run.run_id,
            connect=run.connect,
            work_dir=run.settings.work_dir / config.kind / run.district.code / name,
            full_refresh=run.full_refresh,
            release_parked=run.release_parked,
            only=tuple(only),
            instance=instance,
            beside={
                other: found
                for other, found in sources.items()
                if other != name and found.kind == config.kind
            },
        )
    )


def names_by_raw_name(district: District) -> dict[str, list[str]]:
    """The district's sources of which it may have several, by what they have before the dot."""
    found: dict[str, list[str]] = {}
    for name, config in district.sources.items():
        kind = registry.of(config)
        if not kind.is_single:
            found.setdefault(kind.raw_name_of(config), []).append(name)
    return found


def source_names(district: District) -> list[str]:
    """The district's sources, systems of record first: what others are matched with."""
    kinds = {name: registry.of(config) for name, config in district.sources.items()}
    return sorted(kinds, key=lambda name: not kinds[name].holds_back_tiers)


def names_that_read_some(district: District) -> list[str]:
    """The sources of which a run may ask for some resources only."""
    return [name for name, config in district.sources.items() if registry.of(config).can_read_some]


def ingest_stage(source_name: str) -> str:
    """What the ledger of runs calls the ingest of a source: two may have runs of one id."""
    return f"ingest__{source_name}"
