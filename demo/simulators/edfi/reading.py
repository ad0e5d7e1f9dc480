"""GET of a collection: filters, offset and cursor paging, partitions, deletes and key changes."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from starlette.responses import Response

from demo.simulators.edfi.config import DEFAULT_LIMIT, Behaviour
from demo.simulators.edfi.errors import ApiError, bad_parameter, denied, not_found
from demo.simulators.edfi.standard import has_resource
from demo.simulators.edfi.store import Record, Row, Store, Table, after, history

EPOCH = datetime(2021, 8, 1, tzinfo=UTC)
MAX_AGGREGATE = 2**31 - 1


def collection(
    store: Store, behaviour: Behaviour, resource: str, query: Mapping[str, str], *, lie: int = 0
) -> Response:
    """GET /ed-fi/{resource}."""
    _allow(behaviour, resource, "Read")
    table = _table(store, behaviour, resource)
    low, high = _window(query)
    headers: dict[str, str] = {}
    with store.lock:
        rows = [] if behaviour.hides(resource) else table.window(low, high)
        if "pageToken" in query or "pageSize" in query:
            page, upper = _cursor_page(rows, behaviour, query)
        else:
            offset, limit = _offset_and_limit(query, behaviour)
            page, upper = rows[offset : offset + limit], MAX_AGGREGATE
            if _truth(query.get("totalCount")):
                headers["Total-Count"] = str(len(rows) + lie)
        if page and behaviour.cursor_paging:
            headers["Next-Page-Token"] = _token(page[-1].aggregate + 1, upper)
        body = orjson.dumps([_render(row, behaviour) for row in page])
    return Response(body, media_type="application/json", headers=headers)


def changes(
    store: Store, behaviour: Behaviour, resource: str, what: str, query: Mapping[str, str]
) -> Response:
    """GET /ed-fi/{resource}/deletes or /keyChanges: offset and limit only."""
    if not behaviour.change_queries:
        raise not_found()
    _allow(behaviour, resource, "ReadChanges")
    if not behaviour.read_changes:
        raise denied(resource, "ReadChanges")
    table = _table(store, behaviour, resource)
    if what == "deletes" and resource in behaviour.deletes_absent:
        raise not_found()
    low, high = _window(query)
    with store.lock:
        kept = table.deletes if what == "deletes" else table.key_changes
        entries = [] if behaviour.hides(resource) else history(kept, low, high)
    offset, limit = _offset_and_limit(query, behaviour)
    headers = {"Total-Count": str(len(entries))} if _truth(query.get("totalCount")) else {}
    body = orjson.dumps(entries[offset : offset + limit])
    return Response(body, media_type="application/json", headers=headers)


def partitions(
    store: Store, behaviour: Behaviour, resource: str, query: Mapping[str, str]
) -> Response:
    """GET /ed-fi/{resource}/partitions?number=N."""
    if not behaviour.cursor_paging:
        raise not_found()
    _allow(behaviour, resource, "Read")
    table = _table(store, behaviour, resource)
    number = _whole(query, "number", 5)
    if not 1 <= number <= 200:
        raise bad_parameter("Number must be a value between 1 and 200.")
    low, high = _window(query)
    with store.lock:
        rows = [] if behaviour.hides(resource) else table.window(low, high)
        size = max(-(-len(rows) // number), 5 * behaviour.max_limit)
        starts = [rows[i].aggregate for i in range(0, len(rows), size)]
    ends = [start - 1 for start in starts[1:]] + [MAX_AGGREGATE]
    tokens = [_token(start, end) for start, end in zip(starts, ends, strict=True)]
    return Response(orjson.dumps({"pageTokens": tokens}), media_type="application/json")


def available_versions(store: Store, behaviour: Behaviour) -> dict[str, int]:
    """GET /availableChangeVersions, spelled as the version spells it."""
    if not behaviour.change_queries:
        raise not_found()
    oldest, newest = "oldestChangeVersion", "newestChangeVersion"
    if behaviour.version == "5.4":
        oldest, newest = "OldestChangeVersion", "NewestChangeVersion"
    return {oldest: 0, newest: store.newest}


def check_snapshot(behaviour: Behaviour, headers: Mapping[str, str], method: str) -> None:
    """The snapshot headers: `Use-Snapshot` since 7.0, `Snapshot-Identifier` before."""
    if behaviour.version == "7.3":
        if not _truth(headers.get("use-snapshot")):
            return
        if method != "GET":
            raise ApiError(405, "method-not-allowed", "Snapshots are read-only.")
        if not behaviour.snapshot_exists:
            raise not_found("Snapshot not found.")
    elif "snapshot-identifier" in headers and not behaviour.snapshot_exists:
        raise ApiError(410, "gone", "Snapshot not found or no longer available.")


def _allow(behaviour: Behaviour, resource: str, action: str) -> None:
    if resource in behaviour.claim_denied:
        raise denied(resource, action)


def _table(store: Store, behaviour: Behaviour, resource: str) -> Table:
    known = resource in store.tables or has_resource(behaviour.version, resource)
    if resource in behaviour.absent or not known:
        raise not_found()
    return store.table(resource)


def _window(query: Mapping[str, str]) -> tuple[int | None, int | None]:
    low = _whole(query, "minChangeVersion", None)
    high = _whole(query, "maxChangeVersion", None)
    if low is not None and high is not None and low > high:
        raise bad_parameter("The minChangeVersion must not exceed the maxChangeVersion.")
    return low, high


def _offset_and_limit(query: Mapping[str, str], behaviour: Behaviour) -> tuple[int, int]:
    limit = _whole(query, "limit", DEFAULT_LIMIT)
    if not 0 <= limit <= behaviour.max_limit:
        if behaviour.problem_details:
            text = f"Limit must be omitted or set to a value between 0 and {behaviour.max_limit}."
        else:
            text = (
                "Limit must be omitted or set to a value between 1 and max value defined in "
                "configuration file (defaultPageSizeLimit)."
            )
        raise bad_parameter(text)
    return _whole(query, "offset", 0), limit


def _cursor_page(
    rows: Sequence[Row], behaviour: Behaviour, query: Mapping[str, str]
) -> tuple[Sequence[Row], int]:
    if not behaviour.cursor_paging:  # unknown parameters are ignored before 7.3
        offset, limit = _offset_and_limit(query, behaviour)
        return rows[offset : offset + limit], MAX_AGGREGATE
    if "pageToken" not in query:
        raise bad_parameter("PageToken is required when pageSize is specified.")
    if "limit" in query or "offset" in query:
        raise bad_parameter("Use pageSize instead of limit when using cursor paging.")
    if "totalCount" in query:
        raise bad_parameter("TotalCount cannot be used with cursor paging.")
    size = _whole(query, "pageSize", DEFAULT_LIMIT)
    if not 0 <= size <= behaviour.max_limit:
        raise bad_parameter(f"PageSize must be a value between 0 and {behaviour.max_limit}.")
    try:
        padded = query["pageToken"] + "=" * (-len(query["pageToken"]) % 4)
        first, last = map(int, base64.urlsafe_b64decode(padded).decode().split(","))
    except (ValueError, binascii.Error, UnicodeDecodeError):
        raise bad_parameter("PageToken is invalid.") from None
    start = after(rows, first)
    return [row for row in rows[start : start + size] if row.aggregate <= last], last


def _token(first: int, last: int) -> str:
    return base64.urlsafe_b64encode(f"{first},{last}".encode()).decode().rstrip("=")


def _render(row: Row, behaviour: Behaviour) -> Record:
    record = dict(row.record)
    if behaviour.links:
        for name, value in record.items():
            if name.endswith("Reference") and isinstance(value, dict):
                rel = name.removesuffix("Reference")
                link = {"rel": rel[0].upper() + rel[1:], "href": f"/ed-fi/{rel}s/{row.id}"}
                record[name] = {**value, "link": link}
    record["_etag"] = str(5_250_000_000_000_000_000 + row.version)
    if behaviour.version != "5.4":
        changed = EPOCH + timedelta(seconds=row.version)
        record["_lastModifiedDate"] = changed.isoformat().replace("+00:00", "Z")
    return record


def _whole(query: Mapping[str, str], name: str, default: Any) -> Any:
    if name not in query:
        return default
    try:
        value = int(query[name])
    except ValueError:
        raise bad_parameter(f"The value '{query[name]}' is not valid for {name}.") from None
    if value < 0:
        raise bad_parameter(f"{name} must not be negative.")
    return value


def _truth(text: str | None) -> bool:
    return (text or "").lower() == "true"
