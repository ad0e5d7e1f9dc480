"""Fetching from a real SFTP server on loopback and from a folder."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import asyncssh
import pytest

from demo.simulators import sftp as simulator
from include.connections import Connection
from include.errors import (
    AuthenticationError,
    ConfigError,
    HostKeyError,
    ProtocolError,
    UnreachableError,
)
from include.sources.files import folder
from include.sources.files.config import FilesConfig
from include.sources.files.fetch import fetch
from include.sources.files.folder import Folder

CONTENT = b"a,b\r\n1,2\r\n" * 50_000


def _source(kind: str, pattern: str = "*.zip", path: str = "exports") -> FilesConfig:
    delivery = {"kind": kind, "connection": "vendor", "path": path, "pattern": pattern}
    return FilesConfig.model_validate({"kind": "files", "layout": "star", "delivery": delivery})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "server" / "exports"
    folder.mkdir(parents=True)
    (folder / "District.zip").write_bytes(CONTENT)
    (folder / "notes.txt").write_text("not wanted")
    return folder.parent


@pytest.fixture
def server(root: Path) -> Iterator[Connection]:
    with simulator.serve(root, "district", "secret") as (port, line):
        yield Connection(
            "vendor", "127.0.0.1", port, "district", "secret", extra={"host_key": line}
        )


def _no_sleep(_seconds: float) -> None:
    pass


def _fetch(connection: Connection, into: Path, **delivery: str) -> list[Any]:
    return fetch(_source("sftp", **delivery), connection, into, sleep=_no_sleep)


def test_the_files_of_the_pattern_arrive_whole(server: Connection, tmp_path: Path) -> None:
    (file,) = _fetch(server, tmp_path / "work")
    assert file.path.read_bytes() == CONTENT
    assert file.name == "District.zip"
    assert file.modified_at.tzinfo is not None
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["District.zip"]


def test_a_key_opens_the_door_too(root: Path, tmp_path: Path) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    public = key.export_public_key().decode()
    with simulator.serve(root, "district", "x", client_key=public) as (port, line):
        extra = {"host_key": line, "private_key": key.export_private_key().decode()}
        connection = Connection("vendor", "127.0.0.1", port, "district", extra=extra)
        assert len(_fetch(connection, tmp_path / "work")) == 1


def test_another_host_key_stops_before_the_password_is_sent(
    server: Connection, tmp_path: Path
) -> None:
    other = simulator.host_key_line(simulator.host_key(None))
    connection = replace(server, password="wrong", extra={"host_key": other})
    with pytest.raises(HostKeyError, match=r"SHA256:.*expected ssh-ed25519 SHA256:") as caught:
        _fetch(connection, tmp_path)
    assert caught.value.seen.split("SHA256:")[1] != caught.value.expected.split("SHA256:")[1]


@pytest.mark.parametrize("extra", [{}, {"host_key": "nonsense"}, {"host_key": "ssh-ed25519 %%"}])
def test_without_a_host_key_nothing_is_trusted(
    server: Connection, tmp_path: Path, extra: dict[str, str]
) -> None:
    with pytest.raises(ConfigError, match="host_key"):
        _fetch(replace(server, extra=extra), tmp_path)


def test_a_wrong_password_is_refused_at_once(server: Connection, tmp_path: Path) -> None:
    with pytest.raises(AuthenticationError, match="by password") as caught:
        _fetch(replace(server, password="hunter2"), tmp_path)
    assert "hunter2" not in str(caught.value)


def test_an_unreachable_host_is_tried_again_and_then_named(
    server: Connection, tmp_path: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    waits: list[float] = []
    with pytest.raises(UnreachableError, match=f"127.0.0.1:{port}"):
        fetch(_source("sftp"), replace(server, port=port), tmp_path, sleep=waits.append)
    assert len(waits) == 3


def test_a_missing_folder_is_named(server: Connection, tmp_path: Path) -> None:
    with pytest.raises(ProtocolError, match="elsewhere: no such folder"):
        _fetch(server, tmp_path, path="elsewhere")


def test_a_delivery_in_which_no_file_is_of_the_pattern_is_refused_without_a_files_name(
    server: Connection, root: Path, tmp_path: Path
) -> None:
    (root / "exports" / "Report of Firstname Lastname").write_text("stray")
    expected = r"exports: 3 files, none named '\*.csv' \(.txt, .zip, no ending\)"
    with pytest.raises(ProtocolError, match=expected):
        _fetch(server, tmp_path, pattern="*.csv")


def test_files_of_other_deliveries_in_the_same_folder_are_not_held_against_one(
    root: Path, tmp_path: Path
) -> None:
    (root / "exports" / "notes.txt").unlink()
    source = _source("folder", pattern="map_*.csv")
    assert fetch(source, _folder(root), tmp_path / "work", beside=["*.zip", "map_*.csv"]) == []


def test_an_empty_folder_delivers_nothing(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    assert fetch(_source("folder"), _folder(tmp_path), tmp_path / "work") == []


def test_a_persistent_host_key_stays(root: Path, tmp_path: Path) -> None:
    lines = set()
    for _ in range(2):
        with simulator.serve(root, "u", "p", host_key_file=tmp_path / "k" / "host") as (_, line):
            lines.add(line)
    assert len(lines) == 1
    assert (tmp_path / "k" / "host").stat().st_mode & 0o077 == 0


def _folder(root: Path) -> Connection:
    return Connection("vendor", extra={"path": str(root)})


def test_a_folder_delivers_too(root: Path, tmp_path: Path) -> None:
    (file,) = fetch(_source("folder"), _folder(root), tmp_path / "work")
    assert file.path.read_bytes() == CONTENT
    assert (root / "exports" / "District.zip").exists()


def test_a_broken_transfer_leaves_nothing_and_is_tried_again(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = Folder.copy, []

    def cut_once(self: Folder, file: Any, target: IO[bytes]) -> None:
        calls.append(file.name)
        if len(calls) == 1:
            target.write(CONTENT[:1000])
        else:
            real(self, file, target)

    monkeypatch.setattr(Folder, "copy", cut_once)
    (file,) = fetch(_source("folder"), _folder(root), tmp_path / "work", sleep=_no_sleep)
    assert file.path.read_bytes() == CONTENT
    assert len(calls) == 2
    calls.clear()
    with pytest.raises(UnreachableError, match="1,000 of 500,000 bytes"):
        fetch(_source("folder"), _folder(root), tmp_path / "w2", sleep=_no_sleep, max_attempts=1)
    assert list((tmp_path / "w2").iterdir()) == []


def test_a_file_larger_than_the_limit_is_refused_alone(root: Path, tmp_path: Path) -> None:
    (root / "exports" / "big.zip").write_bytes(bytes((1 << 20) + 1))
    source = _source("folder").model_copy(update={"max_file_mb": 1})
    files = fetch(source, _folder(root), tmp_path / "work")
    assert {file.name: file.refused and file.refused.seen for file in files} == {
        "District.zip": None, "big.zip": "1,048,577 bytes",
    }  # fmt: skip


def test_a_folder_of_more_entries_than_a_listing_may_have_is_refused(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "MAX_ENTRIES", 1)
    with pytest.raises(ProtocolError, match=r"exports: more than .* entries"):
        fetch(_source("folder"), _folder(root), tmp_path / "work")


@pytest.mark.parametrize("path", ["..", "exports/../..", "link"])
def test_a_folder_cannot_lead_out_of_its_root(root: Path, tmp_path: Path, path: str) -> None:
    (root / "link").symlink_to(tmp_path)
    with pytest.raises(ConfigError, match=r"the delivery path .* leads out"):
        fetch(_source("folder", path=path), _folder(root), tmp_path / "work")


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("../../secret.zip", "that leads out"),
        ("nothing.zip", "to nothing"),
        ("odd.zip", "to nothing"),
    ],
)
def test_a_link_that_cannot_be_followed_is_refused_alone(
    root: Path, tmp_path: Path, target: str, said: str
) -> None:
    (tmp_path / "secret.zip").write_bytes(b"x")
    (root / "exports" / "odd.zip").symlink_to(target)
    files = fetch(_source("folder"), _folder(root), tmp_path / "work")
    assert {file.name: bool(file.refused) for file in files} == {
        "District.zip": False, "odd.zip": True,
    }  # fmt: skip
    assert f"odd.zip: a link {said}" in str(files[0].refused)
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["District.zip"]


def test_a_link_to_nothing_on_the_server_is_refused_alone(
    server: Connection, root: Path, tmp_path: Path
) -> None:
    (root / "exports" / "odd.zip").symlink_to("nothing.zip")
    files = _fetch(server, tmp_path / "work")
    assert {file.name for file in files if file.refused} == {"odd.zip"}
    assert {file.name for file in files if not file.refused} == {"District.zip"}


@pytest.mark.parametrize("kind", ["sftp", "folder"])
def test_a_name_that_is_no_plain_text_is_fetched_and_shown_as_one_line(
    server: Connection, root: Path, tmp_path: Path, kind: str
) -> None:
    shown = {b"caf\xe9.zip": r"caf\xe9.zip", b"a\n2026 ERROR.zip": r"a\x0a2026 ERROR.zip"}
    for name in shown:
        Path(os.fsdecode(bytes(root / "exports") + b"/" + name)).write_bytes(name)
    connection = server if kind == "sftp" else _folder(root)
    files = fetch(_source(kind), connection, tmp_path / "work", sleep=_no_sleep)
    found = {file.name: file.path.read_bytes() for file in files}
    assert found == {"District.zip": CONTENT, **{shown[name]: name for name in shown}}


@pytest.mark.parametrize("extra", [{}, {"path": ""}])
def test_a_folder_connection_without_a_path_is_refused(
    tmp_path: Path, extra: dict[str, str]
) -> None:
    with pytest.raises(ConfigError, match="no `path`"):
        fetch(_source("folder"), Connection("vendor", extra=extra), tmp_path)
