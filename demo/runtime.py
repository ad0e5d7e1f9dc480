"""Where the demo keeps what it makes: one folder beside the code, removable at any time."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Runtime:
    """The folders and files of one running demo."""

    folder: Path

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
        return self.folder / "work"

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
    def login(self) -> Path:
        return self.folder / "login.txt"

    def create(self) -> None:
        """Make the folders; nobody but the owner can look inside."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in (self.logs, self.airflow, self.work, self.processes, self.sources):
            path.mkdir(exist_ok=True)

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
    """The demo of this checkout; FIRSTBELL_RUNTIME_DIR names another place."""
    return Runtime(Path(os.environ.get("FIRSTBELL_RUNTIME_DIR", ROOT / ".runtime")).resolve())
