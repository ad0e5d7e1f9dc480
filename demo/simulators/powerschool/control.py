"""A file that steers a running simulator: one JSON object per line, each line applied once.

{"fault": {"kind": "throttle", "match": "students", "retry_after": "1"}}
{"upsert": {"table": "students", "row": {"dcid": 1, "gender": "F"}}}
{"upsert": {"table": "cc", "row": {"dcid": 7, "dateleft": "2026-12-01"}, "silent": true}}
{"delete": {"table": "attendance", "key": 12}}
{"revoke": {"fields": ["log", "users.email_addr"]}}
"""

from __future__ import annotations

from demo.simulators.control import ControlFile
from demo.simulators.faults import Faults, from_json
from demo.simulators.powerschool.config import Behaviour
from demo.simulators.powerschool.store import Store


class Control(ControlFile):
    """What the lines of the file do to this simulator."""

    def read_new(self, store: Store, faults: Faults, behaviour: Behaviour) -> None:
        """Apply the lines that came since the last request."""
        for name, arguments in self.new_commands():
            if name == "fault":
                faults.add(from_json(arguments))
            elif name in {"upsert", "delete"}:
                getattr(store, name)(**arguments)
                store.keep_discipline_in(behaviour.discipline)
            elif name == "revoke":
                behaviour.revoked = set(arguments["fields"])
            else:
                raise ValueError(f"control file: {name!r} is not fault, upsert, delete or revoke")
