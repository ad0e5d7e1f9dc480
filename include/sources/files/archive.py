"""ZIP files from outside: their members, opened safely."""

from __future__ import annotations

import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO

from include.errors import UnreadableFileError
from include.sources.files.local import shown

# A district's largest export is some hundred MB; a member beyond this is a mistake or an attack.
MAX_TOTAL_BYTES = 8 << 30
MAX_RATIO = 400
MAX_MEMBERS = 1000
# Up to here no ratio is looked at: reading so much costs nothing.
RATIO_FROM_BYTES = 16 << 20
_ENCRYPTED = 0x1
# What zipfile and what it unpacks with raise of damaged bytes; ValueError: names, negative places.
BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError,
    NotImplementedError, RuntimeError, ValueError, OverflowError,
)  # fmt: skip


def is_zip(path: Path) -> bool:
    """Whether the file says that it is a ZIP, by its name or its first bytes."""
    with path.open("rb") as stream:
        return path.suffix.lower() == ".zip" or stream.read(4) == b"PK\x03\x04"


def members(
    path: Path,
    name: str,
    *,
    max_total_bytes: int = MAX_TOTAL_BYTES,
    max_ratio: int = MAX_RATIO,
) -> dict[str, Callable[[], IO[bytes]]]:
    """Openers of the files in a ZIP by member name, in a stable order.

    Nothing is unpacked to disk, so a member's path cannot lead anywhere; a name that tries, and a
    link, are refused all the same, because an honest export has none. The directory says sizes:
    they are judged before anything is unpacked, and unpacking is held to them.
    """
    try:
        packed_size = path.stat().st_size
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except BROKEN as error:
        raise UnreadableFileError(
            name,
            seen=f"not a whole ZIP file ({type(error).__name__})",
            expected="a ZIP with its directory at the end",
            next_step="The transfer or the export broke off: fetch it again.",
        ) from error
    _check(infos, name, max_total_bytes)
    _check_ratio(name, sum(info.file_size for info in infos), packed_size, max_ratio)
    ordered = sorted(infos, key=lambda info: (info.filename.lower(), info.filename))
    return {shown(info.filename): partial(_open, path, name, info, max_ratio) for info in ordered}


def _check(infos: list[zipfile.ZipInfo], name: str, max_total: int) -> None:
    total = sum(info.file_size for info in infos)
    if total > max_total:
        raise UnreadableFileError(
            name,
            seen=f"{total:,} bytes when unpacked",
            expected=f"up to {max_total:,}",
            next_step="Check with the vendor what was sent; nothing was read from it. If it is"
            " right and only larger, raise `max_unpacked_mb` of the source.",
        )
    names = [shown(info.filename) for info in infos]
    problems = {
        f"{len(infos)} members": len(infos) > MAX_MEMBERS,
        "a member whose name leads out of the archive": any(
            _leads_out(info.filename) for info in infos
        ),
        "a symbolic link": any(stat.S_ISLNK(info.external_attr >> 16) for info in infos),
        "an encrypted member": any(info.flag_bits & _ENCRYPTED for info in infos),
        "two members of one name": len(set(names)) < len(names),
    }
    for seen, is_so in problems.items():
        if is_so:
            raise UnreadableFileError(
                name,
                seen=seen,
                expected=f"up to {MAX_MEMBERS} plain files, each of a name of its own",
                next_step="Check with the vendor what was sent; nothing was read from it.",
            )


def _check_ratio(where: str, unpacked: int, packed: int, max_ratio: int) -> None:
    if unpacked <= RATIO_FROM_BYTES or unpacked <= max_ratio * packed:
        return
    raise UnreadableFileError(
        where,
        seen=f"{packed:,} bytes that unpack to {unpacked:,}, {unpacked // max(packed, 1):,} times",
        expected=f"up to {max_ratio:,} times",
        next_step="Check with the vendor what was sent; nothing was read from it. If it is right,"
        " raise `max_unpack_ratio` of the source.",
    )


def _leads_out(member: str) -> bool:
    parts = member.replace("\\", "/").split("/")
    return member.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\0" in member


def _open(path: Path, name: str, info: zipfile.ZipInfo, max_ratio: int) -> IO[bytes]:
    where = f"{name}!{shown(info.filename)}"
    _check_ratio(where, info.file_size, info.compress_size, max_ratio)
    archive = zipfile.ZipFile(path)
    return io.BufferedReader(_Member(archive, archive.open(info), info.file_size, name))


class _Member(io.RawIOBase):
    """A member being read; the directory's size is a promise, so it is held to it."""

    def __init__(
        self, archive: zipfile.ZipFile, stream: IO[bytes], promised: int, name: str
    ) -> None:
        self._archive, self._stream, self._left, self._name = archive, stream, promised, name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = self._stream.read(len(view))
        self._left -= len(data)
        if self._left < 0:
            raise UnreadableFileError(
                self._name,
                seen="a member that unpacks to more than its directory says",
                expected="honest sizes",
                next_step="Check with the vendor what was sent; nothing was loaded.",
            )
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        self._archive.close()
        super().close()
