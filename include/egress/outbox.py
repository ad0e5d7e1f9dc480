"""The outbox: ops.outbox, and the states a message goes through.

    pending ──► sending ──► sent         the receiver said yes
       ▲           ├──────► pending      it certainly did not take it: again later
       │           ├──────► ambiguous    nobody can know; a person decides (`waiting_messages`)
       │           └──────► failed       it refused the message, or every attempt failed
       └──► refused (the gate; asked again at each run)   expired   withdrawn (settled, untrue)

`sending` is committed before a message leaves and `sent` after it has left. Who holds the channel's
lock is its only sender, so a message found in `sending` was left there by a process that died.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

DIED = "the process died between sending and recording"
NO_LONGER_TRUE = "the student has left or no longer has that tier"


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be enqueued."""

    channel: str
    recipient: str
    action: str
    message_key: str
    reference: str
    facts: dict[str, Any]
    # An alert's student, without a name, and the day of the crossing; both stay.
    subject: str | None = None
    crossed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A message of the outbox that is due. Its repr shows no facts."""

    outbox_id: int
    action: str
    message_key: str
    reference: str
    attempts: int
    created_at: datetime
    facts: dict[str, Any]

    def __repr__(self) -> str:
        return f"Item(outbox_id={self.outbox_id}, action={self.action!r})"


def enqueue(
    connection: psycopg.Connection,
    drafts: Iterable[Draft],
    *,
    district_code: str,
    as_of_date: date,
    run_id: str,
    now: datetime,
) -> int:
    """Add what is not in yet, all or nothing; returns how many that were.

    A rise is not in a second time under an earlier date, as the rerun of an earlier day gives it:
    an alert about the same student's crossing of that day or a later one has told of it. What was
    withdrawn because it was no longer true has told of nothing: it comes back when it is again.
    """
    added = 0
    with connection.transaction():
        for draft in drafts:
            done = connection.execute(
                """
                insert into ops.outbox as kept (
                    district_code, channel, recipient, action, message_key, reference, facts,
                    subject, crossed_on, next_attempt_at, as_of_date, run_id, created_at,
                    changed_at
                )
                select
                    %(district)s, %(channel)s, %(recipient)s, %(action)s, %(key)s, %(reference)s,
                    %(facts)s, %(subject)s, %(crossed_on)s, %(now)s, %(as_of)s, %(run)s, %(now)s,
                    %(now)s
                where not exists (
                    select from ops.outbox as told
                    where told.channel = %(channel)s
                        and told.subject = %(subject)s
                        and told.crossed_on >= %(crossed_on)s
                        and told.state_reason is distinct from %(no_longer_true)s
                )
                on conflict (channel, message_key) do update set
                    state = 'pending',
                    state_reason = null,
                    attempts = 0,
                    facts = excluded.facts,
                    next_attempt_at = excluded.next_attempt_at,
                    as_of_date = excluded.as_of_date,
                    run_id = excluded.run_id,
                    created_at = excluded.created_at,
                    changed_at = excluded.changed_at
                where kept.state_reason = %(no_longer_true)s
                """,
                {
                    "district": district_code,
                    "channel": draft.channel,
                    "recipient": draft.recipient,
                    "action": draft.action,
                    "key": draft.message_key,
                    "reference": draft.reference,
                    "facts": Jsonb(draft.facts),
                    "subject": draft.subject,
                    "crossed_on": draft.crossed_on,
                    "now": now,
                    "as_of": as_of_date,
                    "run": run_id,
                    "no_longer_true": NO_LONGER_TRUE,
                },
            )
            added += done.rowcount
    return added


def try_lock(connection: psycopg.Connection, channel: str) -> bool:
    """Become the channel's only sender until the session ends; False: another one is at work."""
    row = connection.execute(
        "select pg_try_advisory_lock(hashtextextended(%s, 0))", (f"firstbell egress {channel}",)
    ).fetchone()
    return row is not None and bool(row[0])


def unlock(connection: psycopg.Connection, channel: str) -> None:
    """Let another sender in."""
    connection.execute(
        "select pg_advisory_unlock(hashtextextended(%s, 0))", (f"firstbell egress {channel}",)
    )


def left_in_sending(connection: psycopg.Connection, channel: str) -> list[int]:
    """What a sender that died was sending. Only the holder of the lock may ask."""
    rows = connection.execute(
        "select outbox_id from ops.outbox where channel = %s and state = 'sending'"
        " order by outbox_id",
        (channel,),
    ).fetchall()
    return [int(row[0]) for row in rows]


def next_due(
    connection: psycopg.Connection, channel: str, now: datetime, *, without: Sequence[int]
) -> Item | None:
    """The oldest message that is due, left out those of `without`.

    A ticket is closed only when it is settled whether it was opened.
    """
    with connection.cursor(row_factory=class_row(Item)) as cursor:
        return cursor.execute(
            """
            select outbox_id, action, message_key, reference, attempts, created_at,
                coalesce(facts, '{}') as facts
            from ops.outbox as message
            where channel = %(channel)s
                and state in ('pending', 'refused')
                and next_attempt_at <= %(now)s
                and outbox_id <> all(%(without)s)
                and not (
                    action = 'close_ticket'
                    and exists (
                        select from ops.outbox as opening
                        where opening.channel = message.channel
                            and opening.action = 'open_ticket'
                            and opening.reference = message.reference
                            and opening.state in ('pending', 'sending', 'refused')
                    )
                )
            order by outbox_id
            limit 1
            """,
            {"channel": channel, "now": now, "without": list(without)},
        ).fetchone()


def next_attempt_at(connection: psycopg.Connection, channel: str) -> datetime | None:
    """When the channel's next message becomes due; None: none waits."""
    row = connection.execute(
        "select min(next_attempt_at) from ops.outbox where channel = %s and state = 'pending'",
        (channel,),
    ).fetchone()
    return None if row is None else row[0]


def move(
    connection: psycopg.Connection,
    outbox_id: int,
    state: str,
    now: datetime,
    *,
    reason: str | None = None,
    next_attempt: datetime | None = None,
    external_id: str | None = None,
) -> None:
    """Put a message into a state. What it was made from is forgotten once nobody needs it."""
    connection.execute(
        """
        update ops.outbox set
            state = %(state)s,
            state_reason = %(reason)s,
            next_attempt_at = coalesce(%(next)s, next_attempt_at),
            external_id = coalesce(%(external)s, external_id),
            facts = case when %(forget)s then null else facts end,
            sent_at = case when %(state)s = 'sent' then cast(%(now)s as timestamptz) end,
            changed_at = %(now)s
        where outbox_id = %(id)s
        """,
        {
            "id": outbox_id,
            "state": state,
            "reason": reason,
            "next": next_attempt,
            "external": external_id,
            "forget": state in ("sent", "expired", "withdrawn"),
            "now": now,
        },
    )


def begin(connection: psycopg.Connection, item: Item, payload_sha256: str, now: datetime) -> None:
    """Say, before it leaves, that a message is being sent."""
    connection.execute(
        "update ops.outbox set state = 'sending', state_reason = null, attempts = attempts + 1,"
        " payload_sha256 = %s, changed_at = %s where outbox_id = %s",
        (payload_sha256, now, item.outbox_id),
    )


def withdraw_unsent(connection: psycopg.Connection, outbox_id: int, now: datetime) -> int:
    """Take back a message of which nothing has left; 0 when it began to leave meanwhile."""
    return connection.execute(
        "update ops.outbox set state = 'withdrawn', state_reason = 'settled before it was sent',"
        " facts = null, changed_at = %s"
        " where outbox_id = %s and attempts = 0 and state in ('pending', 'refused')",
        (now, outbox_id),
    ).rowcount


def withdraw_untrue(connection: psycopg.Connection, as_of_date: date, now: datetime) -> int:
    """Take back waiting alerts whose student has left or fallen back; returns how many.

    Judged by the report of the as-of date, so alerts about later days are left alone. Waiting means
    that the receiver certainly has not got it.
    """
    return connection.execute(
        """
        update ops.outbox as message set
            state = 'withdrawn', state_reason = %(reason)s, facts = null, changed_at = %(now)s
        where message.action = 'alert'
            and message.state in ('pending', 'refused')
            and message.crossed_on <= %(as_of)s
            and not exists (
                select from reporting.vw_student_risk_scores as student
                -- the ladder, as reporting shows it
                inner join reporting.rpt_tier_calibration as rung
                    on rung.group_level = 'district' and rung.rule_tier = student.rule_tier
                inner join reporting.rpt_tier_calibration as told_rung
                    on told_rung.group_level = 'district'
                    and told_rung.rule_tier = message.facts ->> 'tier'
                where student.student_unique_id = message.facts ->> 'student_unique_id'
                    and rung.tier_rank >= told_rung.tier_rank
            )
        """,
        {"reason": NO_LONGER_TRUE, "now": now, "as_of": as_of_date},
    ).rowcount


def hold_channel(connection: psycopg.Connection, channel: str, until: datetime) -> None:
    """Let nothing of the channel be due before `until`: its receiver asked for a pause."""
    connection.execute(
        "update ops.outbox set next_attempt_at = greatest(next_attempt_at, %s)"
        " where channel = %s and state in ('pending', 'refused')",
        (until, channel),
    )


def attempts_since(connection: psycopg.Connection, channel: str, since: datetime) -> int:
    """How many messages were sent, or tried, on the channel after `since`, by any process."""
    row = connection.execute(
        "select count(*) from ops.disclosures"
        " where channel = %s and event = 'attempted' and at > %s",
        (channel, since),
    ).fetchone()
    return 0 if row is None else int(row[0])


def is_too_old(item: Item, max_age_days: int, now: datetime) -> bool:
    """Whether nobody is helped any more by sending it; of a ticket's closing somebody always is."""
    return item.action != "close_ticket" and now - item.created_at > timedelta(days=max_age_days)
