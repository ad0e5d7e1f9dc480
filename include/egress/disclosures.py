"""The disclosure log: ops.disclosures, append-only, as FERPA (34 CFR 99.32) wants it kept.

`attempted` is written before a message leaves; what became of it follows as a second row. Each row
holds a hash of the row before, made by the database, so that `verify` sees a row that was changed,
inserted or taken away.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import psycopg

from include.errors import DisclosureLogError

log = logging.getLogger(__name__)

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


_FIRST_BREAK = """
    with chained as (
        select
            entry.position,
            lag(entry.position, 1, 0::bigint) over wide as position_before,
            entry.previous_hash = lag(entry.row_hash, 1, '') over wide as follows,
            entry.row_hash = ops.disclosure_hash(entry.previous_hash, entry) as is_untouched
        from ops.disclosures as entry
        window wide as (order by entry.position)
    )
    select position, position_before, is_untouched
    from chained
    where not follows or not is_untouched or position <> position_before + 1
    order by position
    limit 1
"""
# The outbox counts its attempts by itself: it knows of rows that the end of the log has lost.
_UNLOGGED = """
    select count(*)
    from ops.outbox as message
    where message.attempts > (
        select count(*) from ops.disclosures as entry
        where entry.outbox_id = message.outbox_id and entry.event = 'attempted'
    )
"""
_OWNED = """
    select login.rolname, login.rolsuper, pg_has_role(login.oid, kept.relowner, 'usage')
    from pg_class as kept, pg_roles as login
    where kept.oid = cast('ops.disclosures' as regclass) and login.rolname = session_user
"""
_HEAD = "select position, row_hash from ops.disclosures order by position desc limit 1"


def verify(connection: psycopg.Connection, where: str) -> None:
    """Go through the whole chain; raises DisclosureLogError that says where it breaks.

    The length and last hash of a whole one are logged: whoever could write the chain anew cannot
    change what the logs of earlier nights say.
    """
    _warn_of_owner(connection, where)
    broken = connection.execute(_FIRST_BREAK).fetchone()
    lost = connection.execute(_UNLOGGED).fetchone()
    if broken is not None:
        position, before, is_untouched = broken
        seen = (
            f"row {position} is not as it was written, or the one before it"
            if position == before + 1 or not is_untouched
            else f"rows {before + 1} to {position - 1} are gone"
        )
    elif lost is not None and lost[0]:
        seen = f"no row about {lost[0]} messages that were sent, or tried: its last rows are gone"
    else:
        head = connection.execute(_HEAD).fetchone() or (0, "none")
        log.info("%s: disclosure log whole, %d rows, last hash %s", where, *head)
        return
    raise DisclosureLogError(
        f"{where}: ops.disclosures",
        seen=seen,
        expected="each row with the hash of the row before",
        next_step="Nobody may change this log. Keep the database as it is, compare with a backup"
        " from before, and see docs/privacy.md, The disclosure log.",
    )


def _warn_of_owner(connection: psycopg.Connection, where: str) -> None:
    row = connection.execute(_OWNED).fetchone()
    if row is None or not row[2]:
        return
    log.warning(
        "%s: the disclosure log belongs to %s, who writes it and so could change it%s; expected an"
        " owner of its own: docs/privacy.md, The disclosure log.",
        where, row[0], ", as every superuser could" if row[1] else "",
    )  # fmt: skip
