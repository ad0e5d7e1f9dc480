"""A district's whole night without Airflow, and in it `dbt build`: seconds and peak memory.

The simulated sources run in the benchmark's process; each measurement has a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from bench.landing_report import Limit
from bench.peak import peak_mb
from demo import grand_bend, sources, warehouse
from demo.runtime import Runtime
from demo.simulators import edfi, sftp
from include import dbt_command, ingest, transform
from include import night as nights
from include.config import get_district
from include.run import Run
from include.settings import Settings

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
    edfi.load_folder(store, given.edfi, untracked_share=0.5)
    with (
        edfi.serve(store, edfi.Behaviour()) as api,
        sftp.serve(given.sftp, given.code, _PASSWORD) as (port, host_key),
    ):
        variables = {
            **os.environ,
            **sources.connections(api.url, given, port, _PASSWORD, host_key),
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
