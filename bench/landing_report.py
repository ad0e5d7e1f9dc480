"""One line per measurement: ours, the peer's, the ratio, its target and the verdict."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

HEADER = (
    f"{'what':<34}{'ours':>9}{'peer':>9}{'ratio':>9}{'target':>9}"
    f"  {'':<5}{'rows':>10}{'MB':>7}  peer"
)


@dataclass(frozen=True, slots=True)
class Measure:
    """Seconds of ours and of the peer, round by round; `target` is the least ratio of speeds."""

    what: str
    peer: str
    seconds: list[float]
    peer_seconds: list[float]
    target: float
    rows: int
    input_bytes: int

    @property
    def ratio(self) -> float:
        """Our speed as a multiple of the peer's, by medians."""
        return statistics.median(self.peer_seconds) / statistics.median(self.seconds)

    @property
    def passed(self) -> bool:
        return self.ratio >= self.target

    def __str__(self) -> str:
        ours, peer = statistics.median(self.seconds), statistics.median(self.peer_seconds)
        return (
            f"{self.what:<34}{ours:>7.2f} s{peer:>7.2f} s{self.ratio:>8.2f}x{self.target:>8.2f}x"
            f"  {'PASS' if self.passed else 'MISS':<5}{self.rows:>10,}"
            f"{self.input_bytes / 1e6:>7.0f}  {self.peer}"
        )


@dataclass(frozen=True, slots=True)
class Memory:
    """Peak resident MB of a process after each tenth of its loads."""

    what: str
    rows: int
    seconds: float
    peaks: list[int]
    limit_mb: int = 300
    # between the second tenth, when all buffers are filled, and the end
    growth_limit_mb: int = 30

    @property
    def growth_mb(self) -> int:
        return self.peaks[-1] - self.peaks[1]

    @property
    def passed(self) -> bool:
        return self.peaks[-1] < self.limit_mb and self.growth_mb <= self.growth_limit_mb

    def __str__(self) -> str:
        return (
            f"{self.what:<34}{self.seconds:>7.2f} s{'':>27}"
            f"  {'PASS' if self.passed else 'MISS':<5}{self.rows:>10,}{self.peaks[-1]:>7}"
            f"  peak; limit {self.limit_mb} MB, grows {self.growth_mb} MB"
            f" (limit {self.growth_limit_mb}): {self.peaks}"
        )


@dataclass(frozen=True, slots=True)
class Peak:
    """Peak resident MB of a process, against a limit."""

    what: str
    peak_mb: int
    rows: int
    limit_mb: int = 300

    @property
    def passed(self) -> bool:
        return self.peak_mb < self.limit_mb

    def __str__(self) -> str:
        return (
            f"{self.what:<34}{'':>36}  {'PASS' if self.passed else 'MISS':<5}{self.rows:>10,}"
            f"{self.peak_mb:>7}  peak; limit {self.limit_mb} MB"
        )


@dataclass(frozen=True, slots=True)
class Limit:
    """Seconds against an absolute limit; `beside` says what they consist of."""

    what: str
    seconds: float
    limit_s: float
    beside: str

    @property
    def passed(self) -> bool:
        return self.seconds < self.limit_s

    def __str__(self) -> str:
        return (
            f"{self.what:<34}{self.seconds:>7.2f} s{'':>18}{self.limit_s:>7.0f} s"
            f"  {'PASS' if self.passed else 'MISS':<5}{'':>17}  {self.beside}"
        )
