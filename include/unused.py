"""Find feeds that no model reads, and tables that no model makes.

A feed lands whether or not anything is made of it, and a table of an earlier version stays until
somebody drops it: neither fails anything. Both are read from the parsed project, so no list goes
out of date.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include import dbt_command, dbt_values
from include.errors import ConfigError, TransformError
from include.records import Feed
from include.sources import registry

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

    from include.config import District
    from include.run import Run

log = logging.getLogger(__name__)

_STAGING = "staging"
_KINDS = {"r": "table", "p": "table", "v": "view", "m": "materialized view", "f": "foreign table"}
# What dbt makes for the time of a build it drops itself.
_RELATIONS = """
    select schemas.nspname, relations.relname, relations.relkind::text,
        format('%%I.%%I', schemas.nspname, relations.relname)
    from pg_class as relations
    inner join pg_namespace as schemas on schemas.oid = relations.relnamespace
    where schemas.nspname = any(%s)
        and relations.relkind = any(%s)
        and relations.relname !~ '__dbt_(tmp|backup)'
    order by 1, 2
"""


@dataclass(frozen=True, slots=True)
class LeftOver:
    """A table or view in a schema of ours that no model or seed makes."""

    name: str
    kind: str

    def __str__(self) -> str:
        return f"drop {self.kind} {self.name};"


def parsed(run: Run) -> Manifest:
    """The project as dbt reads it for this district; in a folder of its own, beside a night's.

    Raises TransformError for a project that dbt cannot read.
    """
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    home = dbt_command.folder(run) / "check"
    home.mkdir(parents=True, exist_ok=True)
    dbt_command.folder(run).chmod(0o700)
    values = json.dumps(dbt_values.lasting_values(run))
    quiet = ["--log-level", "none", "--log-level-file", "none", "--no-write-json"]
    with dbt_values.environment(dbt_command.variables(run)):
        found = dbtRunner().invoke(
            ["parse", *dbt_command.places(run, home), *quiet, "--vars", values]
        )
    if not isinstance(found.result, Manifest):
        raise TransformError(
            f"{run.district.code}: dbt parse",
            seen=f"a project that dbt cannot read ({type(found.exception).__name__})",
            expected="one that it can",
            next_step=f"`python -m include.dbt_command {run.district.code} parse` says why.",
        )
    return found.result


def unread_feeds(manifest: Manifest, district: District) -> list[Feed]:
    """The feeds of the district's sources of which no model after staging is made."""
    configured = district.sources.values()
    names = {registry.of(source).raw_name_of(source) for source in configured}
    read = _read_feeds(manifest) | {
        (column.source, column.entity) for column in registry.layouts(configured).columns
    }
    return [
        feed for feed in registry.feeds()
        if feed.source in names and (feed.source, feed.entity) not in read
    ]  # fmt: skip


def _read_feeds(manifest: Manifest) -> set[tuple[str, str]]:
    """Source and entity of the tables in raw that a model after staging is made of."""
    made_of: dict[str, frozenset[str]] = {name: frozenset([name]) for name in manifest.sources}

    def sources_of(node_id: str) -> frozenset[str]:
        if node_id not in made_of:
            node = manifest.nodes.get(node_id)
            parents = node.depends_on_nodes if node is not None else []
            made_of[node_id] = frozenset().union(*map(sources_of, parents))
        return made_of[node_id]

    found = frozenset().union(
        *(
            sources_of(node_id)
            for node_id, node in manifest.nodes.items()
            if node.resource_type == "model" and _STAGING not in node.fqn[1:2]
        )
    )
    return {(manifest.sources[one].source_name, manifest.sources[one].name) for one in found}


def refusals(manifest: Manifest, district: District) -> list[ConfigError]:
    """One error for each source with feeds that land and of which nothing is made."""
    by_source: dict[str, list[str]] = {}
    for feed in unread_feeds(manifest, district):
        by_source.setdefault(feed.source, []).append(feed.entity)
    return [
        ConfigError(
            f"{district.code}: feeds of {source}",
            seen=f"no model reads {', '.join(entities)}: their rows land and stay where they are",
            expected="models of staging, and a line of canonical_inputs for each; or `results` in "
            "the layout of a file",
            next_step="Add them (docs/add-a-source.md, docs/add-an-assessment.md), or take the "
            "source out of the district file.",
        )
        for source, entities in sorted(by_source.items())
    ]


def left_over(manifest: Manifest, dsn: str) -> list[LeftOver]:
    """What stands in the schemas of models and seeds and is made by none of them.

    A district's own table is among it; nothing is dropped by us.
    """
    import psycopg

    made = {
        (node.schema, node.alias) for node in manifest.nodes.values()
        if node.resource_type in ("model", "seed", "snapshot")
    }  # fmt: skip
    schemas = sorted({schema for schema, _ in made})
    with psycopg.connect(dsn) as connection:
        found = connection.execute(_RELATIONS, (schemas, list(_KINDS))).fetchall()
    return [
        LeftOver(quoted, _KINDS[kind])
        for schema, name, kind, quoted in found
        if (schema, name) not in made
    ]


def told(leftovers: Collection[LeftOver]) -> str:
    """What to do about them, with the command for each; empty where there is none."""
    if not leftovers:
        return ""
    commands = "\n".join(f"   {one}" for one in leftovers)
    return (
        f"tables and views in our schemas that no model makes: {len(leftovers)}. What an earlier"
        " version left serves nobody, what the district put there may stay; to drop one:"
        f"\n{commands}"
    )


def warn(run: Run, manifest: Manifest) -> None:
    """Write to the log of a build which feeds and tables serve nobody."""
    for error in refusals(manifest, run.district):
        log.warning("%s", error)
    with dbt_values.reached(run):
        found = left_over(manifest, run.dsn)
    if found:
        log.warning("%s: %s", run.district.code, told(found))
