"""A file that steers a running simulator: one JSON object per line, each line applied once.

{"fault": {"kind": "throttle", "match": "students", "retry_after": "1"}}
{"upsert": {"table": "students", "row": {"dcid": 1, "gender": "F"}}}
{"upsert": {"table": "cc", "row": {"dcid": 7, "dateleft": "2026-12-01"}, "silent": true}}
{"delete": {"table": "attendance", "key": 12}}
{"revoke": {"fields": ["log", "users.email_addr"]}}
"""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from demo.simulators.faults import Faults, from_json
from demo.simulators.powerschool.config import Behaviour
from demo.simulators.powerschool.store import Store


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
        elif name in {"upsert", "delete"}:
            getattr(store, name)(**arguments)
            store.keep_discipline_in(behaviour.discipline)
        elif name == "revoke":
            behaviour.revoked = set(arguments["fields"])
        else:
            raise ValueError(f"control file: {name!r} is not fault, upsert, delete or revoke")
