"""What SFTP servers may leave out, and how little they may take at once."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncssh
import paramiko
import pytest

from demo.simulators import sftp as simulator
from include.connections import Connection
from include.errors import ConfigError, HostKeyError, ProtocolError, TooSlowError, UnreachableError
from include.sources.files import LocalFile, sftp
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


class _Endless(asyncssh.SFTPServer):  # type: ignore[misc]
    """Says that a file is short or of no known size, and never comes to its end."""

    size: int | None = 4

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        async for entry in super().scandir(path):
            if entry.filename == b"SR.csv":
                entry.attrs.size = self.size
            yield entry

    def read(self, file_obj: Any, offset: int, size: int) -> bytes:
        return b"a,b\n" * (size // 4) if file_obj.name.endswith(b"SR.csv") else b""

    def stat(self, path: bytes) -> Any:
        found = asyncssh.SFTPAttrs.from_local(super().stat(path))
        found.size = self.size
        return found


class _Unsized(_Endless):
    size = None


@pytest.mark.parametrize("kind", [_Endless, _Unsized])
def test_a_file_without_end_is_refused_at_its_limit_and_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type
) -> None:
    root = tmp_path / "server"
    root.mkdir()
    (root / "SR.csv").write_bytes(b"a,b\n")
    (root / "empty.csv").write_bytes(b"")
    with _served(root, kind, monkeypatch) as connection:
        source = _SOURCE.model_copy(update={"max_file_mb": 1})
        files = fetch(source, connection, tmp_path / "work", sleep=lambda _seconds: None)
    refused = {file.name: file.refused for file in files}
    assert refused["empty.csv"] is None
    assert "SR.csv: more than 1,048,576 bytes; expected up to 1,048,576" in str(refused["SR.csv"])
    assert "`max_file_mb`" in str(refused["SR.csv"])
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["empty.csv"]


class _Clock:
    """Goes on by a second each time that somebody looks."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


class _Dripping(_Endless):
    """Answers each request with one byte."""

    size = 1 << 20

    def read(self, file_obj: Any, offset: int, size: int) -> bytes:
        return b"a"


class _EndlessFolder(asyncssh.SFTPServer):  # type: ignore[misc]
    """Has always one more name."""

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        number = 0
        while True:
            number += 1
            yield asyncssh.SFTPName(b"%d.csv" % number, b"", asyncssh.SFTPAttrs())


@pytest.mark.parametrize(
    ("kind", "where"), [(_Dripping, r"vendor: SR\.csv"), (_EndlessFolder, r"vendor: \.")]
)
def test_a_server_that_drips_is_given_up_at_the_deadline_and_not_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type, where: str
) -> None:
    root = tmp_path / "server"
    root.mkdir()
    (root / "SR.csv").write_bytes(b"a")
    waits: list[float] = []
    source = _SOURCE.model_copy(update={"deadline_s": 100.0})
    with _served(root, kind, monkeypatch) as connection:
        with pytest.raises(TooSlowError, match=where + ": it did not .* in 100 s; .*`deadline_s`"):
            fetch(source, connection, tmp_path / "work", sleep=waits.append, clock=_Clock())
    assert waits == []
    assert list((tmp_path / "work").iterdir()) == []


class _Over(threading.Timer):
    """A timer whose time is over as soon as it runs."""

    def start(self) -> None:
        self.function()


def test_a_server_that_never_says_whether_it_has_sftp_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _served(tmp_path, asyncssh.SFTPServer, monkeypatch) as connection:
        monkeypatch.setattr(sftp, "Timer", _Over)
        with pytest.raises(UnreachableError, match="the connection broke off"):
            _fetch(connection, tmp_path / "work")


def test_a_listing_has_a_greatest_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sftp, "MAX_ENTRIES", 100)
    with _served(tmp_path, _EndlessFolder, monkeypatch) as connection:
        with pytest.raises(ProtocolError, match="more than"):
            _fetch(connection, tmp_path / "work")
