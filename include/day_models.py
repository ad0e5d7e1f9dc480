"""What of the dbt project a night must build: what the day or a feed that changed concerns.

A new day moves what is counted up to it (enrolled days, windows, closed grading periods, policies
that come into force, tiers and their history), a change in a feed what is made of its table in raw,
and neither anything else: no model knows the clock, and staging knows no day. Both are read from
the parsed project, so no list goes out of date.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include import own_models, own_rows
from include.records import Feed
from include.seed_rows import EVERY

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest
    from dbt.contracts.graph.nodes import SourceDefinition

# The one macro by which a model learns the day.
_DAY = "as_of_date"
# Numbers, of which none judges a record by itself.
_POLICY = ("risk_policy.csv", "feed_policy.csv")
_BUILT = ("model", "seed", "snapshot")
_RAW = "raw"
# Stands on what this build leaves out, in the parsed project of one command alone.
_LEFT_OUT = "left_out_of_this_build"


def fingerprint(
    project: Path,
    values: Mapping[str, Any],
    own: Path | None = None,
    layouts: Iterable[Path] = (),
    *,
    models: Path | None = None,
    district: str = EVERY,
) -> str:
    """A digest of everything that a build is made of, beside raw and its day.

    `own` is the folder of own rows, `models` that of own models, of which those for `district`
    count; `layouts` are the files of layouts.
    """
    digest = hashlib.sha256(json.dumps(dict(values), sort_keys=True).encode())
    for path in sorted(project.rglob("*")):
        if path.is_file() and path.suffix in (".sql", ".yml", ".yaml", ".csv", ".md"):
            digest.update(str(path.relative_to(project)).encode())
            digest.update(path.read_bytes())
    if own:
        digest.update(own_rows.digest_of(own, district))
    if models:
        digest.update(own_models.digest_of(models, district))
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


def leave_out(manifest: Manifest, changed: Collection[str]) -> list[str]:
    """Mark in a parsed project what `untouched` names; returns dbt's arguments that exclude it.

    Their names would do too, but dbt (1.11) goes through the whole project for each of them, three
    times per command.
    """
    names = set(untouched(manifest, changed))
    marked = [
        node for node in manifest.nodes.values()
        if node.resource_type in _BUILT and node.name in names
    ]  # fmt: skip
    for node in marked:
        # no part of the list that dbt may share with the node's settings
        node.tags = [*node.tags, _LEFT_OUT]
    return ["--exclude", f"tag:{_LEFT_OUT}"] if marked else []


def untouched(manifest: Manifest, changed: Collection[str] = ()) -> list[str]:
    """Names of the models and seeds that neither a new day nor a change in raw concerns.

    `changed` are the tables in raw, by name, that hold rows which the last build has not seen.
    """
    dated = {
        node_id for node_id, node in manifest.nodes.items()
        if any(_asks_for_day(manifest, macro, set()) for macro in node.depends_on_macros)
    }  # fmt: skip
    touched = _touched(list(manifest.sources.values()), set(changed))
    known: dict[str, bool] = dict(zip(manifest.sources, touched, strict=True))

    def is_touched(node_id: str) -> bool:
        if node_id not in known:
            node = manifest.nodes.get(node_id)
            parents = node.depends_on_nodes if node is not None else []
            known[node_id] = node_id in dated or any(is_touched(parent) for parent in parents)
        return known[node_id]

    return sorted(
        node.name
        for node_id, node in manifest.nodes.items()
        if node.resource_type in _BUILT and not is_touched(node_id)
    )


def _touched(sources: Sequence[SourceDefinition], changed: set[str]) -> list[bool]:
    """Whether each of these tables may say something new.

    What other stages wrote may whenever something changed, though models read it as views; without
    a change it moves no table. What is made of several feeds' rows, such as those that layouts
    describe, may when a table changed that nobody reads by its own name.
    """
    own = {
        source.identifier for source in sources
        if source.identifier == Feed(source.source_name, source.name).table
    }  # fmt: skip
    return [
        source.identifier in changed
        if source.identifier in own
        else bool(changed - own if source.schema == _RAW else changed)
        for source in sources
    ]


def _asks_for_day(manifest: Manifest, macro_id: str, seen: set[str]) -> bool:
    """Whether a macro, or one that it calls, is `as_of_date` of our own project."""
    if macro_id in seen or macro_id not in manifest.macros:
        return False
    seen.add(macro_id)
    macro = manifest.macros[macro_id]
    return macro.name == _DAY or any(
        _asks_for_day(manifest, called, seen) for called in macro.depends_on.macros
    )
