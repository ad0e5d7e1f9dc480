"""What the simulated ODS holds: rows with aggregate numbers and change versions, and their history.

Change versions come from one sequence for the whole store, as in the real ODS; rows loaded before
change tracking stand at version 0.
"""

from __future__ import annotations

import hashlib
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, overload

from demo.simulators.edfi.keys import key_values, rename

Record = dict[str, Any]


@dataclass(slots=True)
class Row:
    """One record; `aggregate` is its place in the order of 7.3 and never changes."""

    aggregate: int
    id: str
    version: int
    record: Record


class Generated(Sequence[Row]):
    """A resource of any size whose rows are made when asked for: nothing is held."""

    def __init__(self, count: int, make: Callable[[int], Record], version: int = 0) -> None:
        self.size, self.make, self.version = count, make, version

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self.size))]
        record = self.make(index)
        return Row(index + 1, record["id"], self.version, record)


@dataclass
class Table:
    """The rows of one resource, with what was deleted or renamed."""

    order: Literal["aggregate", "id"]
    rows: dict[str, Row] = field(default_factory=dict)
    deletes: list[Record] = field(default_factory=list)
    key_changes: list[Record] = field(default_factory=list)
    generated: Generated | None = None
    _views: dict[tuple[int | None, int | None], list[Row]] = field(default_factory=dict)

    def changed(self) -> None:
        self._views.clear()

    def window(self, low: int | None, high: int | None) -> Sequence[Row]:
        """Rows whose version lies in [low, high], in the API's order."""
        if self.generated is not None:
            return self.generated if _inside(self.generated.version, low, high) else []
        if (low, high) not in self._views:
            found = [row for row in self.rows.values() if _inside(row.version, low, high)]
            found.sort(key=lambda row: row.aggregate if self.order == "aggregate" else row.id)
            self._views[low, high] = found
        return self._views[low, high]


class Store:
    """All resources of one ODS. Thread-safe; every mutation takes the next change version."""

    def __init__(self, order: Literal["aggregate", "id"] = "aggregate") -> None:
        self.order: Literal["aggregate", "id"] = order
        self.tables: dict[str, Table] = {}
        self.newest = 0
        self.lock = threading.RLock()
        self._aggregate = 0

    def table(self, resource: str) -> Table:
        return self.tables.setdefault(resource, Table(self.order))

    def load(self, resource: str, records: Iterable[Record], *, untracked: bool = True) -> None:
        """Add many records: at version 0 (before change tracking) or each at its own."""
        with self.lock:
            for record in records:
                self._put(resource, record, version=0 if untracked else self._next())

    def generate(self, resource: str, count: int, make: Callable[[int], Record]) -> None:
        """Serve `count` records that `make(index)` builds on demand, at version 0."""
        with self.lock:
            self.table(resource).generated = Generated(count, make)

    def upsert(self, resource: str, record: Record) -> str:
        """Insert or replace a record by `id` (made up when absent); returns the id."""
        with self.lock:
            return self._put(resource, record, version=self._next())

    def delete(self, resource: str, record_id: str) -> None:
        with self.lock:
            table = self.table(resource)
            row = table.rows.pop(record_id)
            table.deletes.append(
                {
                    "id": row.id,
                    "changeVersion": self._next(),
                    "keyValues": key_values(resource, row.record),
                }
            )
            table.changed()

    def change_key(self, resource: str, record_id: str, new: Record) -> None:
        """Give a record new natural-key values; the row itself changes too."""
        with self.lock:
            table = self.table(resource)
            row = table.rows[record_id]
            old = key_values(resource, row.record)
            row.record = rename(row.record, new)
            row.version = self._next()
            table.key_changes.append(
                {
                    "id": row.id,
                    "changeVersion": row.version,
                    "oldKeyValues": old,
                    "newKeyValues": key_values(resource, row.record),
                }
            )
            table.changed()

    def ids(self, resource: str) -> list[str]:
        with self.lock:
            return list(self.table(resource).rows)

    def _next(self) -> int:
        self.newest += 1
        return self.newest

    def _put(self, resource: str, record: Record, *, version: int) -> str:
        table = self.table(resource)
        self._aggregate += 1
        made_up = hashlib.md5(f"{resource}{self._aggregate}".encode()).hexdigest()
        record_id = str(record.get("id") or made_up)
        known = table.rows.get(record_id)
        aggregate = known.aggregate if known else self._aggregate
        table.rows[record_id] = Row(aggregate, record_id, version, {**record, "id": record_id})
        table.changed()
        return record_id


def history(entries: list[Record], low: int | None, high: int | None) -> list[Record]:
    """Deletes or key changes whose version lies in the window."""
    return [entry for entry in entries if _inside(entry["changeVersion"], low, high)]


def after(rows: Sequence[Row], aggregate: int) -> int:
    """Index of the first row whose aggregate is at least the given one."""
    return bisect_left(_Aggregates(rows), aggregate)


class _Aggregates(Sequence[int]):
    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> list[int]: ...
    def __getitem__(self, index: int | slice) -> int | list[int]:
        if isinstance(index, slice):
            return [row.aggregate for row in self.rows[index]]
        return self.rows[index].aggregate

    def __iter__(self) -> Iterator[int]:
        return (row.aggregate for row in self.rows)


def _inside(version: int, low: int | None, high: int | None) -> bool:
    return (low is None or version >= low) and (high is None or version <= high)
