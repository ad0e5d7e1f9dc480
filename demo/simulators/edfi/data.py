"""Fill a store from a folder of `<resource>.jsonl[.gz]`; descriptors are derived from the data."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from demo.simulators.edfi.store import Record, Store

URI = re.compile(r"^(uri://[^#]+?)/([A-Za-z0-9]+Descriptor)#(.+)$", re.DOTALL)


def load_folder(store: Store, folder: Path, *, untracked_share: float = 1.0) -> dict[str, int]:
    """Load every file; that share of each stands at version 0. Returns rows per resource."""
    counts: dict[str, int] = {}
    descriptors: dict[str, dict[str, Record]] = {}
    for path in sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.gz")]):
        # studentSchoolAssociations.excerpt16.jsonl.gz holds studentSchoolAssociations
        resource = path.name.split(".")[0]
        records = list(_read(path))
        for record in records:
            _collect(record, descriptors)
        border = round(len(records) * untracked_share)
        store.load(resource, records[:border])
        store.load(resource, records[border:], untracked=False)
        counts[resource] = len(store.ids(resource))
    for resource, found in sorted(descriptors.items()):
        if resource not in counts:
            store.load(resource, found.values())
            counts[resource] = len(found)
    return counts


def _read(path: Path) -> Iterator[Record]:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def _collect(value: Any, into: dict[str, dict[str, Record]]) -> None:
    if isinstance(value, dict):
        for inner in value.values():
            _collect(inner, into)
    elif isinstance(value, list):
        for inner in value:
            _collect(inner, into)
    elif isinstance(value, str) and value.startswith("uri://") and (match := URI.match(value)):
        namespace, name, code = match.groups()
        resource = name[0].lower() + name[1:] + "s"
        into.setdefault(resource, {}).setdefault(
            # the real ODS compares code values without regard to case
            value.lower(),
            {
                "id": hashlib.md5(value.lower().encode()).hexdigest(),
                "codeValue": code,
                "shortDescription": code,
                "description": code,
                "namespace": f"{namespace}/{name}",
            },
        )
