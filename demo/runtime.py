"""Where the demo keeps what it makes: one folder beside the code, removable at any time."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from include.errors import ConfigError

ROOT = Path(__file__).resolve().parent.parent
DEFAULT = ROOT / ".runtime"
MARKER = ".made-by-firstbell"


@dataclass(frozen=True, slots=True)
class Runtime:
    """The folders and files of one running demo."""

    folder: Path
    # FIRSTBELL_WORK_DIR; None: a folder among the others
    work_dir: Path | None = None

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def airflow(self) -> Path:
        return self.folder / "airflow"

    @property
    def work(self) -> Path:
        return self.work_dir or self.folder / "work"

    @property
    def dictionary(self) -> Path:
        return self.work / "dictionary"

    @property
    def processes(self) -> Path:
        return self.folder / "processes"

    @property
    def sources(self) -> Path:
        return self.folder / "sources"

    @property
    def districts(self) -> Path:
        return self.folder / "districts"

    @property
    def login(self) -> Path:
        return self.folder / "login.txt"

    @property
    def marker(self) -> Path:
        return self.folder / MARKER

    def create(self) -> None:
        """Make the folders; nobody but the owner can look inside.

        A folder that holds other things is refused: it would be closed to others now, and
        deleted by `make clean` later.
        """
        if not self.marker.exists() and self.folder != DEFAULT and self._holds_something():
            raise ConfigError(
                "FIRSTBELL_RUNTIME_DIR",
                seen=f"{self.folder} holds other things",
                expected="a new folder, an empty one, or one of the demo's own",
                next_step="Name another folder.",
            )
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self.marker.touch(mode=0o600)
        for path in (self.logs, self.airflow, self.processes, self.sources):
            path.mkdir(exist_ok=True)
        is_new = not self.work.exists()
        self.work.mkdir(mode=0o700, parents=True, exist_ok=True)
        # a folder that somebody named may serve others too: only our own is closed afterwards
        if is_new or self.work.is_relative_to(self.folder):
            self.work.chmod(0o700)

    def delete(self) -> None:
        """Delete the folder; refused unless it carries our marker."""
        if not self.marker.exists():
            raise ConfigError(
                "make clean",
                seen=f"{self.folder} has no file {MARKER}",
                expected="a folder that the demo made",
                next_step="Delete it by hand if that is what you want.",
            )
        shutil.rmtree(self.folder)

    @contextmanager
    def lock(self, command: str) -> Iterator[None]:
        """Keep other commands of this demo out; the second is told who was first."""
        path = self.folder / "lock"
        # append mode: opening must not wipe what the holder wrote
        with path.open("a+", encoding="utf-8") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ConfigError(
                    f"make {command}",
                    seen=f"{path.read_text(encoding='utf-8').strip() or 'another'} is running",
                    expected="one command of the demo at a time",
                    next_step="Wait until it ends, or stop it with Ctrl-C.",
                ) from None
            handle.truncate(0)
            handle.write(f"make {command} (process {os.getpid()})")
            handle.flush()
            yield

    def _holds_something(self) -> bool:
        return self.folder.is_dir() and any(self.folder.iterdir())

    def secret(self, name: str, length: int = 24) -> str:
        """A secret made once and kept in a file that only its owner can read."""
        kept = self.read("secrets")
        if name not in kept:
            kept[name] = secrets.token_urlsafe(length)
            self.write("secrets", kept)
        return str(kept[name])

    def fernet_key(self) -> str:
        """Airflow's key for values at rest: 32 bytes, base64."""
        raw = hashlib.sha256(self.secret("fernet", 48).encode()).digest()
        return base64.urlsafe_b64encode(raw).decode()

    def read(self, name: str) -> dict[str, Any]:
        """What was kept under this name; empty when nothing was."""
        path = self.folder / f"{name}.json"
        if not path.exists():
            return {}
        return dict(json.loads(path.read_text(encoding="utf-8")))

    def write(self, name: str, values: dict[str, Any]) -> None:
        """Keep values in a private file, replaced in one step."""
        write_private(self.folder / f"{name}.json", json.dumps(values, indent=2))


def write_private(path: Path, text: str) -> None:
    """Write a file with mode 0600; a reader sees the old or the new text, never a part."""
    part = path.with_suffix(".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    part.replace(path)


def current() -> Runtime:
    """The demo of this checkout; FIRSTBELL_RUNTIME_DIR and FIRSTBELL_WORK_DIR name other places."""
    work = os.environ.get("FIRSTBELL_WORK_DIR")
    return Runtime(
        Path(os.environ.get("FIRSTBELL_RUNTIME_DIR") or DEFAULT).resolve(),
        Path(work).resolve() if work else None,
    )
