"""Records in schema raw, and their loads in the ledger, written by hand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

import psycopg
from psycopg import sql

from include import landing
from include.sources.registry import feeds
from tests.dbt.small_district import Record


def book(url: str, load_id: int, as_of: str) -> None:
    """Enter a load of every feed into the ledger: what it brings is known since its as-of date."""
    landing.prepare(url, feeds())
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        for number, feed in enumerate(feeds()):
            cursor.execute(
                "insert into ops.loads (load_id, source, entity, kind, status, load_window,"
                " started_at, finished_at, district_code, as_of_date, run_id, code_version)"
                " values (%s, %s, %s, 'delta', 'loaded', 'by hand', %s, %s, 'grand_bend', %s,"
                " 'by hand', 'by hand')",
                (load_id + number, feed.source, feed.entity, as_of, as_of, as_of),
            )


def write(
    url: str, records: Iterable[Record], deleted: Iterable[Record] = (), load_id: int | None = None
) -> None:
    """Fill schema raw with current records, and with records whose last version is a deletion.

    `load_id` is the first number of a load that was booked.
    """
    landing.prepare(url, feeds())
    places = {feed.table: place for place, feed in enumerate(feeds())}
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        for is_deleted, group in ((False, records), (True, deleted)):
            for entity, payload in group:
                text = json.dumps(payload, sort_keys=True)
                digest = hashlib.md5(f"{entity} {text}".encode(), usedforsecurity=False)
                table = entity if "__" in entity else f"edfi__{entity}"
                load = 1 if load_id is None else load_id + places[table]
                cursor.execute(
                    sql.SQL(
                        "insert into raw.{} (record_key, payload, payload_hash, load_id,"
                        " is_deleted, source_ref) values (%s, %s, %s, %s, %s, 'by hand')"
                    ).format(sql.Identifier(table)),
                    (digest.hexdigest(), text, digest.digest(), load, is_deleted),
                )
