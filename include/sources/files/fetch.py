"""Brings a vendor's files here, from SFTP or a folder, whole or not at all."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

import tenacity

from include.connections import Connection
from include.errors import (
    FirstbellError,
    ProtocolError,
    TooSlowError,
    UnreachableError,
    UnreadableFileError,
)
from include.sources.files.config import FilesConfig, SftpDelivery
from include.sources.files.local import LocalFile, sha256_of, shown
from include.sources.files.remote import Guarded, Remote, RemoteFile, Watch, too_large

_MAX_NAME_BYTES = 255
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")


def fetch(
    source: FilesConfig,
    connection: Connection,
    into: Path,
    *,
    beside: Sequence[str] = (),
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
    max_attempts: int = 4,
) -> list[LocalFile]:
    """Fetch every file that the delivery's pattern names, the oldest first.

    A file is written under a temporary name, compared in size and renamed, so that a broken
    transfer leaves nothing that could be read. Lost connections are retried, and a local folder
    that is not there, because a drive may be mounted again; a refused login, an unknown host key, a
    folder that the server does not have or a server that is too slow is not. No file at all is no
    error: vendors remove files between their windows. A single file that cannot be had is `refused`
    and stops no other. Raises ProtocolError where files lie there and none fits; those of the
    patterns `beside` are of other deliveries.
    """
    into.mkdir(parents=True, exist_ok=True)
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception(_is_lost),
        stop=tenacity.stop_after_attempt(max_attempts),
        wait=tenacity.wait_exponential(multiplier=2, max=60),
        sleep=sleep,
        reraise=True,
    )
    watch = Watch(source.deadline_s, clock)
    return retrying(_fetch_once, source, connection, into, beside, watch)


def _is_lost(error: BaseException) -> bool:
    # too slow once is too slow again: each attempt would take as long
    return isinstance(error, UnreachableError) and not isinstance(error, TooSlowError)


def look(source: FilesConfig, connection: Connection, *, beside: Sequence[str] = ()) -> int:
    """Log in once and count the files that `fetch` would fetch; raises what it would, at once."""
    with _open(source, connection, Watch(source.deadline_s)) as remote:
        return len(_wanted(remote, source, connection.conn_id, beside))


def _fetch_once(
    source: FilesConfig, connection: Connection, into: Path, beside: Sequence[str], watch: Watch
) -> list[LocalFile]:
    with _open(source, connection, watch) as remote:
        wanted = _wanted(remote, source, connection.conn_id, beside)
        into_folder = _Arrivals(into, connection.conn_id, source.max_file_mb << 20, watch)
        return [_receive_or_refuse(remote, file, into_folder) for file in wanted]


class _Arrivals(NamedTuple):
    """Where files arrive, and what they may take."""

    folder: Path
    conn_id: str
    max_bytes: int
    watch: Watch


def _wanted(
    remote: Remote, source: FilesConfig, conn_id: str, beside: Sequence[str]
) -> list[RemoteFile]:
    found = remote.list()
    wanted = [f for f in found if matches(f.name, source.delivery.pattern)]
    others = [f.name for f in found if not any(matches(f.name, other) for other in beside)]
    if others and not wanted:
        raise _none_named(source, conn_id, others)
    return sorted(wanted, key=lambda f: (f.modified_at, f.name))


def _none_named(source: FilesConfig, conn_id: str, names: Sequence[str]) -> ProtocolError:
    # their endings alone: a stray file may bear a student's name
    endings = sorted(
        {e.group().lower() if (e := _ENDING.search(n)) else "no ending" for n in names}
    )
    return ProtocolError(
        f"{conn_id}: {source.delivery.path}",
        seen=f"{len(names)} files, none named {source.delivery.pattern!r} ({', '.join(endings)})",
        expected="a file of that name, or none at all between the vendor's windows",
        next_step="Was the export renamed? Correct `pattern` in the district file, or move"
        " away what is not the vendor's. What was loaded stays.",
    )


def matches(name: str, pattern: str) -> bool:
    """Whether a file name fits a pattern like `*.zip`, whatever the case."""
    return fnmatchcase(name.lower(), pattern.lower())


def _open(
    source: FilesConfig, connection: Connection, watch: Watch
) -> AbstractContextManager[Remote]:
    watch.begin(f"{connection.conn_id}: {source.delivery.path}")
    if isinstance(source.delivery, SftpDelivery):
        from include.sources.files import sftp  # paramiko is heavy: only when it is needed

        return sftp.connect(connection, source.delivery.path, watch)
    from include.sources.files import folder

    return folder.connect(connection, source.delivery.path)


def _receive_or_refuse(remote: Remote, file: RemoteFile, into: _Arrivals) -> LocalFile:
    try:
        return _receive(remote, file, into)
    except UnreachableError:
        raise
    except FirstbellError as error:
        name = shown(file.name)
        return LocalFile(into.folder / name, name, "", file.modified_at, refused=error)


def _receive(remote: Remote, file: RemoteFile, into: _Arrivals) -> LocalFile:
    if file.problem:
        raise file.problem
    name = shown(file.name)
    where = f"{into.conn_id}: {name}"
    _check_name(file.name, name, into.conn_id)
    if file.size is not None and file.size > into.max_bytes:
        raise too_large(where, f"{file.size:,} bytes", into.max_bytes)
    into.watch.begin(where)
    target = into.folder / name
    handle, part = tempfile.mkstemp(prefix=".fetching-", dir=into.folder)
    temporary = Path(part)
    try:
        with os.fdopen(handle, "wb") as stream:
            # what a server states of a size binds nobody
            remote.copy(file, Guarded(stream, where, into.max_bytes, into.watch))
            stream.flush()
            os.fsync(stream.fileno())
        received = temporary.stat().st_size
        if file.size is not None and received != file.size:
            raise UnreachableError(
                where,
                seen=f"{received:,} of {file.size:,} bytes arrived",
                expected="the whole file",
                next_step="The transfer broke off or the vendor is still writing; run it again.",
            )
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return LocalFile(target, name, sha256_of(target), file.modified_at)


def _check_name(name: str, local_name: str, conn_id: str) -> None:
    is_too_long = len(local_name.encode()) > _MAX_NAME_BYTES
    if is_too_long or name in {"", ".", ".."} or any(sign in name for sign in "/\\\0"):
        raise UnreadableFileError(
            f"{conn_id}: a file name",
            seen=f"{len(local_name)} characters" if is_too_long else "one that leads elsewhere",
            expected=f"a plain file name of up to {_MAX_NAME_BYTES} bytes",
            next_step="Check the server; this file was not fetched.",
        )
