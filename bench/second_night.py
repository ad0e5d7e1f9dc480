"""What dbt spends on the second night of the demo's district, on the code that is found first.

    PYTHONPATH=<a checkout> python -P bench/second_night.py <server's URL> <its process> <folder>

Prints, as one line of JSON, how many rows the night landed, and of each layer the processor seconds
of dbt's own process and of the warehouse meanwhile. Each layer has a process of its own, forked
with dbt imported, as a task of Airflow has.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
from dbt.cli.main import dbtRunner  # noqa: F401 - imported before a layer's process begins

from demo import maple_valley, sources, warehouse
from demo.runtime import Runtime
from demo.simulators import edfi, sftp
from include import night as nights
from include import transform
from include.config import get_district

_PASSWORD = "bench"


def _named(module: str, name: str, earlier: tuple[str, str]) -> Any:
    """Something of the product; an earlier build has it elsewhere, under another name."""
    if not importlib.util.find_spec(module):
        module, name = earlier
    return getattr(importlib.import_module(module), name)


_RUN = _named("include.run", "Run", ("include.night", "Night"))
_SETTINGS = _named("include.settings", "Settings", ("include.config", "Settings"))


def main(server_url: str, server: psutil.Process, folder: Path) -> dict[str, Any]:
    """Two nights; what the second one landed, and what its layers took."""
    runtime = Runtime(folder)
    runtime.create()
    given: Any = maple_valley.prepare(runtime)
    # an earlier build knows no student system but Ed-Fi
    is_earlier = not hasattr(given, "systems")
    system = given if is_earlier else given.systems["edfi"]
    district = get_district(given.code)
    warehouse.create_database(server_url, district.database)
    os.environ.update(warehouse.connection_variable(district, server_url))
    store = edfi.Store("aggregate")
    edfi.load_folder(store, system.edfi if is_earlier else system.data, untracked_share=0.5)
    settings = _SETTINGS(work_dir=folder / "work")
    with (
        edfi.serve(store, edfi.Behaviour(), control=system.control) as api,
        sftp.serve(given.sftp, given.code, _PASSWORD) as (port, host_key),
    ):
        address: Any = api.url if is_earlier else {"edfi": api.url}
        os.environ.update(sources.connections(address, given, port, _PASSWORD, host_key))
        nights.run(_RUN(district, maple_valley.OPENING, "first", settings=settings))
        day = maple_valley.next_day(runtime)
        if day is None:
            raise SystemExit("no day follows the first")
        maple_valley.play_to(runtime, day)
        second = _RUN(district, day, "second", settings=settings)
        landed = nights.run(second, transform=False)
    # as the DAG begins it
    transform.begin(second, scope=transform.scope_of(second) or "day")
    return {
        "rows": sum(load.rows_new + load.rows_changed + load.rows_deleted for load in landed),
        "layers": {layer: _layer(second, layer, server) for layer in transform.LAYERS},
    }


def _layer(night: Any, layer: str, server: psutil.Process) -> list[float]:
    before = _of(server)
    pid = os.fork()
    if pid == 0:
        try:
            transform.run_layer(night, layer)
        except BaseException as error:  # noqa: BLE001 - whatever it was, this process ends here
            sys.stderr.write(f"{layer}: {error}\n")
            os._exit(1)
        os._exit(0)
    _, status, used = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"layer {layer} failed; its message stands above")
    own = used.ru_utime + used.ru_stime
    return [own, _of(server) - before]


def _of(server: psutil.Process) -> float:
    """Processor seconds of the sessions of a server that have ended."""
    used = server.cpu_times()
    return float(used.children_user + used.children_system)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    took = main(sys.argv[1], psutil.Process(int(sys.argv[2])), Path(sys.argv[3]))
    print(json.dumps(took))  # noqa: T201
