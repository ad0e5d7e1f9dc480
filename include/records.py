"""What travels from a source to landing: changes, in batches, with what the source says of itself.

`sources` produce a `FeedStream`; `landing` consumes it. Neither knows the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

# A scope that no record has: a snapshot of this one deletes nothing, where one of an empty set of
# scopes would be complete for the whole entity.
NO_SCOPE = ""

# The note that says why a file was left alone: seen, and nothing in it to load.
LEFT_ALONE = "left_alone"
# The note that is a digest of what decided how a file was read, beside its content.
READ_BY = "read_by"

# How much of a line digest says how lines were read; the rest is the line's own.
LINE_SIGNATURE_BYTES = 4


class FeedKind(StrEnum):
    """How complete a feed is, which decides what absence means."""

    DELTA = "delta"  # changes only: what is missing is unchanged
    SNAPSHOT = "snapshot"  # complete within its scope: what is missing was deleted
    APPEND = "append"  # new facts only: nothing is ever superseded by absence


class DeletePolicy(BaseModel):
    """How much one load may delete: more than both numbers of a pair is parked until released."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_rows: int = Field(default=50, ge=0)
    max_pct: float = Field(default=10.0, ge=0, le=100)
    # A small feed never reaches the first pair, however much of it is gone.
    small_max_rows: int = Field(default=5, ge=0)
    small_max_pct: float = Field(default=50.0, ge=0, le=100)
    # A feed that others refer to (schools, calendars, sessions); its last record is parked as well.
    referred_max_rows: int = Field(default=1, ge=0)
    referred_max_pct: float = Field(default=10.0, ge=0, le=100)


@dataclass(frozen=True, slots=True)
class Feed:
    """One entity of one source, e.g. Feed("star", "results")."""

    source: str
    entity: str

    @property
    def table(self) -> str:
        """Its table in schema raw, without the schema."""
        return f"{self.source}__{self.entity}"

    def __str__(self) -> str:
        return f"{self.source}.{self.entity}"


class Cells(Mapping[str, Any]):
    """A row of a table as a record: the filled cells by name, and unknown columns apart.

    A mapping that is made only when somebody reads it: most rows are known already, and then their
    cells alone are compared. `names` is one object for all rows of a table.
    """

    __slots__ = ("cells", "names", "unknown")

    def __init__(
        self, names: tuple[str, ...], cells: Sequence[str], unknown: dict[str, str] | None = None
    ) -> None:
        self.names, self.cells, self.unknown = names, cells, unknown

    def as_dict(self) -> dict[str, Any]:
        """The record; blank cells are absent."""
        record: dict[str, Any] = {
            name: cell for name, cell in zip(self.names, self.cells, strict=True) if cell
        }
        if self.unknown:
            record["_unknown"] = self.unknown
        return record

    def __getitem__(self, name: str) -> Any:
        return self.as_dict()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.as_dict())

    def __len__(self) -> int:
        return len(self.as_dict())

    def __repr__(self) -> str:
        return repr(self.as_dict())


class LayoutColumn(NamedTuple):
    """What one column of a file, or a constant `value`, says of a test in each of its rows."""

    source: str
    entity: str
    test_code: str
    role: str
    place: int
    column_name: str | None = None
    value: str | None = None
    scope: str | None = None
    part_code: str | None = None
    part_name: str | None = None
    method: str | None = None
    norm_set: str | None = None
    from_window: str | None = None
    to_window: str | None = None
    lowest: float | None = None
    highest: float | None = None
    is_whole: bool | None = None


class LayoutCode(NamedTuple):
    """What a code in a column of a file means."""

    source: str
    entity: str
    test_code: str
    role: str
    place: int
    column_name: str | None
    code: str
    meaning: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class LayoutData:
    """What layouts say of results, for the database. Of the `unread` sources what stands stays."""

    columns: tuple[LayoutColumn, ...] = ()
    codes: tuple[LayoutCode, ...] = ()
    unread: frozenset[str] = frozenset()


class Upsert(NamedTuple):
    """A record as received. `scope` names the part of a snapshot feed that it belongs to.

    `line_digest` lets a stream know the record again by the bytes it came in; None: it cannot.
    """

    key: str
    payload: Mapping[str, Any]
    source_ref: str
    scope: str | None = None
    line_digest: bytes | None = None


class Tombstone(NamedTuple):
    """The source says that this record was deleted."""

    key: str
    source_ref: str


class KeyChange(NamedTuple):
    """The source gave this record new natural-key values; `old`/`new` map flat names to values."""

    key: str
    old: dict[str, Any]
    new: dict[str, Any]
    source_ref: str


class Seen(NamedTuple):
    """The record exists but lies outside this read's window: absence must not delete it."""

    key: str


class Reject(NamedTuple):
    """A row, or one value of a row, that cannot be used.

    `reason` is a stable code (`bad_date`); `detail` says column, seen and expected and never holds
    a name or an identifier. With `key`, the row's last good version stays in a snapshot feed.
    `payload` is kept in ops.rejects for repair; it is never logged.
    """

    reason: str
    detail: str
    source_ref: str
    key: str | None = None
    column: str | None = None
    payload: Mapping[str, Any] | None = None


class Holds(NamedTuple):
    """How many records a source holds at a stream's watermark: at least and at most."""

    least: int
    most: int


Change = Upsert | Tombstone | KeyChange | Seen | Reject


@dataclass(frozen=True, slots=True)
class Told:
    """What a feed says of itself as a whole."""

    source_count: int | None = None  # rows the source itself says the feed holds; None: says not
    watermark: str | None = None  # to be stored with the data; None: the feed has none
    scopes: frozenset[str] = frozenset()  # what a snapshot covers; empty: the whole entity


class FeedStream(Protocol):
    """A feed being read."""

    def batches(self) -> Iterator[list[Change]]:
        """Yield changes, bounded in size, so that memory does not grow with the feed."""
        ...

    def told(self) -> Told:
        """Return what the feed says of itself: final once `batches()` is exhausted."""
        ...


# The line digests of all current records that have this signature, some at a time.
Recall = Callable[[bytes], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Recognised:
    """Records that stand in the source as they stand in raw, and were therefore not sent.

    They are the current ones with the `listed` digests, or all others with this signature: the list
    is the shorter one.
    """

    signature: bytes
    count: int
    listed: Sequence[bytes]
    are_others: bool


class ReadAgainError(Exception):
    """What a stream has yielded so far must be forgotten, and `batches()` be asked for once more.

    Raised at most once by a stream that finds out late what it has to know before its first row.
    """


@runtime_checkable
class RecognisingStream(FeedStream, Protocol):
    """A stream that leaves out what raw holds already, by the digests of lines."""

    def leave_out_known(self, line_key: bytes, recall: Recall) -> None:
        """Ask `recall` for the digests, made with the warehouse's key, once `batches()` is read.

        Who calls this must be able to begin again: see ReadAgainError.
        """
        ...

    def recognised(self) -> Recognised | None:
        """Return what was left out, once `batches()` is exhausted; None: all was sent."""
        ...


@dataclass(frozen=True, slots=True)
class RunContext:
    """Who loads, and for which day. Written to the ledger with every load."""

    district_code: str
    as_of_date: date
    run_id: str
    code_version: str
