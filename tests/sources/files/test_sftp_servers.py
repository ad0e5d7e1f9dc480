"""What SFTP servers may leave out, and how little they may take at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncssh
import paramiko
import pytest

from demo.simulators import sftp as simulator
from include.config import FileSource
from include.connections import Connection
from include.sources.files import LocalFile, fetch

QUEUE = 64


@contextmanager
def _served(root: Path, kind: type, patch: pytest.MonkeyPatch) -> Iterator[Connection]:
    with patch.context() as changed:
        changed.setattr(asyncssh, "SFTPServer", kind)
        with simulator.serve(root, "district", "secret") as (port, line):
            extra = {"host_key": line}
            yield Connection("vendor", "127.0.0.1", port, "district", "secret", extra=extra)


def _fetch(connection: Connection, into: Path) -> list[LocalFile]:
    delivery = {"kind": "sftp", "connection": "vendor", "path": ".", "pattern": "*.csv"}
    source = FileSource.model_validate({"kind": "files", "layout": "star", "delivery": delivery})
    return fetch(source, connection, into, sleep=lambda _seconds: None)


class _Terse(asyncssh.SFTPServer):  # type: ignore[misc]
    """Lists names without attributes; what is asked for by itself has them, but no type."""

    untimed = b"untimed.csv"

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        async for entry in super().scandir(path):
            yield asyncssh.SFTPName(entry.filename, b"", asyncssh.SFTPAttrs())

    def stat(self, path: bytes) -> Any:
        found = asyncssh.SFTPAttrs.from_local(super().stat(path))
        found.permissions, found.type = None, asyncssh.FILEXFER_TYPE_UNKNOWN
        if path.endswith(self.untimed):
            found.atime = found.mtime = None
        return found


def test_a_listing_without_attributes_is_fetched_or_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "server"
    (root / "folder.csv").mkdir(parents=True)
    (root / "SR.csv").write_bytes(b"a,b\n")
    (root / "untimed.csv").write_bytes(b"a,b\n")
    with _served(root, _Terse, monkeypatch) as connection:
        files = _fetch(connection, tmp_path / "work")
    assert {file.name: file.refused and file.refused.seen for file in files} == {
        "SR.csv": None,
        "untimed.csv": "a file without a time of its last change",
    }


def test_only_so_many_requests_for_a_file_are_under_way_as_a_short_queue_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = paramiko.SFTPFile.prefetch, []

    def prefetch(file: paramiko.SFTPFile, size: int, most: int | None = None) -> None:
        asked.append(most)
        real(file, size, most)

    monkeypatch.setattr(paramiko.SFTPFile, "prefetch", prefetch)
    content = bytes(range(256)) * 8_000
    root = tmp_path / "server"
    root.mkdir()
    (root / "SR.csv").write_bytes(content)
    with _served(root, asyncssh.SFTPServer, monkeypatch) as connection:
        (file,) = _fetch(connection, tmp_path / "work")
    assert file.path.read_bytes() == content
    assert [most is not None and most < QUEUE for most in asked] == [True]
