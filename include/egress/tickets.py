"""From the health of feeds to tickets: one per outage of a feed, closed when it is over.

A school's attendance is a feed too: it is out while the school is late with it.

An outage begins after the last good load and is named by it, so that a further failure of the same
outage is the same message. A feed with an open ticket gets no second one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import psycopg
from psycopg.rows import class_row

from include.config import PsaChannel
from include.egress.outbox import Draft

# How an attempt ends that brought good data, or found that there is nothing newer.
_GOOD = frozenset({"loaded", "unchanged", "skipped", "in_time", "retired"})

# The source's name of what schools submit.
_ATTENDANCE = "attendance"
_FEEDS = """
    select source, entity, last_status, last_good_at, as_of_date
    from reporting.rpt_load_health
    order by source, entity
"""
# The message key of a ticket holds the name between colons.
_SCHOOLS = """
    select
        %s as source,
        replace(school_id, ':', '.') as entity,
        case when submission_status = 'in_time' then 'in_time' else 'late' end as last_status,
        last_submitted_date as last_good_at,
        as_of_date
    from reporting.rpt_attendance_submission
    order by school_id
"""


@dataclass(frozen=True, slots=True)
class Feed:
    """How a feed stands: what of the reports a ticket may say."""

    source: str
    entity: str
    last_status: str
    last_good_at: datetime | date | None
    as_of_date: date

    @property
    def name(self) -> str:
        return f"{self.source}.{self.entity}"


@dataclass(frozen=True, slots=True)
class Opening:
    """The newest ticket of a feed that was not closed since."""

    outbox_id: int
    feed: str
    reference: str
    # True: nothing has left yet, and nothing can be under way.
    is_unsent: bool


def has_report(connection: psycopg.Connection) -> bool:
    """Whether a first transformation has made the reports that tickets are decided on."""
    row = connection.execute(
        "select to_regclass('reporting.rpt_load_health') is not null"
        " and to_regclass('reporting.rpt_attendance_submission') is not null"
    ).fetchone()
    return row is not None and bool(row[0])


def read(connection: psycopg.Connection) -> list[Feed]:
    """All feeds that were ever attempted, and the attendance of each school."""
    with connection.cursor(row_factory=class_row(Feed)) as cursor:
        feeds = cursor.execute(_FEEDS).fetchall()
        return feeds + cursor.execute(_SCHOOLS, (_ATTENDANCE,)).fetchall()


def openings(connection: psycopg.Connection, channel: str) -> dict[str, Opening]:
    """By feed: its ticket, sent or still to be sent, that nothing was enqueued to close."""
    with connection.cursor(row_factory=class_row(Opening)) as cursor:
        rows = cursor.execute(
            """
            select opening.outbox_id, split_part(opening.message_key, ':', 2) as feed,
                opening.reference,
                opening.attempts = 0 and opening.state in ('pending', 'refused') as is_unsent
            from ops.outbox as opening
            where opening.channel = %s
                and opening.action = 'open_ticket'
                and opening.state not in ('withdrawn', 'expired')
                and not exists (
                    select from ops.outbox as closing
                    where closing.channel = opening.channel
                        and closing.action = 'close_ticket'
                        and closing.reference = opening.reference
                )
            order by opening.outbox_id
            """,
            (channel,),
        ).fetchall()
    return {row.feed: row for row in rows}


Step = tuple[Literal["open", "close", "withdraw"], Draft | Opening]


def steps(
    feeds: list[Feed],
    known: dict[str, Opening],
    *,
    name: str,
    channel: PsaChannel,
    district_code: str,
) -> list[Step]:
    """What is to be done so that the tickets say how the feeds stand."""
    found: list[Step] = []
    for feed in [*feeds, *_no_longer_due(feeds, known)]:
        is_broken = feed.last_status in channel.when.statuses
        opening = known.get(feed.name)
        if is_broken and opening is None:
            found.append(("open", _open(feed, name, channel, district_code)))
        # broken in a way that the channel does not hear of is still the same outage
        elif feed.last_status in _GOOD and opening is not None:
            if opening.is_unsent:
                found.append(("withdraw", opening))
            else:
                found.append(("close", _close(feed, opening, name, channel)))
    return found


def _no_longer_due(feeds: list[Feed], known: dict[str, Opening]) -> list[Feed]:
    """What has a ticket and is in no report any more.

    A school that owes no attendance: closed, or its year is over. A feed that this release does
    not read: the report has every other feed of the ledger.
    """
    if not feeds:
        return []
    as_of_date = feeds[0].as_of_date
    has_ledger = any(feed.source != _ATTENDANCE for feed in feeds)
    found = []
    for name in sorted(known.keys() - {feed.name for feed in feeds}):
        source, _, entity = name.partition(".")
        if source == _ATTENDANCE:
            found.append(Feed(source, entity, "in_time", None, as_of_date))
        # without a single feed the ledger itself is gone, and tells of none
        elif has_ledger:
            found.append(Feed(source, entity, "retired", None, as_of_date))
    return found


def _open(feed: Feed, name: str, channel: PsaChannel, district_code: str) -> Draft:
    since = feed.last_good_at.isoformat() if feed.last_good_at else "never"
    key = f"open:{feed.name}:{since}"
    return Draft(
        channel=name,
        recipient=channel.recipient,
        action="open_ticket",
        message_key=key,
        reference=_reference(district_code, key),
        facts=_facts(feed),
    )


def _close(feed: Feed, opening: Opening, name: str, channel: PsaChannel) -> Draft:
    return Draft(
        channel=name,
        recipient=channel.recipient,
        action="close_ticket",
        message_key=f"close:{feed.name}:{opening.reference}",
        reference=opening.reference,
        facts=_facts(feed),
    )


def _reference(district_code: str, key: str) -> str:
    """The same after a restored backup, so that the desk's ticket is found again."""
    digest = hashlib.sha256(f"{district_code}|{key}".encode()).hexdigest()[:12]
    return f"firstbell-{district_code}-{digest}"


def _facts(feed: Feed) -> dict[str, Any]:
    return {
        "source": feed.source,
        "entity": feed.entity,
        "last_status": feed.last_status,
        "last_good_at": feed.last_good_at.isoformat() if feed.last_good_at else None,
        "as_of_date": feed.as_of_date.isoformat(),
        "see": "reporting.rpt_attendance_submission, by school_id"
        if feed.source == _ATTENDANCE
        else "reporting.rpt_load_health, column last_error",
    }
