"""The load that test_crash kills: a second, changed snapshot of a feed of some thousand records."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from include import landing
from include.records import Change, FeedKind, Reject, Told, Tombstone
from tests.landing import crash
from tests.landing.support import FEED, request, upsert

_BATCH = 500
_NIGHTS = {"first": (6_000, 0), "second": (5_500, 700)}


@dataclass
class Night:
    """A reproducible feed: `changed` of its records differ from those of the first night."""

    count: int
    changed: int

    def batches(self) -> Iterator[list[Change]]:
        for start in range(0, self.count, _BATCH):
            numbers = range(start, min(start + _BATCH, self.count))
            # the first records change between the nights
            yield [
                upsert(f"k{n}", "new" if n < self.changed else n, pad="x" * 400) for n in numbers
            ]
        yield [Reject("bad_date", "column x", "row 1", key="k1", payload={"x": "?"})]
        yield [Tombstone("k0", "deletes"), upsert("k1", "last"), upsert("k2", "again")]

    def told(self) -> Told:
        return Told(watermark=str(self.count))


def load(url: str, night: str) -> None:
    count, changed = _NIGHTS[night]
    stream = Night(count, changed)
    landing.land(url, stream, request(FeedKind.SNAPSHOT))


if __name__ == "__main__":
    crash.ask_before_each_statement()
    landing.prepare(sys.argv[1], [FEED])
    load(sys.argv[1], sys.argv[2])
