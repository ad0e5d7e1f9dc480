"""List messages that wait for a person, and settle them. Shows references, never a student."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import psycopg
from psycopg.rows import class_row

from include.egress import outbox
from include.errors import EgressError

Decision = Literal["sent", "pending", "withdrawn"]
_WAITING = ("ambiguous", "failed", "refused", "expired")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that does not move by itself, or that the gate refuses."""

    outbox_id: int
    channel: str
    recipient: str
    action: str
    state: str
    state_reason: str | None
    reference: str
    attempts: int
    created_at: datetime
    changed_at: datetime


def read(connection: psycopg.Connection) -> list[Waiting]:
    """All of them, oldest first."""
    with connection.cursor(row_factory=class_row(Waiting)) as cursor:
        return cursor.execute(
            """
            select outbox_id, channel, recipient, action, state, state_reason, reference, attempts,
                created_at, changed_at
            from ops.outbox
            where state = any(%s)
            order by outbox_id
            """,
            (list(_WAITING),),
        ).fetchall()


def resolve(
    connection: psycopg.Connection, outbox_id: int, decision: Decision, now: datetime, who: str
) -> None:
    """Settle one waiting message: it was `sent`, send it again (`pending`), or leave it."""
    with connection.transaction():
        row = connection.execute(
            # a ticket's closing says nothing but its reference
            "select state, facts is not null or action = 'close_ticket' from ops.outbox"
            " where outbox_id = %s for update",
            (outbox_id,),
        ).fetchone()
        if row is None or row[0] not in _WAITING or (decision == "pending" and not row[1]):
            seen = "no such message" if row is None else f"state {row[0]}"
            if row is not None and row[0] in _WAITING:
                seen += ", and what it was made from is deleted"
            raise EgressError(
                f"outbox message {outbox_id}",
                seen=seen,
                expected=f"one of {', '.join(_WAITING)}",
                next_step="List the waiting messages with egress.waiting.",
            )
        outbox.move(
            connection,
            outbox_id,
            decision,
            now,
            reason=f"decided by {who}",
            next_attempt=now if decision == "pending" else None,
        )
