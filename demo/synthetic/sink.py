"""Where records go: into the opening's files, or into the commands of a later day.

Lines are streamed: no resource is held in memory as a whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

FLUSH = 5_000


def record_id(kind: int, person: int, first: int = 0, second: int = 0, third: int = 0) -> str:
    """A resource id of 32 hexadecimal digits, so that a later command finds its record."""
    return f"{kind:02x}{person:08x}{first:08x}{second:08x}{third:06x}"


class Sink:
    """Takes JSON lines with the day on which the source system knows them."""

    def __init__(self, folder: Path, days: Path, shard: str, as_of: int, last: int) -> None:
        self.as_of, self.last = as_of, last
        self.counts: Counter[str] = Counter()
        self.commands: Counter[int] = Counter()
        self._folder, self._days, self._shard = folder, days, shard
        self._waiting: dict[str, list[str]] = {}
        self._files: dict[str, BinaryIO] = {}
        self._later: dict[int, list[str]] = {}

    def put(self, resource: str, known: int, line: str) -> None:
        """A record that appears on the given ordinal day and stays as it is."""
        if known <= self.as_of:
            waiting = self._waiting.setdefault(resource, [])
            waiting.append(line)
            if len(waiting) >= FLUSH:
                self._flush(resource)
        else:
            self.command(known, _upsert(resource, line))

    def versions(self, resource: str, found: Sequence[tuple[int, str]]) -> None:
        """Versions of one record, oldest first: the opening holds only the latest known by then."""
        known = [version for version in found if version[0] <= self.as_of]
        for day, line in (*known[-1:], *found[len(known) :]):
            self.put(resource, day, line)

    def command(self, day: int, text: str) -> None:
        """A command for the simulator on a later day; what comes after the last day is left out."""
        if self.as_of < day <= self.last:
            self._later.setdefault(day, []).append(text)

    def lines_with(self, text: str) -> Iterator[tuple[str, str]]:
        """Records of the opening that hold a text, with their resource."""
        for resource in sorted(self._waiting):
            self._flush(resource)
        for resource, file in sorted(self._files.items()):
            file.flush()
            with Path(file.name).open(encoding="ascii") as lines:
                yield from ((resource, line) for line in lines if text in line)

    def close(self) -> None:
        for resource in list(self._waiting):
            self._flush(resource)
        for file in self._files.values():
            file.close()
        for day, lines in sorted(self._later.items()):
            path = self._days / f"{day}.{self._shard}.part"
            path.write_text("\n".join(lines) + "\n", encoding="ascii")
            self.commands[day] = len(lines)

    def _flush(self, resource: str) -> None:
        lines = self._waiting[resource]
        if not lines:
            return
        if resource not in self._files:
            path = self._folder / f"{resource}.{self._shard}.jsonl"
            self._files[resource] = path.open("wb")
        self._files[resource].write(("\n".join(lines) + "\n").encode("ascii"))
        self.counts[resource] += len(lines)
        lines.clear()


def _upsert(resource: str, line: str) -> str:
    return f'{{"upsert":{{"resource":"{resource}","record":{line}}}}}'


def delete(resource: str, record: str) -> str:
    return f'{{"delete":{{"resource":"{resource}","record_id":"{record}"}}}}'


def change_key(resource: str, record: str, names: Iterable[tuple[str, str]]) -> str:
    new = ",".join(f'"{name}":"{value}"' for name, value in names)
    return f'{{"change_key":{{"resource":"{resource}","record_id":"{record}","new":{{{new}}}}}}}'
