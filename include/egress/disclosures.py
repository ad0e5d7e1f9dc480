"""The disclosure log: ops.disclosures, append-only, as FERPA (34 CFR 99.32) wants it kept.

`attempted` is written before a message leaves; what became of it follows as a second row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import psycopg

Event = Literal["attempted", "accepted", "not_received", "unknown"]
ACTOR = "firstbell"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Who receives what, and why."""

    outbox_id: int
    run_id: str
    recipient: str
    vendor: str
    channel: str
    purpose: str
    legal_basis: str | None
    data_elements: Iterable[str]
    student_unique_ids: tuple[str, ...]
    payload_sha256: str


def write(connection: psycopg.Connection, what: Disclosure, event: Event, at: datetime) -> None:
    """Append one row, in the caller's transaction."""
    connection.execute(
        """
        insert into ops.disclosures (
            outbox_id, event, at, actor, run_id, recipient, vendor, channel, purpose, legal_basis,
            data_elements, student_count, student_unique_ids, payload_sha256
        ) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            what.outbox_id,
            event,
            at,
            ACTOR,
            what.run_id,
            what.recipient,
            what.vendor,
            what.channel,
            what.purpose,
            what.legal_basis,
            sorted(what.data_elements),
            len(what.student_unique_ids),
            list(what.student_unique_ids),
            what.payload_sha256,
        ),
    )


def close_open(
    connection: psycopg.Connection, outbox_id: int, event: Event, at: datetime, run_id: str
) -> None:
    """Append what became of a message's last attempt, whose sender died."""
    connection.execute(
        """
        insert into ops.disclosures (
            outbox_id, event, at, actor, run_id, recipient, vendor, channel, purpose, legal_basis,
            data_elements, student_count, student_unique_ids, payload_sha256
        )
        select outbox_id, %s, %s, actor, %s, recipient, vendor, channel, purpose, legal_basis,
            data_elements, student_count, student_unique_ids, payload_sha256
        from ops.disclosures
        where outbox_id = %s and event = 'attempted'
        order by disclosure_id desc
        limit 1
        """,
        (event, at, run_id, outbox_id),
    )
