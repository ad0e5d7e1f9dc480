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
from include.connections import Connection
from include.errors import ConfigError, HostKeyError
from include.sources.files import LocalFile
from include.sources.files.config import FilesConfig
from include.sources.files.fetch import fetch

QUEUE = 64
_DELIVERY = {"kind": "sftp", "connection": "vendor", "path": ".", "pattern": "*.csv"}
_SOURCE = FilesConfig.model_validate({"kind": "files", "layout": "star", "delivery": _DELIVERY})


@contextmanager
def _served(root: Path, kind: type, patch: pytest.MonkeyPatch) -> Iterator[Connection]:
    with patch.context() as changed:
        changed.setattr(asyncssh, "SFTPServer", kind)
        with simulator.serve(root, "district", "secret") as (port, line):
            extra = {"host_key": line}
            yield Connection("vendor", "127.0.0.1", port, "district", "secret", extra=extra)


def _fetch(connection: Connection, into: Path) -> list[LocalFile]:
    return fetch(_SOURCE, connection, into, sleep=lambda _seconds: None)


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


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"kex_algs": ["diffie-hellman-group1-sha1"]}, ConfigError, "no common way"),
        ({"server_host_keys": "ssh-dss"}, HostKeyError, "no host key of a kind"),
    ],
)
def test_a_server_that_speaks_only_what_we_do_not_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], error: type, said: str
) -> None:
    if kind := options.get("server_host_keys"):
        options = {"server_host_keys": [asyncssh.generate_private_key(kind)]}
    real = asyncssh.listen
    monkeypatch.setattr(asyncssh, "listen", lambda *a, **given: real(*a, **{**given, **options}))
    waits: list[float] = []
    with _served(tmp_path, asyncssh.SFTPServer, monkeypatch) as connection:
        with pytest.raises(error, match=said):
            fetch(_SOURCE, connection, tmp_path / "work", sleep=waits.append)
    assert waits == []
