"""A file that steers a running simulator: one JSON object per line, each line applied once.

{"fault": {"kind": "throttle", "match": "students", "retry_after": "1"}}
{"upsert": {"resource": "students", "record": {"studentUniqueId": "1"}}}
{"delete": {"resource": "students", "record_id": "270a2e…"}}
{"change_key": {"resource": "students", "record_id": "270a2e…", "new": {"studentUniqueId": "2"}}}
{"hide": {"resources": ["*"]}}
"""

from __future__ import annotations

from demo.simulators.control import ControlFile
from demo.simulators.edfi.config import Behaviour
from demo.simulators.edfi.store import Store
from demo.simulators.faults import Faults, from_json


class Control(ControlFile):
    """What the lines of the file do to this simulator."""

    def read_new(self, store: Store, faults: Faults, behaviour: Behaviour) -> None:
        """Apply the lines that came since the last request."""
        for name, arguments in self.new_commands():
            if name == "fault":
                faults.add(from_json(arguments))
            elif name in {"upsert", "delete", "change_key"}:
                getattr(store, name)(**arguments)
            elif name == "hide":
                behaviour.hidden = set(arguments["resources"])
            else:
                known = "fault, upsert, delete, change_key or hide"
                raise ValueError(f"control file: {name!r} is not {known}")
