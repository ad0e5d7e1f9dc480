"""An SFTP server on loopback that serves one folder: the vendors' delivery, simulated.

with serve(root, "district", "secret") as (port, host_key_line):
    …
python -m demo.simulators.sftp --root exports --port 2222 --user district --password secret
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import asyncssh


class _Account(NamedTuple):
    user: str
    password: str


class _Login(asyncssh.SSHServer):  # type: ignore[misc]
    """Lets one account in, by password or by key."""

    def __init__(self, account: _Account) -> None:
        self._account = account

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == self._account


def host_key(path: Path | None) -> asyncssh.SSHKey:
    """The server's key: from the file, made there if it is new; without a file, a key for once."""
    if path is not None and path.exists():
        return asyncssh.read_private_key(path)
    key = asyncssh.generate_private_key("ssh-ed25519")
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(key.export_private_key())
    return key


def host_key_line(key: asyncssh.SSHKey) -> str:
    """The public half as a connection wants it: `ssh-ed25519 AAAA…`."""
    line: str = key.export_public_key().decode()
    return " ".join(line.split()[:2])


async def _listen(
    root: Path, login: _Account, *, port: int, key: asyncssh.SSHKey, client_key: str | None
) -> asyncssh.SSHAcceptor:
    def files(channel: asyncssh.SSHServerChannel) -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(channel, chroot=str(root).encode())

    options = {}
    if client_key:
        options["authorized_client_keys"] = asyncssh.import_authorized_keys(client_key)
    return await asyncssh.listen(
        "127.0.0.1",
        port,
        server_factory=lambda: _Login(login),
        server_host_keys=[key],
        sftp_factory=files,
        **options,
    )


@contextlib.contextmanager
def serve(
    root: Path,
    user: str,
    password: str,
    *,
    port: int = 0,
    host_key_file: Path | None = None,
    client_key: str | None = None,
) -> Iterator[tuple[int, str]]:
    """Serve `root` in the background; gives the port and the host key line. Port 0: any free."""
    key = host_key(host_key_file)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="sftp-simulator", daemon=True)
    thread.start()
    try:
        listening = _listen(
            root, _Account(user, password), port=port, key=key, client_key=client_key
        )
        server = asyncio.run_coroutine_threadsafe(listening, loop).result(timeout=30)
        try:
            yield server.get_port(), host_key_line(key)
        finally:
            asyncio.run_coroutine_threadsafe(_close(server), loop).result(timeout=30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=30)
        loop.close()


async def _close(server: asyncssh.SSHAcceptor) -> None:
    server.close()
    await server.wait_closed()


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m demo.simulators.sftp")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--port", type=int, default=2222)
    parser.add_argument("--user", default="district")
    parser.add_argument("--password", default=os.environ.get("SFTP_SIMULATOR_PASSWORD"))
    parser.add_argument("--host-key-file", type=Path, default=None)
    arguments = parser.parse_args()
    if not arguments.password:
        parser.error("give --password or set SFTP_SIMULATOR_PASSWORD")
    if not arguments.root.is_dir():
        parser.error(f"--root {arguments.root} is not a folder")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with serve(
        arguments.root.resolve(),
        arguments.user,
        arguments.password,
        port=arguments.port,
        host_key_file=arguments.host_key_file,
    ) as (port, line):
        print(f"sftp://127.0.0.1:{port} {line}", flush=True)  # noqa: T201 - what the caller reads
        stop.wait()


if __name__ == "__main__":
    main()
