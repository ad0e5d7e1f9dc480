"""Natural keys that the source renamed: the current payload with the new values in place."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import psycopg
from psycopg import sql

from include.landing import tables
from include.landing.encode import Encoder, Kind
from include.landing.request import LoadRequest
from include.landing.stage import TARGETS, pour
from include.records import Change, Upsert

_BATCH = 2000

# a record that also arrived whole, or was deleted, needs no patch
_PENDING = sql.SQL(
    """
    select
        change.record_key, change.key_values, change.source_ref, cast(raw.payload as text),
        raw.scope
    from pg_temp.landing_keys as change
    inner join {table} as raw
        on raw.record_key = change.record_key
        and raw.instance = %(instance)s
        and raw.superseded_by is null
        and not raw.is_deleted
    where change.kind = {key_change}
        and not exists (
            select from pg_temp.landing_keys as whole
            where whole.record_key = change.record_key and whole.kind in ({upsert}, {tombstone})
        )
    order by change.record_key, change.sequence
    """
)


def stage_patched(connection: psycopg.Connection, request: LoadRequest, encoder: Encoder) -> None:
    """Stage the patched current version of every record that only changed its key values.

    `encoder` appends to the spool of the load.
    """
    pour(connection, encoder.chunks(_patched(connection, request)), TARGETS)


def _patched(connection: psycopg.Connection, request: LoadRequest) -> Iterator[list[Change]]:
    query = _PENDING.format(
        table=tables.table(request.feed),
        key_change=sql.Literal(int(Kind.KEY_CHANGE)),
        upsert=sql.Literal(int(Kind.UPSERT)),
        tombstone=sql.Literal(int(Kind.TOMBSTONE)),
    )
    # the result is held by the client library, not by a cursor: a COPY runs on the same session
    rows = connection.execute(query, {"instance": request.instance}).fetchall()
    batch: list[Change] = []
    open_upsert: Upsert | None = None
    for key, change, source_ref, current, scope in rows:
        old, new = orjson.loads(change)
        same = open_upsert is not None and open_upsert.key == key
        payload = open_upsert.payload if open_upsert and same else orjson.loads(current)
        if open_upsert and not same:
            batch.append(open_upsert)
        open_upsert = Upsert(key, patch(payload, old, new), source_ref, scope)
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    if open_upsert:
        batch.append(open_upsert)
    if batch:
        yield batch


def patch(payload: Mapping[str, Any], old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """A copy of the payload in which each renamed key part has its new value.

    A part stands at the root or inside a `…Reference` object. Where a name occurs more than once
    only the places that hold the old value change; when none does, those that spell it in another
    case (hosts on SQL Server compare keys without), and when there is none of those, all of them.
    """
    patched = copy.deepcopy(dict(payload))
    places = [patched, *(v for k, v in patched.items() if _is_reference(k, v))]
    for name, value in new.items():
        holders = [place for place in places if name in place]
        # key values are compared as text: a source may quote a number in one place only
        was = str(old.get(name))
        exact = [place for place in holders if str(place[name]) == was]
        folded = [place for place in holders if str(place[name]).upper() == was.upper()]
        for place in exact or folded or holders:
            place[name] = _typed_like(place[name], value)
    return patched


def _is_reference(name: str, value: object) -> bool:
    return name.endswith("Reference") and isinstance(value, dict)


def _typed_like(held: object, value: object) -> object:
    """The new value in the type that the record uses."""
    if isinstance(held, int) and not isinstance(held, bool) and isinstance(value, str):
        return int(value) if value.lstrip("-").isdigit() else value
    if isinstance(held, str) and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value
