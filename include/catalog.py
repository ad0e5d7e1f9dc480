"""Every feed that Firstbell can land, and how Ed-Fi's are grouped into tasks.

The raw tables of all of them exist in every district's database, empty if unused: dbt always
compiles, and a source that a district adds later needs no migration.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from include.records import Feed
    from include.sources.edfi import Resource

# One task loads one group: few enough that a task's start costs little, many enough that an
# operator sees, and clears, only what failed. Matched from the top by the resource's name.
_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("codes", ("descriptor",)),
    ("standards", ("learningstandard",)),
    ("assessments", ("assessment",)),
    ("attendance", ("attendance",)),
    ("behavior", ("discipline",)),
    ("programs", ("program", "intervention")),
    ("enrollment", ("studentschoolassociation", "calendar", "session", "gradingperiod")),
    ("academics", ("course", "section", "grade", "academicrecord")),
    ("people", ("student", "staff", "contact")),
    ("organization", ("school", "educationagenc", "educationorganization")),
)


def feeds() -> list[Feed]:
    """All feeds of all sources, in a stable order."""
    from include.sources import edfi, files

    found = {resource.feed for resource in edfi.RESOURCES}
    for layout in files.load_layouts().values():
        found.update(layout.feeds)
    return sorted(found, key=str)


def group_of(resource_name: str) -> str:
    """The group whose task loads this Ed-Fi resource."""
    name = resource_name.lower()
    for group, words in _GROUPS:
        if any(word in name for word in words):
            return group
    return "other"


def edfi_groups(only: Iterable[str] = ()) -> dict[str, list[Resource]]:
    """Ed-Fi's resources by group; `only` names resources or groups, empty means all.

    What others refer to comes first: when it is parked, the rest of the group deletes nothing.
    Raises ConfigError when `only` names something that is neither.
    """
    from include.errors import ConfigError
    from include.sources import edfi

    wanted = set(only)
    groups: dict[str, list[Resource]] = {}
    known: set[str] = set()
    for resource in edfi.RESOURCES:
        group = group_of(resource.name)
        known |= {resource.name, group}
        if not wanted or resource.name in wanted or group in wanted:
            groups.setdefault(group, []).append(resource)
    if unknown := sorted(wanted - known):
        raise ConfigError(
            "parameter resources",
            seen=f"unknown: {', '.join(unknown)}",
            expected="names of Ed-Fi resources (students) or of groups "
            f"({', '.join(name for name, _ in _GROUPS)})",
            next_step="Correct the parameter and run again.",
        )
    return {name: sorted(group, key=lambda r: not r.referred_to) for name, group in groups.items()}


def edfi_together(group: str) -> frozenset[str]:
    """The entities of a group: one load of it is parked beside another."""
    from include.sources import edfi

    return frozenset(r.feed.entity for r in edfi.RESOURCES if group_of(r.name) == group)
