"""Land one file twice and print seconds and peak memory as JSON.

A script that imports nothing of the benchmark, so that it runs on another build's `include` too.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from include import landing
from include.records import RunContext
from include.sources.files import LocalFile, load_layouts, open_feeds

# an earlier build has it elsewhere, under another name
_CONFIG: Any = (
    importlib.import_module("include.sources.files.config").FilesConfig
    if importlib.util.find_spec("include.sources.files.config")
    else importlib.import_module("include.config").FileSource
)
_SOURCE = _CONFIG.model_validate(
    {
        "kind": "files",
        "layout": "star",
        "delivery": {"kind": "folder", "connection": "bench", "pattern": "*.csv"},
    }
)
_RUN = RunContext("bench", date(2026, 5, 1), "bench", "bench")
_SCHOOL_YEAR = 2026


def main(dsn: str, path: Path) -> None:
    """Land the file into an empty database, then again."""
    landing.prepare(dsn, [feed for layout in load_layouts().values() for feed in layout.feeds])
    file = LocalFile(path, path.name, "bench", datetime(2026, 4, 30, tzinfo=UTC))
    seconds, written, rejected = [], [], 0
    for _ in range(2):
        started = time.perf_counter()
        results = [
            landing.land(
                dsn,
                feed.stream,
                landing.LoadRequest(
                    feed.feed, feed.kind, feed.window, _RUN, file_hash=feed.file_hash
                ),
            )
            for feed in open_feeds(file, _SOURCE, _SCHOOL_YEAR, as_of_date=_RUN.as_of_date)
        ]
        seconds.append(time.perf_counter() - started)
        rejected += sum(result.rows_rejected for result in results)
        written.append(sum(result.rows_new + result.rows_changed for result in results))
    said = {
        "seconds": seconds,
        "written": written,
        "rejected": rejected,
        "processor_s": time.process_time(),
        "peak_mb": _peak_mb(),
    }
    sys.stdout.write(json.dumps(said) + "\n")


def _peak_mb() -> int:
    """Peak resident memory; getrusage would count what the parent held before the exec."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) // 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 * 1024)  # macOS: bytes


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
