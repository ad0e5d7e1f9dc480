"""One bearer token per source: fetched once, renewed before it expires, dropped on a 401.

An API may allow a key few live tokens (fifteen, say), so a token per thread, or one for each task
of a night, would shut others out. Threads share it in memory; tasks, which are processes, share it
through a file that only we can read. The file holds a token and its time, never the key or its
secret.
"""

from __future__ import annotations

import fcntl
import hmac
import json
import logging
import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

log = logging.getLogger(__name__)

REFRESH_BEFORE_S = 120.0


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token and when to renew it, on the keeper's clock. Its repr shows no secret."""

    value: str = field(repr=False)
    renew_at: float


class TokenFile:
    """The token of one key at one address, in a folder of ours (0700, 0600).

    Another key, secret or address is another file, so a secret that was changed is tried and not
    hidden by a token that still lives.
    """

    def __init__(self, folder: Path, *, address: str, key: str, secret: str) -> None:
        self.folder = folder
        name = hmac.new(secret.encode(), f"{address}\n{key}".encode(), "sha256").hexdigest()[:32]
        self._path, self._lock = folder / f"{name}.json", folder / f"{name}.lock"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let no other process or thread read and renew meanwhile; raises OSError.

        The lock ends with the process that holds it.
        """
        self._make_private()
        number = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(number, fcntl.LOCK_EX)
            yield
        finally:
            os.close(number)

    def read(self) -> Token | None:
        """The token that was kept last; None: none that can be read."""
        try:
            number = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            return None
        with os.fdopen(number, "rb") as file:
            text = file.read()
        try:
            values = json.loads(text)
            return Token(str(values["value"]), float(values["renew_at"]))
        except (ValueError, KeyError, TypeError):
            return None

    def write(self, token: Token) -> None:
        part = self._path.with_suffix(".part")
        part.unlink(missing_ok=True)
        number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "w", encoding="utf-8") as file:
            json.dump({"value": token.value, "renew_at": token.renew_at}, file)
        part.replace(self._path)

    def _make_private(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = self.folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise PermissionError("not a folder of ours")
        if stat.S_IMODE(found.st_mode) & 0o077:
            self.folder.chmod(0o700)


class TokenKeeper:
    """Hands out the current token; only one thread, of one process, at a time fetches a new one.

    `clock` is the time of day where a file is shared: each process would count another one from
    its own start.
    """

    def __init__(
        self,
        fetch: Callable[[], tuple[str, float]],
        clock: Callable[[], float],
        shared: Callable[[], TokenFile] | None = None,
        *,
        system: str,
    ) -> None:
        self._fetch, self._clock, self._shared, self._system = fetch, clock, shared, system
        self._token: Token | None = None
        self._refused: set[str] = set()
        self._lock = threading.Lock()

    def current(self) -> str:
        """A token that lives for a while yet."""
        with self._lock:
            if self._token is None or not self._lives(self._token):
                self._token = self._renew() if self._shared is None else self._take(self._shared())
            return self._token.value

    def reject(self, value: str) -> None:
        """The API refused this token; a newer one that another thread fetched stays."""
        with self._lock:
            self._refused.add(value)
            if self._token is not None and self._token.value == value:
                self._token = None

    def _lives(self, token: Token) -> bool:
        return self._clock() < token.renew_at and token.value not in self._refused

    def _take(self, file: TokenFile) -> Token:
        """The shared token, renewed where nobody has done it yet."""
        fetched: Token | None = None
        try:
            with file.alone():
                kept = file.read()
                if kept is not None and self._lives(kept):
                    return kept
                fetched = self._renew()
                file.write(fetched)
        except OSError as error:
            log.warning(
                "%s token: not shared (%s in %s): each task asks for a token of its own, and a "
                "key may have few",
                self._system,
                error.strerror or error,
                file.folder,
            )
        return fetched or self._renew()

    def _renew(self) -> Token:
        asked_at = self._clock()
        value, lifetime_s = self._fetch()
        # a token shorter than four minutes would otherwise be renewed on every call
        early = min(REFRESH_BEFORE_S, lifetime_s / 2)
        return Token(value, asked_at + lifetime_s - early)
