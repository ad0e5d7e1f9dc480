"""What of the dbt project a night must build when no source has brought a change.

A new day moves what is counted up to it (enrolled days, windows, closed grading periods, policies
that come into force, tiers and their history), and nothing else: no model knows the clock, and
staging knows no day. What depends on the day is read from the parsed project, so no list goes out
of date.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include import own_rows
from include.seed_rows import EVERY

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

# The one macro by which a model learns the day.
_DAY = "as_of_date"
# Numbers, of which none judges a record by itself.
_POLICY = ("risk_policy.csv", "feed_policy.csv")
_BUILT = ("model", "seed", "snapshot")


def fingerprint(
    project: Path,
    values: Mapping[str, Any],
    own: Path | None = None,
    layouts: Iterable[Path] = (),
    *,
    district: str = EVERY,
) -> str:
    """A digest of everything that a build is made of, beside raw and its day.

    `own` is the folder of own rows, of which those for `district` count; `layouts` are the files of
    layouts.
    """
    digest = hashlib.sha256(json.dumps(dict(values), sort_keys=True).encode())
    for path in sorted(project.rglob("*")):
        if path.is_file() and path.suffix in (".sql", ".yml", ".yaml", ".csv", ".md"):
            digest.update(str(path.relative_to(project)).encode())
            digest.update(path.read_bytes())
    if own:
        digest.update(own_rows.digest_of(own, district))
    for path in layouts:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def code_version(
    project: Path,
    values: Mapping[str, Any],
    own: Path | None = None,
    layouts: Iterable[Path] = (),
    *,
    district: str = EVERY,
) -> str:
    """A digest of what judges a record beside the policy: SQL, crosswalks, layouts and settings.

    Not the numbers of the policy: each student's policy_version tells of those, for the district
    and the grade that they concern. The same when the fingerprint is, so it is no reason to build.
    """
    digest = hashlib.sha256(json.dumps(dict(values), sort_keys=True).encode())
    for folder, suffix in (("models", ".sql"), ("macros", ".sql"), ("seeds", ".csv")):
        for path in sorted((project / folder).rglob(f"*{suffix}")):
            if path.name not in _POLICY:
                digest.update(str(path.relative_to(project)).encode())
                digest.update(path.read_bytes())
    if own:
        digest.update(own_rows.digest_of(own, district, besides=_POLICY))
    for path in layouts:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def independent_of_day(manifest: Manifest) -> list[str]:
    """Names of the models and seeds that a new day alone leaves as they are."""
    dated = {
        node_id for node_id, node in manifest.nodes.items()
        if any(_asks_for_day(manifest, macro, set()) for macro in node.depends_on_macros)
    }  # fmt: skip
    known: dict[str, bool] = {}

    def is_dated(node_id: str) -> bool:
        if node_id not in known:
            node = manifest.nodes.get(node_id)
            # a source is raw, or what other stages wrote, which models read as views
            parents = node.depends_on_nodes if node is not None else []
            known[node_id] = node_id in dated or any(is_dated(parent) for parent in parents)
        return known[node_id]

    return sorted(
        node.name
        for node_id, node in manifest.nodes.items()
        if node.resource_type in _BUILT and not is_dated(node_id)
    )


def _asks_for_day(manifest: Manifest, macro_id: str, seen: set[str]) -> bool:
    """Whether a macro, or one that it calls, is `as_of_date` of our own project."""
    if macro_id in seen or macro_id not in manifest.macros:
        return False
    seen.add(macro_id)
    macro = manifest.macros[macro_id]
    return macro.name == _DAY or any(
        _asks_for_day(manifest, called, seen) for called in macro.depends_on.macros
    )
