"""What a source may ask of the loads before it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from include import landing
from include.records import Feed


@dataclass(frozen=True, slots=True)
class WarehouseLedger:
    """What a source may ask of a warehouse: a `Ledger` of include/sources/base.py."""

    dsn: str
    # of the source that asks
    instance: str = ""

    def watermark(self, feed: Feed) -> str | None:
        return landing.read_watermark(self.dsn, feed, instance=self.instance)

    def records_held(self, feeds: Iterable[Feed]) -> int:
        return landing.records_held(self.dsn, feeds, instance=self.instance)

    def noted(self, raw_name: str, name: str) -> list[Any]:
        return landing.notes_of_committed(self.dsn, raw_name, name, instance=self.instance)

    def windows_of_last(self, raw_name: str, prefix: str, *, not_of: str) -> set[str]:
        return landing.windows_of_last(self.dsn, raw_name, prefix, not_of=not_of)
