"""A file that steers a running simulator: one JSON object per line, each line applied once.

{"fault": {"kind": "throttle", "match": "students", "retry_after": "1"}}
{"upsert": {"resource": "students", "record": {"studentUniqueId": "1"}}}
{"delete": {"resource": "students", "record_id": "270a2e…"}}
{"change_key": {"resource": "students", "record_id": "270a2e…", "new": {"studentUniqueId": "2"}}}
{"hide": {"resources": ["*"]}}
"""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from demo.simulators.edfi.config import Behaviour
from demo.simulators.edfi.store import Store
from demo.simulators.faults import Faults, from_json


class Control:
    """Reads new whole lines of the file before each request."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read = 0
        self._lock = threading.Lock()

    def read_new(self, store: Store, faults: Faults, behaviour: Behaviour) -> None:
        with self._lock:
            try:
                with self.path.open("rb") as file:
                    file.seek(self._read)
                    text = file.read()
            except FileNotFoundError:
                return
            whole = text[: text.rfind(b"\n") + 1]
            self._read += len(whole)
        for line in whole.splitlines():
            if line.strip():
                _apply(json.loads(line), store, faults, behaviour)


def _apply(
    command: dict[str, dict[str, Any]], store: Store, faults: Faults, behaviour: Behaviour
) -> None:
    for name, arguments in command.items():
        if name == "fault":
            faults.add(from_json(arguments))
        elif name in {"upsert", "delete", "change_key"}:
            getattr(store, name)(**arguments)
        elif name == "hide":
            behaviour.hidden = set(arguments["resources"])
        else:
            known = "fault, upsert, delete, change_key or hide"
            raise ValueError(f"control file: {name!r} is not {known}")
