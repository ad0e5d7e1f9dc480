"""Start every process of the demo that does not run: the warehouse, the sources, Airflow."""

from __future__ import annotations

import errno
import shutil
import sys
from pathlib import Path

from rich.console import Console

from demo import airflow, districts, keeper, receivers, sources, warehouse
from demo.processes import Processes
from demo.runtime import Runtime, write_private
from include.config import get_district, load_districts
from include.local import postgres
from include.orchestration import ids, pools

# What is asked for first; another is taken when the port is in use.
PORTS = {
    "airflow": 8080,
    "dictionary": 8081,
    "worker_logs": 8793,
    "trigger_logs": 8794,
}
FREE_BYTES = 2_000_000_000


def processes(runtime: Runtime) -> Processes:
    """The demo's processes, by name."""
    return Processes(runtime.processes, runtime.logs)


def data(runtime: Runtime) -> Path:
    """Where the embedded server keeps the databases."""
    return postgres.place(runtime.postgres, home_of_root=postgres.HOME_OF_ROOT)


def api(runtime: Runtime) -> airflow.Api:
    """Airflow's API where the last start put it."""
    port = runtime.read("ports")["airflow"]
    return airflow.Api(f"http://127.0.0.1:{port}", runtime.secret("airflow_password", 12))


def start(out: Console, runtime: Runtime) -> airflow.Api:
    """Start what does not run, and wait until Airflow answers with every DAG and pool."""
    running = processes(runtime)
    is_new = not running.is_running("scheduler")
    if is_new:
        need_room(runtime)
    ports = _ports(runtime, running)
    server = warehouse.server_url(runtime)
    out.print("[green]✓[/] Postgres answers")
    metadata = warehouse.create_database(server, warehouse.METADATA)
    connections: dict[str, str] = {}
    known = load_districts().values()
    for district in known:
        warehouse.create_database(server, district.database)
        connections |= warehouse.connection_variable(district, server)
    served = [simulated.prepare(runtime) for simulated in districts.ALL.values()]
    for given in served:
        connections |= sources.start(running, runtime, get_district(given.code), given, ports)
    connections |= receivers.start(running, runtime, districts.ALL, ports)
    environment = airflow.environment(
        runtime, metadata_url=metadata, ports=ports, connections=connections
    )
    if is_new:
        airflow.migrate(environment, runtime.logs / "migrate.log")
    airflow.start(running, environment, runtime)
    running.start(
        "dictionary",
        [sys.executable, "-m", "demo.pages", "--folder", str(runtime.dictionary),
         "--port", str(ports["dictionary"])],
        environment,
    )  # fmt: skip
    running.start(keeper.NAME, [sys.executable, "-m", "demo.keeper"], environment)
    # all start at once: each needs seconds of its own
    for given in served:
        sources.wait(running, get_district(given.code), given, ports)
    receivers.wait(running, ports)
    out.print(f"[green]✓[/] source systems serve {' and '.join(given.what for given in served)}")
    answering = api(runtime)
    running.wait_until("api-server", answering.is_up, seconds=180)
    wanted = {name for district in known for name in ids.dags_of(district)}
    answering.wait_for(lambda: answering.has_dags(wanted), what=f"{len(wanted)} DAGs", seconds=120)
    for district in known:
        for name, slots, description in pools.of(district):
            answering.create_pool(name, slots, description)
    write_private(runtime.login, f"{airflow.USER}\n{answering.password}\n")
    out.print("[green]✓[/] Airflow is healthy")
    return answering


def need_room(runtime: Runtime) -> None:
    """Refuse to start where a night would not fit: in our folder, or where Postgres keeps its data.

    A real server's disk is not ours to see.
    """
    places = [runtime.folder, runtime.work]
    if warehouse.own_server() is None:
        places.append(_existing(data(runtime)))
    for place in places:
        if shutil.disk_usage(place).free < FREE_BYTES:
            raise OSError(errno.ENOSPC, "No space left on device", str(place))


def _existing(path: Path) -> Path:
    """The folder itself, or the nearest above it that is there already."""
    return next(found for found in (path, *path.parents) if found.exists())


def _ports(runtime: Runtime, processes: Processes) -> dict[str, int]:
    """The ports of the last start when it still runs, else free ones, the usual if possible."""
    kept = {name: int(port) for name, port in runtime.read("ports").items()}
    if kept and any(processes.is_running(name) for name in processes.names()):
        return kept
    chosen: dict[str, int] = {}
    for name, usual in _wanted_ports().items():
        port = postgres.free_port(usual)
        while port in chosen.values():
            port = postgres.free_port()
        chosen[name] = port
    runtime.write("ports", dict(chosen))
    return chosen


def _wanted_ports() -> dict[str, int]:
    return {
        **PORTS,
        **receivers.PORTS,
        **{
            name: port
            for code, simulated in districts.ALL.items()
            for name, port in sources.ports(code, simulated.kinds).items()
        },
    }
