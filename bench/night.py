"""A district's whole night without Airflow, and in it `dbt build`: seconds and peak memory.

The simulated sources run in the benchmark's process; each measurement has a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.landing_report import Limit, Measure
from bench.peak import peak_mb
from bench.scratch import check_out, fresh_database
from demo import grand_bend, maple_valley, sources, warehouse
from demo.runtime import Runtime
from demo.simulators import edfi, sftp
from include import dbt_command, ingest, transform
from include import night as nights
from include.config import get_district
from include.local.postgres import Server
from include.run import Run
from include.settings import Settings

# the last commit before the canonical layer
EARLIER = "09103c8"
_CODE = Path(__file__).parents[1]
_PASSWORD = "bench"
_BUILD_LIMIT_S = 45
# what the demo may take, whose night also waits for Airflow
_NIGHT_LIMIT_S = 240


def measure(server_url: str, folder: Path) -> list[Limit]:
    """A first night of the demo's district in an empty warehouse."""
    runtime = Runtime(folder)
    runtime.create()
    given = grand_bend.prepare(runtime)
    district = get_district(given.code)
    warehouse.create_database(server_url, district.database)
    store = edfi.Store("aggregate")
    edfi.load_folder(store, given.systems["edfi"].data, untracked_share=0.5)
    with (
        edfi.serve(store, edfi.Behaviour()) as api,
        sftp.serve(given.sftp, given.code, _PASSWORD) as (port, host_key),
    ):
        variables = {
            **os.environ,
            **sources.connections({"edfi": api.url}, given, port, _PASSWORD, host_key),
            **warehouse.connection_variable(district, server_url),
        }
        landing_s, build_s, build_cpu_s, peak = _child("night", folder / "night", variables)
        parse_s, parse_cpu_s = _child("parse", folder / "parse", variables)
    return [
        Limit(
            "dbt build of Grand Bend",
            build_s,
            _BUILD_LIMIT_S,
            f"dbt itself computes {build_cpu_s:.1f} s of it; `dbt parse` alone takes"
            f" {parse_s:.1f} s, computing {parse_cpu_s:.1f}",
        ),
        Limit(
            "night of Grand Bend without Airflow",
            landing_s + build_s,
            _NIGHT_LIMIT_S,
            f"{landing_s:.1f} s reading and landing {given.what}; peak {peak:.0f} MB",
        ),
    ]


def beside(server: Server, folder: Path, build: str) -> Iterator[Measure]:
    """The second night of the demo's district, by this build and by an earlier one.

    Processor seconds of dbt and of the warehouse for it: seconds by the clock depend on what else
    the machine does.
    """
    earlier = folder / "build"
    if not check_out(build, earlier, ["include", "demo", "dbt_project"], "second night"):
        return
    ours, theirs = _second(server, folder / "ours", _CODE), _second(server, folder, earlier)
    # half as many seconds
    yield Measure(
        "second night, dbt and its SQL", f"build {build} of the same run",
        [_total(ours)], [_total(theirs)], 2.0, int(ours["rows"]), 0,
    )  # fmt: skip


def _second(server: Server, folder: Path, code: Path) -> dict[str, Any]:
    fresh_database(server.url(), get_district(maple_valley.CODE).database)
    pid = (server.data / "postmaster.pid").read_text("utf-8").split()[0]
    # the script by its path: imported as a module, it would bring this build's `include` along
    script = str(_CODE / "bench" / "second_night.py")
    done = subprocess.run(
        [sys.executable, "-P", script, server.url(), pid, str(folder / "runtime")],
        env={**os.environ, "PYTHONPATH": str(code)},
        cwd=code,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _total(night: dict[str, Any]) -> float:
    return sum(sum(layer) for layer in night["layers"].values())


def _child(what: str, work: Path, variables: dict[str, str]) -> list[float]:
    """The figures that a process of this module prints on its last line."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.night", what],
        env={**variables, "FIRSTBELL_WORK_DIR": str(work)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"the process of the {what} failed; its message stands above")
    return [float(figure) for figure in done.stdout.splitlines()[-1].split()]


def _run(what: str) -> list[float]:
    night = Run(get_district(grand_bend.CODE), grand_bend.OPENING, "bench", settings=Settings())
    started, computed = time.perf_counter(), time.process_time()
    if what == "parse":
        dbt_command.invoke(night, ["parse", "--no-partial-parse"])
        return [time.perf_counter() - started, time.process_time() - computed]
    landed = ingest.totals(nights.run(night, transform=False))
    if not landed["written"]:
        raise SystemExit(f"seen {landed}, expected rows to be written")
    between, computed = time.perf_counter(), time.process_time()
    for layer in transform.LAYERS:
        transform.run_layer(night, layer)
    build_s, build_cpu_s = time.perf_counter() - between, time.process_time() - computed
    return [between - started, build_s, build_cpu_s, peak_mb()]


if __name__ == "__main__":
    print(*_run(sys.argv[1]))  # noqa: T201
