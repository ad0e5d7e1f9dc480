"""A file that steers a running simulator: one JSON object per line, each line applied once."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any


class ControlFile:
    """Gives out each line of a file once, when it is whole. Thread-safe."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read = 0
        self._lock = threading.Lock()

    def new_commands(self) -> list[tuple[str, dict[str, Any]]]:
        """Name and arguments of what came since the last call; a missing file holds nothing."""
        with self._lock:
            try:
                with self.path.open("rb") as file:
                    file.seek(self._read)
                    text = file.read()
            except FileNotFoundError:
                return []
            whole = text[: text.rfind(b"\n") + 1]
            self._read += len(whole)
        lines = [json.loads(line) for line in whole.splitlines() if line.strip()]
        return [command for line in lines for command in line.items()]
