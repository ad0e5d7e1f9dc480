"""The catalogue of Ed-Fi resources, from resources.yaml: what is read and what is dropped."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from include.records import Feed

CATALOGUE = Path(__file__).with_name("resources.yaml")


@dataclass(frozen=True, slots=True)
class Resource:
    """One collection of the API."""

    name: str  # studentSchoolAssociations
    drop: tuple[tuple[str, ...], ...] = ()  # paths of fields that are never stored
    optional: bool = False  # absent in some data standards
    referred_to: bool = False  # records of others point here: see DeletePolicy
    needs_rows: bool = False  # never empty in a district that runs
    refers_to: tuple[str, ...] = ()  # resources that records of this one name

    @property
    def feed(self) -> Feed:
        return Feed("edfi", entity_name(self.name))

    @property
    def path(self) -> str:
        """Its place under the data URL."""
        return f"ed-fi/{self.name}"

    def clean(self, record: dict[str, Any]) -> dict[str, Any]:
        """Remove, in place, what must not be stored."""
        for path in self.drop:
            _remove(record, path)
        return record


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    drop: list[str] = []
    optional: bool = False
    referred_to: bool = False
    needs_rows: bool = False
    refers_to: list[str] = []


class _Catalogue(BaseModel):
    model_config = ConfigDict(extra="forbid")

    drop_everywhere: list[str]
    resources: dict[str, _Entry]


def entity_name(resource: str) -> str:
    """studentSchoolAssociations → student_school_associations."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", resource).lower()


def load_resources(path: Path = CATALOGUE) -> tuple[Resource, ...]:
    """All resources of the catalogue, in its order."""
    catalogue = _Catalogue.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    return tuple(
        Resource(
            name,
            tuple(tuple(p.split(".")) for p in [*catalogue.drop_everywhere, *entry.drop]),
            entry.optional,
            entry.referred_to,
            entry.needs_rows,
            tuple(entry.refers_to),
        )
        for name, entry in catalogue.resources.items()
    )


def _remove(value: Any, path: tuple[str, ...]) -> None:
    if isinstance(value, list):
        for item in value:
            _remove(item, path)
    elif isinstance(value, dict):
        if len(path) == 1:
            value.pop(path[0], None)
        elif path[0] in value:
            _remove(value[path[0]], path[1:])


RESOURCES: tuple[Resource, ...] = load_resources()
