"""The ways out: one module per kind of receiver, all with one shape."""

from include.egress.channels.base import Ending, NeededElements, OpenChannel, Outcome, Payload
from include.egress.channels.open import open_channel

__all__ = ["Ending", "NeededElements", "OpenChannel", "Outcome", "Payload", "open_channel"]
