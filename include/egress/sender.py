"""Send what is due: one message at a time, each in the ledger before and after it leaves."""

from __future__ import annotations

import hashlib
import logging
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import psycopg

from include.config import Channel
from include.egress import disclosures, gate, outbox, registry
from include.egress.channels import Ending, OpenChannel, Outcome, Payload
from include.egress.pace import BLOCKED_WAIT, Clock, Sleep, wait_after
from include.errors import CardTooLargeError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """One channel's turn."""

    name: str
    channel: Channel
    district_code: str
    district_name: str
    run_id: str
    # The district's local date: what the gate compares expiry dates with.
    today: Callable[[], date]
    clock: Clock
    sleep: Sleep
    # Messages due within this time are waited for; later ones are left to the next run.
    patience: timedelta
    draw: random.Random = field(default_factory=random.SystemRandom)


@dataclass(slots=True)
class Sender:
    """The only sender of its channel, for as long as the session holds the lock."""

    connection: psycopg.Connection
    job: Job
    open: OpenChannel
    counts: Counter[str] = field(default_factory=Counter)
    blocked: str | None = None
    _refused: list[int] = field(default_factory=list)

    def run(self) -> None:
        """Send until nothing is due, the hour's number is used up or the receiver blocks us."""
        self._settle_left_behind()
        deadline = self.job.clock() + self.job.patience
        while self.blocked is None:
            now = self.job.clock()
            item = outbox.next_due(self.connection, self.job.name, now, without=self._refused)
            if item is None:
                due = outbox.next_attempt_at(self.connection, self.job.name)
                # due but not given out: a ticket's closing that waits for its opening
                if due is None or due > deadline or due <= now:
                    break
                self.job.sleep((due - now).total_seconds())
            elif self._is_hour_used_up(now):
                break
            else:
                # asked for each message: a run may last for hours, an agreement may end meanwhile
                found = registry.read(self.connection, self.job.channel.recipient)
                self._send(item, found, now)

    def _settle_left_behind(self) -> None:
        """Decide on messages whose sender died: look them up, or leave them to a person."""
        for outbox_id in outbox.left_in_sending(self.connection, self.job.name):
            now = self.job.clock()
            state = "pending" if self.open.can_look_up else "ambiguous"
            with self.connection.transaction():
                disclosures.close_open(self.connection, outbox_id, "unknown", now, self.job.run_id)
                outbox.move(self.connection, outbox_id, state, now, reason=outbox.DIED)
            self.counts["recovered" if self.open.can_look_up else "ambiguous"] += 1
            log.warning("%s: message %d: %s; %s", self.job.name, outbox_id, outbox.DIED, state)

    def _is_hour_used_up(self, now: datetime) -> bool:
        limit = self.job.channel.max_per_hour
        used = outbox.attempts_since(self.connection, self.job.name, now - timedelta(hours=1))
        if used >= limit:
            log.warning("%s: %d messages in an hour; the others wait", self.job.name, used)
        return used >= limit

    def _send(self, item: outbox.Item, found: registry.Recipient | None, now: datetime) -> None:
        if outbox.is_too_old(item, self.job.channel.max_age_days, now):
            self._end(item, "expired", f"older than {self.job.channel.max_age_days} days", now)
            return
        permitted = self.open.wanted.required | gate.permitted(self.open.wanted.welcome, found)
        decision = gate.check(self._request(item, permitted), found, self.job.today())
        if isinstance(decision, gate.Refused):
            self._refused.append(item.outbox_id)
            self._end(item, "refused", decision.reason, now)
            return
        try:
            payload = self.open.render(item, permitted)
        except CardTooLargeError as error:
            self._end(item, "failed", f"{error.seen}; expected {error.expected}", now)
            return
        disclosure = self._disclosure(item, decision.recipient, payload)
        with self.connection.transaction():
            outbox.begin(self.connection, item, disclosure.payload_sha256, now)
            disclosures.write(self.connection, disclosure, "attempted", now)
        outcome = self.open.deliver(item, payload)
        self._record(item, disclosure, outcome)

    def _request(self, item: outbox.Item, elements: frozenset[gate.DataElement]) -> gate.Request:
        return gate.Request(
            recipient=self.job.channel.recipient,
            purpose=self.open.purpose,
            elements=elements,
            endpoint=self.open.host,
            is_under_13=item.facts.get("is_under_13"),
        )

    def _disclosure(
        self, item: outbox.Item, recipient: registry.Recipient, payload: Payload
    ) -> disclosures.Disclosure:
        student = item.facts.get("student_unique_id")
        return disclosures.Disclosure(
            outbox_id=item.outbox_id,
            run_id=self.job.run_id,
            recipient=recipient.recipient,
            vendor=recipient.vendor,
            channel=self.job.name,
            purpose=self.open.purpose,
            legal_basis=recipient.legal_basis,
            data_elements=payload.elements,
            student_unique_ids=(str(student),) if student else (),
            payload_sha256=hashlib.sha256(payload.body).hexdigest(),
        )

    def _record(
        self, item: outbox.Item, disclosure: disclosures.Disclosure, outcome: Outcome
    ) -> None:
        now = self.job.clock()
        state, reason, next_attempt = self._after(item, outcome, now)
        with self.connection.transaction():
            outbox.move(
                self.connection,
                item.outbox_id,
                state,
                now,
                reason=reason,
                next_attempt=next_attempt,
                external_id=outcome.external_id,
            )
            disclosures.write(self.connection, disclosure, _event(outcome), now)
            if next_attempt and (outcome.holds_channel or outcome.ending is Ending.BLOCKED):
                outbox.hold_channel(self.connection, self.job.name, next_attempt)
        self._count(item, state, reason)

    def _after(
        self, item: outbox.Item, outcome: Outcome, now: datetime
    ) -> tuple[str, str | None, datetime | None]:
        """State, reason and next attempt of a message whose delivery ended so."""
        attempts = item.attempts + 1
        if outcome.ending is Ending.ACCEPTED:
            return "sent", None, None
        if outcome.ending is Ending.UNKNOWN:
            return "ambiguous", outcome.note, None
        if outcome.ending is Ending.REJECTED:
            return "failed", outcome.note, None
        if outcome.ending is Ending.BLOCKED:
            # waits for its person, however often it was tried
            self.blocked = outcome.note
            return "pending", outcome.note, now + BLOCKED_WAIT
        if attempts >= self.job.channel.max_attempts:
            return "failed", f"{outcome.note}, {attempts} attempts", None
        return (
            "pending",
            outcome.note,
            now + wait_after(attempts, outcome.retry_after_s, self.job.draw),
        )

    def _end(self, item: outbox.Item, state: str, reason: str, now: datetime) -> None:
        outbox.move(self.connection, item.outbox_id, state, now, reason=reason)
        self._count(item, state, reason)

    def _count(self, item: outbox.Item, state: str, reason: str | None) -> None:
        self.counts["again" if state == "pending" else state] += 1
        if state != "sent":
            log.warning(
                "%s: message %d (%s): %s: %s",
                self.job.name, item.outbox_id, item.action, state, reason,
            )  # fmt: skip


def _event(outcome: Outcome) -> disclosures.Event:
    """What the disclosure log says of a delivery that ended so."""
    if outcome.ending is Ending.ACCEPTED:
        return "accepted"
    if outcome.ending is Ending.UNKNOWN or not outcome.is_certain:
        return "unknown"
    return "not_received"


def run_channel(
    connection: psycopg.Connection, job: Job, open_connection: Callable[[], OpenChannel]
) -> tuple[Counter[str], str | None]:
    """One channel's turn: counts by what became of its messages, and why it is blocked, if it is.

    Another sender at work is no error: it takes what is due.
    """
    if not outbox.try_lock(connection, job.name):
        log.info("%s: another sender is at work", job.name)
        return Counter(), None
    try:
        sender = Sender(connection, job, open_connection())
        sender.run()
        return sender.counts, sender.blocked
    finally:
        if not connection.closed and not connection.broken:
            outbox.unlock(connection, job.name)
