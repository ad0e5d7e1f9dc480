"""Bring the whole house up, keep it up, and take it down: what `make demo` and its kin do."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote, urlsplit

import psycopg
from rich.console import Console

from demo import airflow, districts, keeper, own_files, startup, summary, switch, warehouse
from demo.districts import DemoDistrict
from demo.progress import Watch
from demo.runtime import Runtime, current
from include.config import get_district, load_districts
from include.errors import ConfigError
from include.local import postgres
from include.orchestration import stages
from include.run import today
from include.settings import Settings

DISTRICT = districts.DEFAULT


@dataclass(frozen=True, slots=True)
class Address:
    """A connection string and its password, apart."""

    without_password: str
    password: str


def up(out: Console, district: str) -> None:
    """Start what does not run, run the district's first nights, show the result."""
    shown = _simulated(district)
    runtime = _open()
    with runtime.lock("demo"):
        began = time.monotonic()
        with out.status("starting") if out.is_terminal else nullcontext():
            api = startup.start(out, runtime)
        out.print(f"[green]✓[/] up after {time.monotonic() - began:.0f} s")
        try:
            watch = _watch(out, runtime, api, district)
            failure = _nights(runtime, shown, watch)
            _show(out, runtime, district, shown.played_to(runtime), watch.is_transformed)
            if failure:
                raise failure
        finally:
            _where_to_look(out, runtime, district)


def _nights(runtime: Runtime, shown: DemoDistrict, watch: Watch) -> ConfigError | None:
    """The night that loads all history, a model trained on it, and one school day more.

    A district's first night crosses nothing, because an alert needs a night before. A demo that
    has got further runs its last night again.
    """
    played = shown.played_to(runtime)
    if played > shown.opening:
        return watch.night(played)
    if failure := watch.night(shown.opening):
        return failure
    following = shown.next_day(runtime)
    if following is None:
        return None
    if failure := watch.training(shown.opening):
        return failure
    shown.play_to(runtime, following)
    return watch.night(following)


def night(out: Console, district: str, as_of: date | None) -> None:
    """Run a night through the running Airflow; without a date, the next school day's."""
    runtime = _open()
    get_district(district)
    _need_airflow(runtime, "make night")
    with runtime.lock("night"):
        day = _move_on(out, runtime, district, as_of)
        watch = _watch(out, runtime, startup.api(runtime), district)
        failure = watch.night(day)
        _show(out, runtime, district, day, watch.is_transformed)
    if failure:
        raise failure


def change_sis(out: Console, district: str) -> None:
    """Let a district's next student system take over, compare, and run the next school day."""
    shown = _simulated(district, "switch")
    runtime = _open()
    change = switch.Change(runtime, district, shown)
    own_files.need(runtime, change.command)
    _need_airflow(runtime, "make switch")
    with runtime.lock("switch"):
        if day := change.done_on():
            out.print(
                f"{district} has changed its SIS on {day}; `make night` goes on with"
                f" {change.titles[1]}. `make clean` and `make demo` begin again with"
                f" {change.titles[0]}."
            )
            return
        api = startup.api(runtime)
        switch.run(out, change, api, url(district), lambda: _watch(out, runtime, api, district))
        following = shown.next_day(runtime)
        failure = None
        if following is not None:
            shown.play_to(runtime, following)
            watch = _watch(out, runtime, api, district)
            failure = watch.night(following)
            _show(out, runtime, district, following, watch.is_transformed)
    if failure:
        raise failure


def _need_airflow(runtime: Runtime, command: str) -> None:
    if not any(map(startup.processes(runtime).is_running, ("scheduler", keeper.NAME))):
        raise ConfigError(
            command,
            seen="Airflow does not run",
            expected="the demo to be up",
            next_step="Run `make demo` first.",
        )


def _move_on(out: Console, runtime: Runtime, district: str, as_of: date | None) -> date | None:
    """Let the simulated systems reach that day; returns it. None: today, for a real district."""
    simulated = districts.ALL.get(district)
    if simulated is None:
        if as_of and as_of > (now := today(get_district(district), datetime.now(UTC))):
            raise ConfigError(
                f"make night AS_OF={as_of}",
                seen="a day that has not come",
                expected=f"a day up to {now}",
                next_step="Correct the day.",
            )
        return as_of
    day = as_of or simulated.next_day(runtime)
    if as_of and as_of > (last := simulated.last_day(runtime)):
        raise ConfigError(
            f"make night AS_OF={as_of}",
            seen="a day after the last one that is simulated",
            expected=f"a day up to {last}",
            next_step="Correct the day: a night of a day that the sources have not lived through"
            " would leave tiers and features of that day behind.",
        )
    if day is None:
        day = simulated.played_to(runtime)
        out.print(f"No later day is simulated: the night of {day} runs again.")
    for played in simulated.play_to(runtime, day):
        out.print(f"[green]✓[/] the source systems have lived through {played}")
    return day


def _simulated(district: str, command: str = "demo") -> DemoDistrict:
    found = districts.ALL.get(district)
    if found is None:
        raise ConfigError(
            f"make {command} DISTRICT={district}",
            seen="no simulated source systems of that district",
            expected=f"one of {', '.join(districts.ALL)}",
            next_step="Name one of them; `make night DISTRICT=<code>` runs a real district.",
        )
    return found


def url(district: str) -> str:
    """The connection string of a district's warehouse, password included."""
    server = warehouse.server_url(_open())
    return warehouse.database_url(server, get_district(district).database)


def psql(district: str) -> tuple[Path, Address]:
    """The psql program and where it should go."""
    full = urlsplit(url(district))
    password = unquote(full.password or "")
    at = full.netloc.rpartition("@")[2]
    user = f"{full.username}@" if full.username else ""
    return warehouse.psql(), Address(full._replace(netloc=f"{user}{at}").geturl(), password)


def run(arguments: Sequence[str]) -> NoReturn:
    """Become `python -m` with these arguments, in the environment of the demo's Airflow."""
    runtime = _open()
    _need_airflow(runtime, f"demo run {arguments[0]}")
    server = warehouse.server_url(runtime)
    connections: dict[str, str] = {}
    for found in load_districts().values():
        connections |= warehouse.connection_variable(found, server)
    environment = airflow.environment(
        runtime,
        metadata_url=warehouse.database_url(server, warehouse.METADATA),
        ports={name: int(port) for name, port in runtime.read("ports").items()},
        connections=connections,
    )
    os.execve(sys.executable, [sys.executable, "-m", *arguments], environment)


def docs(out: Console, district: str) -> None:
    """Write the data dictionary of a district's warehouse, without Airflow."""
    from include.run import Run
    from include.transform import write_dictionary

    runtime, found = _open(), get_district(district)
    os.environ.update(warehouse.connection_variable(found, warehouse.server_url(runtime)))
    settings = Settings(work_dir=runtime.work)
    simulated = districts.ALL.get(district)
    day = simulated.played_to(runtime) if simulated else today(found, datetime.now(UTC))
    night = Run(district=found, as_of_date=day, run_id="docs", settings=settings)
    out.print(f"[green]✓[/] {write_dictionary(night)}")


def status(out: Console) -> None:
    """Say what runs."""
    runtime = _open()
    processes = startup.processes(runtime)
    if not processes.names():
        out.print("Nothing runs. `make demo` starts it.")
        return
    for name in processes.names():
        mark = "[green]✓ runs[/]" if processes.is_running(name) else "[red]✗ has ended[/]"
        out.print(f"{mark:<20} {name:<18} {runtime.logs / f'{name}.log'}")
    _where_to_look(out, runtime, DISTRICT)


def down(out: Console) -> None:
    """Stop every process of the demo, the database last."""
    runtime = _open()
    with runtime.lock("down"):
        _stop(out, runtime)
    places = dict.fromkeys([str(runtime.folder)])
    if warehouse.own_server() is None and not startup.data(runtime).is_relative_to(runtime.folder):
        places[f"{startup.data(runtime)} (the databases)"] = None
    if not runtime.work.is_relative_to(runtime.folder):
        places[f"{runtime.work} (files of students)"] = None
    out.print(f"Down. The data stays in {', '.join(places)}; `make demo` goes on from here.")


def _stop(out: Console, runtime: Runtime) -> None:
    """In the reverse order of start: what uses another goes first, and what would restart it."""
    processes = startup.processes(runtime)
    names = list(reversed(processes.names()))
    names.sort(key=lambda name: name != keeper.NAME)
    for name in names:
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
    own_files.use(runtime)
    return runtime


def _watch(out: Console, runtime: Runtime, api: airflow.Api, district: str) -> Watch:
    found = get_district(district)
    is_running = startup.processes(runtime).is_running
    return Watch(
        api=api, out=out, district=found, dsn=url(district), has=stages.of(found),
        ended=lambda: [part for part in airflow.COMPONENTS if not is_running(part)],
    )  # fmt: skip


def _show(out: Console, runtime: Runtime, district: str, day: date | None, is_built: bool) -> None:
    """Show what the night of that day came to; None: today's."""
    day = day or today(get_district(district), datetime.now(UTC))
    simulated = districts.ALL.get(district)
    truth = simulated.truth(runtime) if simulated and simulated.truth else None
    try:
        summary.show(out, url(district), get_district(district), day, truth, is_built=is_built)
    except psycopg.errors.UndefinedTable:
        out.print("No tiers yet: no night has come through.")


def _where_to_look(out: Console, runtime: Runtime, district: str) -> None:
    ports = runtime.read("ports")
    if not ports:
        return
    out.print("\n[bold]Where to look[/]")
    out.print(f"  Airflow     http://127.0.0.1:{ports['airflow']}")
    # never the password itself: what is printed ends in logs
    out.print(f"              login {airflow.USER}, its password in {runtime.login}")
    out.print(f"  Dictionary  http://127.0.0.1:{ports['dictionary']}/{district}/")
    out.print("  Database    make psql   (connection string: make url)")
    out.print("  Stop        make down\n")
