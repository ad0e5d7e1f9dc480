"""`python -m demo.simulators.powerschool --data DIR --plugin DIR`: serve until interrupted."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from demo.simulators.faults import Faults, from_json
from demo.simulators.powerschool.config import Behaviour
from demo.simulators.powerschool.data import load_folder
from demo.simulators.powerschool.plugin import install
from demo.simulators.powerschool.server import CLIENT, SECRET, serve
from demo.simulators.powerschool.store import Store


def main() -> int:
    """Serve; prints one line with the URL and the row count when ready."""
    parser = argparse.ArgumentParser(prog="demo.simulators.powerschool", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of <table>.jsonl[.gz]")
    parser.add_argument("--plugin", type=Path, required=True, help="the plugin: folder or ZIP")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--max-page", type=int, default=100, help="largest page of every list")
    parser.add_argument("--discipline", choices=["log", "incident"], default="log")
    parser.add_argument("--no-core-tables", action="store_true", help="queries only")
    parser.add_argument("--nested", action="store_true", help="columns below their table's name")
    parser.add_argument("--min-interval", type=float, default=0.0, help="seconds; else 429")
    parser.add_argument("--district-number", default="990100")
    parser.add_argument("--client", default=CLIENT)
    parser.add_argument("--secret", default=SECRET)
    parser.add_argument("--control", type=Path, help="file of JSON lines that steer it")
    parser.add_argument("--fault", action="append", default=[], help='e.g. {"kind": "throttle"}')
    options = parser.parse_args()
    if not options.data.is_dir():
        parser.error(f"--data: {options.data} is not a folder")
    behaviour = Behaviour(
        max_page=options.max_page,
        discipline=options.discipline,
        core_tables=not options.no_core_tables,
        nested=options.nested,
        min_interval_s=options.min_interval,
        district_number=options.district_number,
    )
    store = Store()
    rows = sum(load_folder(store, options.data).values())
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with serve(
        store,
        install(options.plugin),
        behaviour,
        faults=Faults(*(from_json(json.loads(text)) for text in options.fault)),
        port=options.port,
        control=options.control,
        clients={options.client: options.secret},
    ) as running:
        sys.stdout.write(f"PowerSchool {behaviour.version} at {running.url}: {rows:,} rows\n")
        sys.stdout.flush()
        ended.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
