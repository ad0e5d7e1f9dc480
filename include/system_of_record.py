"""Look through a district's rows of seed system_of_record before a build stands on them.

With two systems of record the canonical models take each row from the one that holds on its day
(docs/decisions/transform.md). A gap, or a group for which no row decides, would leave records out
without a word.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from include.errors import ConfigError
from include.seed_rows import EVERY, Placed, Row, Seed, placed_for

# The seed, and the column of its yml that lists the groups of entities.
NAME = "system_of_record"
_GROUP = "entity_group"


def check(seed: Seed, own: Path | None, district: str, used: Collection[str]) -> None:
    """Raise ConfigError for each stretch of time that has no system of record, or two.

    `used` are the district's systems of record: those it has, and those it had.
    """
    rows = _of_district(placed_for(seed, own, district), district)
    groups = sorted(seed.accepted[_GROUP] - {EVERY})
    found = list(problems(rows, groups, used))
    if found:
        raise ConfigError(
            f"seed {NAME}, district {district}",
            seen="; ".join(found),
            expected="for every group of entities one source at a time, from the first row on",
            next_step=f"Correct the rows{f' in {own / district / seed.file.name}' if own else ''}"
            " (docs/changing-the-sis.md), then clear the task: nothing was built.",
        )


def problems(
    rows: Sequence[Placed], groups: Collection[str], used: Collection[str]
) -> Iterator[str]:
    """What the rows of a district leave open or say twice, each by file and line."""
    by_group: dict[str, list[Placed]] = {}
    for place, row in sorted(rows, key=lambda placed: str(placed[1].get("valid_from"))):
        by_group.setdefault(str(row.get(_GROUP)), []).append((place, row))
        source = row.get("source_system")
        # of rows for every district some are of no use to one that has a single source
        if source not in used and (len(used) > 1 or row.get("district_code") != EVERY):
            yield (
                f"{place}: source_system {source!r}, which the district neither has nor had,"
                f" expected one of {', '.join(sorted(used)) or 'none'}"
            )
    for held in by_group.values():
        for number, (place, row) in enumerate(held):
            following = held[number + 1][1] if number + 1 < len(held) else None
            if wrong := _wrong_end(row, following):
                yield f"{place}: {wrong}"
    open_ = [] if EVERY in by_group else [group for group in groups if group not in by_group]
    if len(used) > 1 and open_:
        yield f"{', '.join(sorted(used))} fill {', '.join(open_)}, and no row says who decides"


def _wrong_end(row: Row, following: Row | None) -> str | None:
    """What is wrong with the last day of a row before the one that follows; None: nothing."""
    said = row.get("valid_to") or None
    if following is None:
        return f"valid_to {said!r} and no row after it, expected an empty one" if said else None
    wanted = _day_before(following["valid_from"])
    if said == wanted:
        return None
    kind = "overlaps" if said is None or said > wanted else "leaves a gap before"
    return (
        f"valid_to {said or ''!r} {kind} the row from {following['valid_from']},"
        f" expected {wanted!r}"
    )


def _of_district(rows: Sequence[Placed], district: str) -> list[Placed]:
    """The district's own rows, which stand instead of those for every district."""
    own = [placed for placed in rows if placed[1].get("district_code") == district]
    return own or [placed for placed in rows if placed[1].get("district_code") == EVERY]


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()
