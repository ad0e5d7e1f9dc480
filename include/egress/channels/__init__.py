"""The ways out: one module per kind of receiver, all with one shape."""

from include.egress.channels.base import Fate, Line, Outcome, Payload, Wanted
from include.egress.channels.open import open_line

__all__ = ["Fate", "Line", "Outcome", "Payload", "Wanted", "open_line"]
