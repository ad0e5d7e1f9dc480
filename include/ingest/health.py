"""Which systems of record are half loaded: their feeds together would tell of two nights."""

from __future__ import annotations

from dataclasses import dataclass

from include import landing
from include.config import District
from include.sources import registry


@dataclass(frozen=True, slots=True)
class Behind:
    """A source of which some entities are behind the others."""

    name: str
    title: str
    entities: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.title} is down or half loaded ({', '.join(self.entities)})"


def half_loaded(district: District, dsn: str) -> list[Behind]:
    """The systems of record of which something failed, was parked, or was read less far.

    Enrolments of tonight with the absences of last night would be a wrong rate that looks right.
    """
    found: list[Behind] = []
    for name, config in district.sources.items():
        kind = registry.of(config)
        if not kind.holds_back_tiers:
            continue
        raw_name = kind.raw_name_of(config)
        failed = landing.failed_last(dsn, raw_name)
        entities = {*failed, *kind.behind(landing.watermarks(dsn, raw_name))}
        if entities:
            found.append(Behind(name, kind.title, tuple(sorted(entities))))
    return found
