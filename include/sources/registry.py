"""The one list of the kinds of sources. A new kind is a folder beside this file and a line here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from include.errors import ConfigError
from include.records import Feed, LayoutData
from include.sources.base import Source, SourceConfig, SourceRun
from include.sources.edfi.source import EdfiSource
from include.sources.files.source import FilesSource
from include.sources.powerschool.source import PowerSchoolSource
from include.wrong_settings import problems

# By the word that a district file says as `kind`.
SOURCES: dict[str, type[Source[Any]]] = {
    kind.kind: kind
    for kind in (
        EdfiSource,
        FilesSource,
        PowerSchoolSource,
    )
}


def of(config: SourceConfig) -> type[Source[Any]]:
    """The kind of a configured source."""
    return SOURCES[config.kind]


def make(run: SourceRun) -> Source[Any]:
    """The source of a run."""
    return of(run.config)(run)


def feeds() -> list[Feed]:
    """All feeds of all kinds, in a stable order.

    The raw tables of all of them exist in every district's database, empty if unused: dbt always
    compiles, and a source that a district adds later needs no migration.
    """
    return sorted({feed for kind in SOURCES.values() for feed in kind.feeds()}, key=str)


def systems_of_record() -> list[str]:
    """The kinds that can be a district's system of record, in a stable order."""
    return sorted(kind for kind, source in SOURCES.items() if source.holds_back_tiers)


def raw_names_of_kind(kind: str) -> set[str]:
    """What the feeds of a kind have before the dot."""
    return {feed.source for feed in SOURCES[kind].feeds()}


def file_sources(raw_names: Collection[str]) -> list[str]:
    """The folders of dbt's staging that read files of these names, in a stable order."""
    return sorted({name for kind in SOURCES.values() for name in kind.staging_folders(raw_names)})


def layouts(configured: Collection[SourceConfig] = ()) -> LayoutData:
    """What all kinds say of records that no SQL of their own reads.

    What a source of a district, one of `configured`, says and nobody could read is told too.
    """
    told = [
        kind.layouts([config for config in configured if of(config) is kind])
        for kind in SOURCES.values()
    ]
    return LayoutData(
        columns=tuple(column for data in told for column in data.columns),
        codes=tuple(code for data in told for code in data.codes),
        unread=frozenset(source for data in told for source in data.unread),
    )


def layout_files() -> list[Path]:
    """The files that say so, of all kinds."""
    return [path for kind in SOURCES.values() for path in kind.layout_files()]


def configured(values: Mapping[str, Any]) -> SourceConfig:
    """The settings of a source as its kind reads them; raises ValueError that names each key."""
    kind = values.get("kind")
    if not isinstance(kind, str) or kind not in SOURCES:
        raise ValueError(f"kind: seen {kind!r}; expected one of {', '.join(sorted(SOURCES))}")
    try:
        return SOURCES[kind].config_model.model_validate(dict(values))
    except ValidationError as error:
        raise ValueError(problems(error, SOURCES[kind].config_model)) from None


def check_singles(where: str, sources: Mapping[str, SourceConfig]) -> None:
    """Raise ConfigError for two sources of a kind of which a district can have one."""
    for kind, source in SOURCES.items():
        names = sorted(name for name, config in sources.items() if config.kind == kind)
        if source.is_single and len(names) > 1:
            raise ConfigError(
                where,
                seen=f"{len(names)} sources of kind {kind}: {', '.join(names)}",
                expected="one: two would share the same raw tables",
                next_step="Correct the district file.",
            )
