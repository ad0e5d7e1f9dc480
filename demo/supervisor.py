"""Bring the whole house up, keep it up, and take it down: what `make demo` and its kin do."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import time
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
from rich.console import Console

from demo import airflow, sources, summary, warehouse
from demo.processes import Processes
from demo.progress import Watch
from demo.runtime import ROOT, Runtime, current, write_private
from include.config import Settings, get_district, load_districts
from include.errors import ConfigError
from include.local import postgres
from include.orchestration import pools

DISTRICT = sources.DISTRICT
# What is asked for first; another is taken when the port is in use.
PORTS = {
    "airflow": 8080,
    "dictionary": 8081,
    "edfi": 8082,
    "sftp": 2222,
    "worker_logs": 8793,
    "trigger_logs": 8794,
}
FREE_BYTES = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Address:
    """A connection string and its password, apart."""

    without_password: str
    password: str


def up(out: Console) -> None:
    """Start what does not run, run a night for the demo's district, show the result."""
    runtime = _open()
    with runtime.lock("demo"):
        began = time.monotonic()
        with out.status("starting") if out.is_terminal else nullcontext():
            api = _start(out, runtime)
        out.print(f"[green]✓[/] up after {time.monotonic() - began:.0f} s")
        try:
            _run_night(out, runtime, api, DISTRICT, sources.AS_OF)
        finally:
            _where_to_look(out, runtime)


def night(out: Console, district: str, as_of: date | None) -> None:
    """Run a night through the running Airflow."""
    get_district(district)
    runtime = _open()
    if not _processes(runtime).is_running("scheduler"):
        raise ConfigError(
            "make night",
            seen="Airflow does not run",
            expected="the demo to be up",
            next_step="Run `make demo` first.",
        )
    day = as_of or (sources.AS_OF if district == DISTRICT else None)
    _run_night(out, runtime, _api(runtime), district, day)


def url(district: str) -> str:
    """The connection string of a district's warehouse, password included."""
    database = get_district(district).database
    return warehouse.database_url(warehouse.server_url(_open()), database)


def psql(district: str) -> tuple[Path, Address]:
    """The psql program and where it should go."""
    full = urlsplit(url(district))
    password = unquote(full.password or "")
    at = full.netloc.rpartition("@")[2]
    user = f"{full.username}@" if full.username else ""
    return warehouse.psql(), Address(full._replace(netloc=f"{user}{at}").geturl(), password)


def docs(out: Console, district: str) -> None:
    """Write the data dictionary of a district's warehouse, without Airflow."""
    from include.night import Night
    from include.transform import write_dictionary

    runtime, found = _open(), get_district(district)
    os.environ.update(warehouse.connection_variable(found, warehouse.server_url(runtime)))
    settings = Settings(work_dir=runtime.work)
    night = Night(district=found, as_of_date=sources.AS_OF, run_id="docs", settings=settings)
    out.print(f"[green]✓[/] {write_dictionary(night)}")


def status(out: Console) -> None:
    """Say what runs."""
    runtime = _open()
    processes = _processes(runtime)
    if not processes.names():
        out.print("Nothing runs. `make demo` starts it.")
        return
    for name in processes.names():
        mark = "[green]✓ runs[/]" if processes.is_running(name) else "[red]✗ has ended[/]"
        out.print(f"{mark:<20} {name:<16} {runtime.logs / f'{name}.log'}")
    _where_to_look(out, runtime)


def down(out: Console) -> None:
    """Stop every process of the demo, the database last."""
    runtime = _open()
    with runtime.lock("down"):
        _stop(out, runtime)
    out.print(f"Down. The data stays in {runtime.folder}; `make demo` goes on from here.")


def _stop(out: Console, runtime: Runtime) -> None:
    """In the reverse order of start: what uses another goes first."""
    processes = _processes(runtime)
    for name in reversed(processes.names()):
        processes.stop(name)
        out.print(f"stopped {name}")
    if runtime.postgres.exists():
        postgres.stop(runtime.postgres)
        out.print("stopped postgres")


def clean(out: Console) -> None:
    """Stop everything and delete what the demo made."""
    runtime = _open()
    with runtime.lock("clean"):
        _stop(out, runtime)
        postgres.remove(runtime.postgres)
        runtime.delete()
    out.print(f"Deleted {runtime.folder}: databases, files, logs and secrets of the demo.")
    if not runtime.work.is_relative_to(runtime.folder):
        out.print(f"FIRSTBELL_WORK_DIR stays, with files of students: {runtime.work}")
    if warehouse.own_server():
        out.print(
            "FIRSTBELL_PG_URL is set: the databases firstbell_* on that server stay;"
            " drop them there."
        )


def explain(error: OSError) -> str:
    """An operating system's error in one sentence."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        where = f" ({error.filename})" if error.filename else ""
        return f"The disk is full{where}: free 2 GB, then run `make demo` again."
    where = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror or error}{where}. Correct it, then run `make demo` again."


def _open() -> Runtime:
    warehouse.load_dotenv()
    runtime = current()
    runtime.create()
    return runtime


def _processes(runtime: Runtime) -> Processes:
    return Processes(runtime.processes, runtime.logs)


def _start(out: Console, runtime: Runtime) -> airflow.Api:
    processes = _processes(runtime)
    is_new = not processes.is_running("scheduler")
    if is_new:
        _need_room(runtime)
    ports = _ports(runtime, processes)
    server = warehouse.server_url(runtime)
    out.print("[green]✓[/] Postgres answers")
    metadata = warehouse.create_database(server, warehouse.METADATA)
    connections: dict[str, str] = {}
    for district in load_districts().values():
        warehouse.create_database(server, district.database)
        connections |= warehouse.connection_variable(district, server)
    given = sources.prepare(runtime)
    connections |= sources.start(processes, runtime, given, ports)
    what = "the published Grand Bend records" if given.is_real else "a generated stand-in"
    out.print(f"[green]✓[/] source systems serve {what}")
    environment = airflow.environment(
        runtime, metadata_url=metadata, ports=ports, connections=connections
    )
    if is_new:
        airflow.migrate(environment, runtime.logs / "migrate.log")
    airflow.start(processes, environment, runtime)
    processes.start(
        "dictionary",
        [sys.executable, "-m", "demo.pages", "--folder", str(runtime.dictionary),
         "--port", str(ports["dictionary"])],
        environment,
    )  # fmt: skip
    api = _api(runtime)
    processes.wait_until("api-server", api.is_up, seconds=180)
    wanted = {f"{path.stem}__{code}" for path in (ROOT / "dags").glob("*.py")
              for code in load_districts()}  # fmt: skip
    api.wait_for(lambda: api.has_dags(wanted), what=f"{len(wanted)} DAGs", seconds=120)
    for code in load_districts():
        for name, slots, description in pools.of(code):
            api.create_pool(name, slots, description)
    write_private(runtime.login, f"{airflow.USER}\n{api.password}\n")
    out.print("[green]✓[/] Airflow is healthy")
    return api


def _need_room(runtime: Runtime) -> None:
    """Refuse to start where a night would not fit: in our folder, or where Postgres keeps its data.

    A real server's disk is not ours to see.
    """
    places = [runtime.folder, runtime.work]
    if warehouse.own_server() is None:
        places.append(postgres.disk(runtime.postgres))
    for place in places:
        if shutil.disk_usage(place).free < FREE_BYTES:
            raise OSError(errno.ENOSPC, "No space left on device", str(place))


def _ports(runtime: Runtime, processes: Processes) -> dict[str, int]:
    """The ports of the last start when it still runs, else free ones, the usual if possible."""
    kept = {name: int(port) for name, port in runtime.read("ports").items()}
    if kept and any(processes.is_running(name) for name in processes.names()):
        return kept
    chosen: dict[str, int] = {}
    for name, usual in PORTS.items():
        port = postgres.free_port(usual)
        while port in chosen.values():
            port = postgres.free_port()
        chosen[name] = port
    runtime.write("ports", dict(chosen))
    return chosen


def _api(runtime: Runtime) -> airflow.Api:
    port = runtime.read("ports")["airflow"]
    return airflow.Api(f"http://127.0.0.1:{port}", runtime.secret("airflow_password", 12))


def _run_night(
    out: Console, runtime: Runtime, api: airflow.Api, district: str, as_of: date | None
) -> None:
    dsn = url(district)
    watch = Watch(api=api, out=out, district=district, dsn=dsn)
    failure = watch.run(as_of)
    try:
        summary.show(out, dsn, get_district(district).name)
    except psycopg.errors.UndefinedTable:
        out.print("No tiers yet: no night has come through.")
    if failure:
        raise failure


def _where_to_look(out: Console, runtime: Runtime) -> None:
    ports = runtime.read("ports")
    if not ports:
        return
    out.print("\n[bold]Where to look[/]")
    out.print(f"  Airflow     http://127.0.0.1:{ports['airflow']}")
    out.print(f"              login {airflow.USER}, password {runtime.secret('airflow_password')}")
    out.print(f"  Dictionary  http://127.0.0.1:{ports['dictionary']}/{DISTRICT}/")
    out.print("  Database    make psql   (connection string: make url)")
    out.print("  Stop        make down\n")
