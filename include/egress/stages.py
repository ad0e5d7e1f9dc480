"""The stages of egress for one district's night."""

from __future__ import annotations

import logging
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import psycopg

from include.config import Channel, PsaChannel, TeamsChannel
from include.egress import alerts, disclosures, outbox, sender, tickets, waiting_messages
from include.egress.channels import OpenChannel, open_channel
from include.egress.pace import Clock, Pace, Sleep
from include.egress.session import session
from include.errors import ChannelError, FirstbellError, NeedsAttentionError
from include.run import today

if TYPE_CHECKING:
    from include.run import Run

log = logging.getLogger(__name__)

C = TypeVar("C", TeamsChannel, PsaChannel)

# How long one run waits for messages that are tried again soon.
PATIENCE = timedelta(minutes=2)


def utc_now() -> datetime:
    return datetime.now(UTC)


def enqueue_alerts(run: Run, *, clock: Clock = utc_now) -> dict[str, int]:
    """Put the crossings of the last days into the outbox for each channel that wants them, once.

    Before that it withdraws what waits there and is no longer true.
    Raises StaleReportError when the report is of another day.
    """
    counts = Counter({"crossings": 0, "enqueued": 0, "withdrawn": 0})
    channels = _channels(run, TeamsChannel)
    if not channels:
        return dict(counts)
    with session(run.dsn) as connection:
        found = alerts.read(connection, run.as_of_date, where=f"{run.district.code}: alerts")
        counts["crossings"] = len(found)
        counts["withdrawn"] = outbox.withdraw_untrue(connection, run.as_of_date, clock())
        for name, channel in channels.items():
            counts["enqueued"] += outbox.enqueue(
                connection,
                alerts.drafts(found, name, channel, run.district.code),
                district_code=run.district.code,
                as_of_date=run.as_of_date,
                run_id=run.run_id,
                now=clock(),
            )
    return dict(counts)


def enqueue_tickets(run: Run, *, clock: Clock = utc_now) -> dict[str, int]:
    """Put into the outbox what makes the tickets say how the feeds stand: openings, closings.

    It believes reporting.rpt_load_health, which shows the ledger as it stands. Before the first
    transformation of a district there is no such report, and nothing to compare with.
    """
    counts = Counter({"feeds": 0, "open": 0, "close": 0, "withdraw": 0})
    channels = _channels(run, PsaChannel)
    if not channels:
        return dict(counts)
    with session(run.dsn) as connection:
        if not tickets.has_report(connection):
            log.info("%s: no report of the feeds yet, so no ticket", run.district.code)
            return dict(counts)
        feeds = tickets.read(connection)
        counts["feeds"] = len(feeds)
        for name, channel in channels.items():
            # two at once would both see no open ticket
            with connection.transaction():
                connection.execute(
                    "select pg_advisory_xact_lock(hashtextextended(%s, 0))",
                    (f"firstbell egress tickets {name}",),
                )
                done = _enqueue_steps(
                    connection, run, feeds, name=name, channel=channel, now=clock()
                )
                counts.update(done)
    return dict(counts)


def _enqueue_steps(
    connection: psycopg.Connection,
    run: Run,
    feeds: list[tickets.Feed],
    *,
    name: str,
    channel: PsaChannel,
    now: datetime,
) -> Counter[str]:
    counts: Counter[str] = Counter()
    known = tickets.openings(connection, name)
    for kind, what in tickets.steps(
        feeds, known, name=name, channel=channel, district_code=run.district.code
    ):
        if isinstance(what, tickets.Opening):
            counts[kind] += outbox.withdraw_unsent(connection, what.outbox_id, now)
        else:
            counts[kind] += outbox.enqueue(
                connection,
                [what],
                district_code=run.district.code,
                as_of_date=run.as_of_date,
                run_id=run.run_id,
                now=now,
            )
    return counts


def send_due(
    run: Run,
    *,
    clock: Clock = utc_now,
    sleep: Sleep = time.sleep,
    patience: timedelta = PATIENCE,
) -> dict[str, int]:
    """Send what is due on every channel; returns counts by what became of the messages.

    One channel's trouble does not stop the others; the first error is raised after the last one.
    What the gate refused or nobody can know is counted, and shown by `waiting` and `check`.
    """
    counts: Counter[str] = Counter(sent=0, again=0, refused=0, ambiguous=0, failed=0)
    failures: list[FirstbellError] = []
    for name, channel in run.district.channels.items():
        job = sender.Job(
            name=name,
            channel=channel,
            district_code=run.district.code,
            district_name=run.district.name,
            run_id=run.run_id,
            today=lambda: today(run.district, clock()),
            clock=clock,
            sleep=sleep,
            patience=patience,
        )
        try:
            with session(run.dsn) as connection:
                done, blocked = sender.run_channel(
                    connection, job, partial(_open, run, channel, job)
                )
        except FirstbellError as error:
            failures.append(error)
            continue
        counts.update(done)
        if blocked:
            failures.append(_blocked(run, name, channel, blocked))
    if failures:
        for other in failures[1:]:
            failures[0].add_note(str(other))
        raise failures[0]
    return dict(counts)


def waiting(run: Run) -> list[waiting_messages.Waiting]:
    """Messages that wait for a person: refused, ambiguous, failed or expired."""
    with session(run.dsn) as connection:
        return waiting_messages.read(connection)


def check(run: Run) -> None:
    """Raise DisclosureLogError when the disclosure log is broken, NeedsAttentionError when messages
    wait for a person; counts and reasons, no names."""
    with session(run.dsn) as connection:
        disclosures.verify(connection, run.district.code)
    found = waiting(run)
    if not found:
        return
    groups = Counter((w.channel, w.state, w.state_reason or "no reason given") for w in found)
    seen = "; ".join(
        f"{channel}: {count} {state} ({reason})"
        for (channel, state, reason), count in sorted(groups.items())
    )
    raise NeedsAttentionError(
        f"{run.district.code}: outbox",
        seen=seen,
        expected="every message sent",
        next_step="Refused: correct the vendor registry, it is asked again by itself. Otherwise"
        " look for the reference in the channel, then decide: docs/privacy.md.",
    )


def resolve(
    run: Run,
    outbox_id: int,
    decision: waiting_messages.Decision,
    *,
    who: str,
    clock: Clock = utc_now,
) -> None:
    """Settle one waiting message: `sent` (it arrived), `pending` (send it again), `withdrawn`."""
    with session(run.dsn) as connection:
        waiting_messages.resolve(connection, outbox_id, decision, clock(), who)


def _channels(run: Run, kind: type[C]) -> dict[str, C]:
    return {name: c for name, c in run.district.channels.items() if isinstance(c, kind)}


def _open(run: Run, channel: Channel, job: sender.Job) -> OpenChannel:
    return open_channel(
        channel,
        run.connect(channel.connection),
        district_name=run.district.name,
        pause=Pace(channel.min_gap_s, job.clock, job.sleep),
        clock=job.clock,
    )


def _blocked(run: Run, name: str, channel: Channel, note: str) -> ChannelError:
    return ChannelError(
        f"{run.district.code}: channel {name}",
        seen=note,
        expected="a receiver that takes messages",
        next_step=f"Correct the connection {channel.connection}, then clear the task: the messages"
        " wait.",
    )
