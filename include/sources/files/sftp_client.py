"""An SFTP client of paramiko that lists names as bytes and knows when time is over."""

from __future__ import annotations

from typing import Any

import paramiko
from paramiko.sftp import CMD_CLOSE, CMD_HANDLE, CMD_NAME, CMD_OPENDIR, CMD_READDIR

from include.sources.files.remote import Watch

_DOTS = frozenset({b".", b".."})


class Client(paramiko.SFTPClient):  # type: ignore[misc]
    """A client under the deadline of `watch`; after a TooSlowError it is of no more use."""

    def __init__(self, channel: paramiko.Channel, watch: Watch) -> None:
        self._watch = watch
        super().__init__(channel)

    def _read_all(self, n: int) -> bytes:
        """Read one piece of an answer. paramiko's own has no end while a byte comes in time."""
        pieces = bytearray()
        while len(pieces) < n:
            self._watch.check()
            piece = self.sock.recv(n - len(pieces))
            if not piece:
                raise EOFError
            pieces += piece
        return bytes(pieces)

    def list_bytes(self, path: str | bytes, most: int) -> list[tuple[bytes, Any]]:
        """Name and attributes of each entry, as `listdir_attr` reads them.

        Stops soon after `most` entries. paramiko 5.1 decodes names as UTF-8 and fails for the whole
        folder when one is none.
        """
        kind, answer = self._request(CMD_OPENDIR, self._adjust_cwd(path))
        if kind != CMD_HANDLE:
            raise paramiko.SFTPError("expected a handle")
        handle = answer.get_binary()
        entries: list[tuple[bytes, Any]] = []
        enough = most + len(_DOTS) + 1
        while len(entries) < enough:
            try:
                kind, answer = self._request(CMD_READDIR, handle)
            except EOFError:
                break
            if kind != CMD_NAME:
                raise paramiko.SFTPError("expected names")
            # an answer may state more names than it holds
            for _ in range(min(answer.get_int(), enough - len(entries))):
                name, _long = answer.get_string(), answer.get_string()
                entries.append((name, paramiko.SFTPAttributes._from_msg(answer)))
        self._request(CMD_CLOSE, handle)
        return [entry for entry in entries if entry[0] not in _DOTS]
