"""What every way out can do, and how a delivery can end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from include.egress.gate import DataElement, Purpose
from include.egress.outbox import Item


class Ending(Enum):
    """How a delivery ended, as far as it can be known."""

    ACCEPTED = "the receiver said yes"
    AGAIN = "it was not taken, or a repetition does no harm: try again later"
    UNKNOWN = "it may have been taken; a repetition could double it"
    REJECTED = "the receiver will not take this message, however often"
    BLOCKED = "the receiver takes nothing from us: a person must see to the connection"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one delivery. The note goes to logs: no URL, nothing of the message."""

    ending: Ending
    note: str = ""
    # How long the receiver asked us to wait.
    retry_after_s: float | None = None
    # Whether it is the receiver that is in trouble and not the message: all others wait as well.
    holds_channel: bool = False
    # AGAIN: whether it certainly did not arrive.
    is_certain: bool = True
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class NeededElements:
    """What a message must hold to make sense, and what it holds where that is permitted."""

    required: frozenset[DataElement]
    welcome: frozenset[DataElement] = frozenset()


@dataclass(frozen=True, slots=True)
class Payload:
    """What is sent, and the elements that are in it. Its repr shows no content."""

    body: bytes
    elements: frozenset[DataElement]

    def __repr__(self) -> str:
        return f"Payload({len(self.body)} bytes)"


class OpenChannel(Protocol):
    """One district's channel, open for sending."""

    purpose: Purpose
    wanted: NeededElements
    # Whether it can find out if a message has arrived, so that a repetition never doubles it.
    can_look_up: bool

    @property
    def host(self) -> str:
        """The very string that it connects to, which the registry must know."""

    def render(self, item: Item, permitted: frozenset[DataElement]) -> Payload:
        """The message, with no more than the permitted elements; CardTooLargeError if too large."""

    def deliver(self, item: Item, payload: Payload) -> Outcome:
        """Send it, once."""
