"""Payloads on disk while their keys are compared: most of them turn out to be known already."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator

from include.settings import Settings

_BUFFER_BYTES = 64 * 1024
_CHUNK_BYTES = 256 * 1024


class Wanted:
    """A set of places of a load, one bit each."""

    def __init__(self, places: Iterable[int], size: int) -> None:
        self._bits = bytearray(size // 8 + 1)
        for place in places:
            self._bits[place >> 3] |= 1 << (place & 7)

    def __contains__(self, place: int) -> bool:
        return bool(self._bits[place >> 3] & 1 << (place & 7))


class Spool:
    """An append-only file without a name: it is gone with the process, whatever ends it.

    Line n belongs to the n-th change of the load, counted from 1; a line of a change without a
    payload is empty.
    """

    def __init__(self) -> None:
        folder = Settings().work_dir
        folder.mkdir(parents=True, exist_ok=True)
        self._file = tempfile.TemporaryFile(  # noqa: SIM115 closed by close()
            dir=folder, prefix="landing-", buffering=_BUFFER_BYTES
        )
        self.size = 0

    def write(self, pieces: Iterable[bytes], size: int) -> None:
        """Append whole lines (payload, source_ref, cell_names_id); the spool then has `size`."""
        self._file.write(b"".join(pieces))
        self.size = size

    def chunks(self, wanted: Wanted) -> Iterator[bytes]:
        """The wanted lines (place, payload, source_ref, cell_names_id), in chunks for COPY."""
        self._file.seek(0)
        lines: list[bytes] = []
        held = 0
        for place, line in enumerate(self._file, start=1):
            if place not in wanted:
                continue
            lines.append(b"%d\x02%b" % (place, line))
            held += len(line)
            if held >= _CHUNK_BYTES:
                yield b"".join(lines)
                lines.clear()
                held = 0
        if lines:
            yield b"".join(lines)

    def close(self) -> None:
        """Give the disk space back."""
        self._file.close()
