"""Which stages a district has: one DAG file each, left out where there is nothing for it to do."""

from __future__ import annotations

from collections.abc import Callable

from include.config import District


def _has_channel(kind: str) -> Callable[[District], bool]:
    return lambda district: any(channel.kind == kind for channel in district.channels.values())


def _has_any_source(district: District) -> bool:
    return bool(district.sources)


# By the name of the DAG file, in the order in which data flows.
STAGES: dict[str, Callable[[District], bool]] = {
    "ingest": _has_any_source,
    "transform": _has_any_source,
    "dictionary": _has_any_source,
    "train": _has_any_source,
    "predict": _has_any_source,
    "send_alerts": _has_channel("teams"),
    "open_tickets": _has_channel("psa"),
    "check_night": _has_any_source,
}


def of(district: District) -> tuple[str, ...]:
    """The stages that this district has."""
    return tuple(stage for stage, applies in STAGES.items() if applies(district))
