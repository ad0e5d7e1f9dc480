"""`python -m demo.simulators.edfi --data DIR --port N`: serve a folder until interrupted."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from demo.simulators.edfi.config import Behaviour
from demo.simulators.edfi.data import load_folder
from demo.simulators.edfi.server import KEY, SECRET, serve
from demo.simulators.edfi.store import Store
from demo.simulators.faults import Faults, from_json


def main() -> int:
    """Serve; prints one line with the URL and the row count when ready."""
    parser = argparse.ArgumentParser(prog="demo.simulators.edfi", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of <resource>.jsonl[.gz]")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--behaviour", choices=["7.3", "5.4"], default="7.3")
    parser.add_argument("--context", default="", help="7.3: tenant/context prefix of every URL")
    parser.add_argument("--year", type=int, help="5.4: year-specific URLs")
    parser.add_argument("--no-change-queries", action="store_true")
    parser.add_argument("--no-links", action="store_true")
    parser.add_argument("--untracked-share", type=float, default=0.5, help="share at version 0")
    parser.add_argument("--key", default=KEY, help="the login: %(default)s")
    parser.add_argument("--secret", default=SECRET, help="the password: %(default)s")
    parser.add_argument("--control", type=Path, help="file of JSON lines that steer it")
    parser.add_argument("--fault", action="append", default=[], help='e.g. {"kind": "throttle"}')
    options = parser.parse_args()
    if not options.data.is_dir():
        parser.error(f"--data: {options.data} is not a folder")

    behaviour = Behaviour(
        version=options.behaviour,
        change_queries=not options.no_change_queries,
        links=not options.no_links,
        year=options.year,
        context=options.context.strip("/"),
    )
    store = Store("aggregate" if options.behaviour == "7.3" else "id")
    counts = load_folder(store, options.data, untracked_share=options.untracked_share)
    faults = Faults(*(from_json(json.loads(text)) for text in options.fault))
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with serve(
        store,
        behaviour,
        faults=faults,
        port=options.port,
        control=options.control,
        clients={options.key: options.secret},
    ) as running:
        rows = sum(counts.values())
        sys.stdout.write(f"Ed-Fi {options.behaviour} at {running.url}: {rows:,} rows\n")
        sys.stdout.flush()
        ended.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
