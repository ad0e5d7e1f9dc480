"""Changes as lines for COPY: canonical JSON, its hash, and rejects for what cannot be stored.

The lines are CSV with control characters as delimiter and quote: JSON escapes those, so a payload
needs no second escaping, which is what makes this fast.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, IntEnum
from typing import Any, NamedTuple

import orjson
import xxhash

from include.landing.spool import Spool
from include.records import Cells, Change, KeyChange, Reject, Seen, Tombstone, Upsert

COPY_OPTIONS = r"(format csv, delimiter e'\x02', quote e'\x01')"
_DELIMITER = "\x02"
_QUOTE = "\x01"
_SORT = orjson.OPT_SORT_KEYS
_dumps = orjson.dumps
# tells two versions of one record apart and guards no secret: speed counts, 128 bits are enough
_hash = xxhash.xxh3_128_hexdigest
_NUL_ESCAPE = rb"\u0000"


class Kind(IntEnum):
    """What a staged line means. UPSERT is 0 so that it also reads as `is_deleted = false`."""

    UPSERT = 0
    TOMBSTONE = 1
    KEY_CHANGE = 2
    SEEN = 3


class Target(Enum):
    """Where a chunk belongs."""

    RECORDS = "records"  # whole rows, for a table that has nothing to compare them with
    KEYS = "keys"  # what a comparison reads; payloads stay in the spool until it asks for them
    REJECTS = "rejects"


# large enough to be fast, small enough not to be noticed; rejects interrupt the COPY of the rows
_CHUNK_BYTES = {Target.RECORDS: 256 * 1024, Target.KEYS: 64 * 1024, Target.REJECTS: 1024 * 1024}


class Chunk(NamedTuple):
    """Encoded lines of one target."""

    target: Target
    data: bytes


@dataclass(slots=True)
class Tally:
    """How many changes of each sort were encoded."""

    upserts: int = 0
    tombstones: int = 0
    key_changes: int = 0
    seen: int = 0
    rejects: int = 0

    @property
    def usable(self) -> int:
        return self.upserts + self.tombstones + self.key_changes + self.seen

    def plus_upserts(self, count: int) -> Tally:
        """Return this tally with more upserts, or with fewer."""
        return replace(self, upserts=self.upserts + count)


class UnstorableError(ValueError):
    """This record cannot be written to Postgres; the argument is a stable reason code."""


class Encoder:
    """Turns batches of changes into chunks; `tally` counts what passed.

    With a spool, only the KEYS of rows are sent, for comparison; the payload of the row at place n
    of the load is line n of the spool. Without one, rows are whole RECORDS, for a table that has
    nothing to compare and keeps their order itself; a mark then counts the rows before it. Whole
    records end in their `instance` where they are of one.
    """

    def __init__(
        self,
        load_id: int,
        volatile: frozenset[str],
        spool: Spool | None = None,
        *,
        instance: str = "",
    ) -> None:
        self.tally = Tally()
        self._spool = spool
        self._spooled: list[bytes] = []
        self._place = 0 if spool is None else spool.size
        # the names of the rows' cells, by the number that each row carries
        self.cell_names: dict[int, tuple[str, ...]] = {}
        self._names: tuple[str, ...] | None = None
        self._seed = 0
        self._names_id = ""
        self._load_id = load_id
        self._end = f"{_DELIMITER}{_field(instance)}\n" if instance else "\n"
        self._volatile = tuple(sorted(volatile))
        self._lines: dict[Target, list[bytes]] = {target: [] for target in Target}
        self._sizes: dict[Target, int] = dict.fromkeys(Target, 0)

    def chunks(self, batches: Iterable[list[Change]]) -> Iterator[Chunk]:
        """Encode all batches; what is held back at any time is bounded."""
        for batch in batches:
            self._encode(batch)
            for target, limit in _CHUNK_BYTES.items():
                if self._sizes[target] >= limit:
                    yield self._drain(target)
        for target in Target:
            if self._lines[target]:
                yield self._drain(target)

    def _drain(self, target: Target) -> Chunk:
        data = b"".join(self._lines[target])
        self._lines[target].clear()
        self._sizes[target] = 0
        return Chunk(target, data)

    def _encode(self, batch: list[Change]) -> None:
        # the hot loop of every load: names are local and nothing is called that need not be
        volatile, load_id, is_split = self._volatile, self._load_id, self._spool is not None
        end = self._end
        lines: list[bytes] = []
        for change in batch:
            if not isinstance(change, Upsert):
                self._encode_mark(change)
                continue
            key, payload, source_ref, scope, line = change
            try:
                if type(payload) is Cells and not volatile:
                    body, digest = self._encode_cells(payload)
                    names = self._names_id
                else:
                    body, digest = encode_payload(payload, volatile)
                    names = ""
                held = key if key.isprintable() and key else _key(key)
                part = "" if scope is None else _field(scope)
            except (UnstorableError, UnicodeEncodeError) as error:
                self._reject(_unstorable(change, error))
                continue
            ref = source_ref if source_ref.isprintable() and source_ref else _one_line(source_ref)
            known_by = "" if line is None else f"\\x{line.hex()}"
            self.tally.upserts += 1
            self._place += 1
            if is_split:
                lines.append(
                    f"{self._place}\x020\x02{held}\x02\\x{digest}\x02{part}\x02\x02"
                    f"\x02{known_by}\n".encode()
                )
                self._spooled += (body, f"\x02{ref}\x02{names}\n".encode())
            else:
                lines += (
                    f"0\x02{held}\x02\\x{digest}\x02".encode(),
                    body,
                    f"\x02{ref}\x02{part}\x02{load_id}\x02{names}\x02{known_by}{end}".encode(),
                )
        self._add(Target.KEYS if is_split else Target.RECORDS, b"".join(lines))
        if self._spool is not None:
            self._spool.write(self._spooled, self._place)
            self._spooled.clear()

    def _encode_cells(self, payload: Cells) -> tuple[bytes, str]:
        """The cells as an array, and its hash; `cell_names` says which cell is which.

        An object would repeat the names in each row, which costs Postgres seven times as much. The
        names seed the hash, so that the same cells under other names are another record.
        """
        cells, unknown = payload.cells, payload.unknown
        if payload.names is not self._names:
            self._use(payload.names)
        try:
            row: Sequence[Any] = cells
            if unknown is None:
                # texts alone have no keys to sort, and asking for it costs as much as they do
                body = _dumps(row)
            else:
                row = [*cells, unknown]
                body = _dumps(row, None, _SORT)
            digest = _hash(body, self._seed)
            if b"\\" in body and _NUL_ESCAPE in body and _has_nul(row):
                raise UnstorableError("nul_character")
        except TypeError:
            raise UnstorableError("not_json") from None
        return body, digest

    def _use(self, names: tuple[str, ...]) -> None:
        """Take these names for the cells that come."""
        self._names = names
        self._seed = xxhash.xxh3_64_intdigest("\x1f".join(names).encode())
        # a bigint has a sign
        names_id = self._seed - 2**64 if self._seed >= 2**63 else self._seed
        self.cell_names[names_id] = names
        self._names_id = str(names_id)

    def _add(self, target: Target, lines: bytes) -> None:
        self._lines[target].append(lines)
        self._sizes[target] += len(lines)

    def _encode_mark(self, change: Tombstone | KeyChange | Seen | Reject) -> None:
        match change:
            case Tombstone():
                self.tally.tombstones += 1
                self._mark(Kind.TOMBSTONE, change.key, change.source_ref)
            case KeyChange():
                self.tally.key_changes += 1
                values = orjson.dumps([change.old, change.new])
                self._mark(Kind.KEY_CHANGE, change.key, change.source_ref, values)
            case Seen():
                self.tally.seen += 1
                self._mark(Kind.SEEN, change.key)
            case Reject():
                self._reject(change)

    def _mark(self, kind: Kind, key: str, source_ref: str = "", values: bytes = b"") -> None:
        if self._spool is not None:
            self._place += 1
            self._spooled.append(b"\n")
        head = f"{self._place}\x02{int(kind)}\x02{_field(_printable(key))}\x02\x02\x02"
        tail = f"\x02{_one_line(_printable(source_ref))}\x02\n"
        self._add(Target.KEYS, head.encode() + values + tail.encode())

    def _reject(self, reject: Reject) -> None:
        self.tally.rejects += 1
        values = (reject.reason, reject.detail, reject.source_ref, reject.key, reject.column)
        head = _DELIMITER.join("" if v is None else _field(_printable(v)) for v in values)
        payload = b"" if reject.payload is None else encode_reject_payload(reject.payload)
        self._add(Target.REJECTS, f"{head}\x02".encode() + payload + b"\n")
        if reject.key is not None:
            # the row is in the source, so absence must not delete its last good version
            self._mark(Kind.SEEN, reject.key)


def encode_payload(payload: Mapping[str, Any], volatile: Iterable[str]) -> tuple[bytes, str]:
    """Canonical JSON of a payload, and the hash (hex) of its fields that are not volatile."""
    changing: dict[str, Any] = {}
    if volatile or not isinstance(payload, dict):
        payload = dict(payload)
        for name in volatile:
            if name in payload:
                changing[name] = payload.pop(name)
    try:
        encoded = _dumps(payload, None, _SORT)
        digest = _hash(encoded)
        if changing:
            tail = _dumps(changing)
            encoded = b",".join((encoded[:-1], tail[1:])) if payload else tail
    except TypeError:
        # an integer beyond 64 bits, a lone surrogate, a type that JSON does not know
        raise UnstorableError("not_json") from None
    # one rare byte is found much faster than the whole escape
    if b"\\" in encoded and _NUL_ESCAPE in encoded and (_has_nul(payload) or _has_nul(changing)):
        raise UnstorableError("nul_character")
    return encoded, digest


def encode_reject_payload(payload: Mapping[str, Any]) -> bytes:
    """JSON of a row that was refused, whatever is wrong with it."""
    return orjson.dumps(_repaired(payload))


def _unstorable(change: Upsert, error: Exception) -> Reject:
    reason = str(error) if isinstance(error, UnstorableError) else "bad_unicode"
    return Reject(
        reason,
        "the record has a key or a value that Postgres cannot store as it is",
        _printable(change.source_ref),
        key=change.key or None,
        payload=change.payload,
    )


def _field(text: str) -> str:
    """One CSV field; quoted only when it must be."""
    if text.isprintable() and text:
        return text
    if "\x00" in text:
        raise UnstorableError("nul_character")
    text.encode()  # a lone surrogate is refused here
    return f"{_QUOTE}{text.replace(_QUOTE, _QUOTE * 2)}{_QUOTE}"


def _one_line(source_ref: str) -> str:
    """A place in the source as an unquoted field; the empty one is told from null."""
    if source_ref.isprintable() and source_ref:
        return source_ref
    return "".join(c if c.isprintable() else " " for c in source_ref) or "-"


def _key(key: str) -> str:
    if not key:
        raise UnstorableError("empty_key")
    return _field(key)


def _printable(text: str) -> str:
    """The text with what Postgres cannot hold replaced."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _has_nul(value: Any) -> bool:
    match value:
        case str():
            return "\x00" in value
        case dict():
            return any(_has_nul(k) or _has_nul(v) for k, v in value.items())
        case list() | tuple():
            return any(_has_nul(item) for item in value)
    return False


def _repaired(value: Any) -> Any:
    match value:
        case None | bool() | float():
            return value
        case int():
            return value if -(2**63) <= value < 2**63 else str(value)
        case str():
            return _printable(value)
        case Mapping():
            return {_printable(str(k)): _repaired(v) for k, v in value.items()}
        case list() | tuple():
            return [_repaired(item) for item in value]
    return _printable(str(value))
