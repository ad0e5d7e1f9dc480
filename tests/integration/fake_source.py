"""A third kind of source, as somebody would add it: this file, and one line in the registry."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from typing import Literal

from include.errors import ConfigError, ServerError
from include.records import Change, Feed, FeedKind, Told, Upsert
from include.sources.base import Item, Ledger, Plan, Pool, Reading, Source, SourceConfig

ENTITIES = ("people", "absences")
CLASSES = {
    "a": {"school": "north", "class": "sophomores", "since": "2026-08-17"},
    "b": {"school": "north", "class": "the wise", "since": "2026-08-17"},
}


class FakeConfig(SourceConfig):
    """A system that knows two people."""

    kind: Literal["fake"]
    connection: str


class FakeStream:
    """All records, up to a moment."""

    def __init__(self, watermark: str) -> None:
        self.watermark = watermark

    def batches(self) -> Iterator[list[Change]]:
        yield [
            Upsert(name, {"name": name, "at": self.watermark, **CLASSES[name]}, name)
            for name in CLASSES
        ]

    def told(self) -> Told:
        return Told(source_count=2, watermark=self.watermark)


class FakeSource(Source[FakeConfig]):
    """Its watermark is a moment as text."""

    kind = "fake"
    title = "Fake SIS"
    brings = "people and absences"
    config_model = FakeConfig
    pool = Pool(3, "the fake system")
    holds_back_tiers = True

    @classmethod
    def feeds(cls) -> Collection[Feed]:
        return [Feed("fake", entity) for entity in ENTITIES]

    @classmethod
    def raw_name_of(cls, config: FakeConfig) -> str:
        return "fake"

    def check(self) -> None:
        if not self.run.connect(self.config.connection).host:
            raise ConfigError("fake", seen="no host", expected="one", next_step="Set it.")

    def reach(self) -> None:
        self.check()

    def outage(self) -> Item:
        return self._item("people")

    def plan(self, ledger: Ledger) -> Plan:
        return {"until": os.environ["FAKE_NOW"], "since": ledger.watermark(Feed("fake", "people"))}

    def groups(self) -> list[str]:
        return ["everything"]

    def items(self, plan: Plan, group: str) -> list[Item]:
        return [self._item(entity) for entity in ENTITIES]

    def open(
        self, item: Item, plan: Plan, ledger: Ledger, *, whole: bool = False
    ) -> Sequence[Reading]:
        if item.name == os.environ.get("FAKE_DOWN"):
            raise ServerError("fake", seen="500", expected="200", next_step="Wait.")
        stream = FakeStream(plan["until"])
        return [Reading(item.feed, FeedKind.SNAPSHOT, "all", stream, is_full_read=True)]

    def _item(self, name: str) -> Item:
        return Item(name, Feed("fake", name), FeedKind.SNAPSHOT, "all")
