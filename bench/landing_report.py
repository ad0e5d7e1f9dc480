"""One line per measurement: ours, the peer's, the ratio and its target."""

from __future__ import annotations

import statistics
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """Seconds of ours and of the peer, round by round; `target` is the least ratio of speeds."""

    what: str
    peer: str
    seconds: list[float]
    peer_seconds: list[float]
    target: float

    @property
    def ratio(self) -> float:
        """Our speed as a multiple of the peer's, by medians."""
        return statistics.median(self.peer_seconds) / statistics.median(self.seconds)

    def __str__(self) -> str:
        verdict = "met" if self.ratio >= self.target else "MISSED"
        return (
            f"{self.what}: {statistics.median(self.seconds):.2f} s,"
            f" {self.peer}: {statistics.median(self.peer_seconds):.2f} s,"
            f" ratio {self.ratio:.2f}x (target {self.target:g}x: {verdict})"
        )
