"""How Ed-Fi's resources are grouped into tasks."""

from __future__ import annotations

from collections.abc import Iterable

from include.errors import ConfigError
from include.sources.edfi.resources import RESOURCES, Resource
from include.sources.references import reached

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


def group_of(resource_name: str) -> str:
    """The group whose task loads this resource."""
    name = resource_name.lower()
    for group, words in _GROUPS:
        if any(word in name for word in words):
            return group
    return "other"


def grouped(only: Iterable[str] = ()) -> dict[str, list[Resource]]:
    """The resources by group; `only` names resources or groups, empty means all.

    What others refer to comes first: when it is parked, the rest of the group deletes nothing.
    Raises ConfigError when `only` names something that is neither.
    """
    wanted = set(only)
    groups: dict[str, list[Resource]] = {}
    known: set[str] = set()
    for resource in RESOURCES:
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


def together(resource: Resource) -> frozenset[str]:
    """The entities beside which, parked, this one deletes nothing: those of its group, and those
    that it refers to, itself or through others."""
    refers_to = {r.name: r.refers_to for r in RESOURCES}
    names = {r.name for r in RESOURCES if group_of(r.name) == group_of(resource.name)}
    names |= reached(refers_to, resource.name)
    return frozenset(r.feed.entity for r in RESOURCES if r.name in names)
