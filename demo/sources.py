"""The simulated source systems of a demo district, and the connections to them."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from demo.processes import Processes
from demo.runtime import ROOT, Runtime
from demo.simulators import edfi, powerschool, sftp
from include.config import District


@dataclass(frozen=True, slots=True)
class Simulator:
    """A simulated student system: its module, the port asked for first, and who may log in."""

    module: str
    port: int
    login: str
    password: str = field(repr=False)
    arguments: tuple[str, ...] = ()


# By the kind that a source has in a district file.
SIMULATORS = {
    "edfi": Simulator("demo.simulators.edfi", 8082, edfi.KEY, edfi.SECRET),
    "powerschool": Simulator(
        "demo.simulators.powerschool", 8083, powerschool.CLIENT, powerschool.SECRET,
        ("--plugin", str(ROOT / "include/sources/powerschool/plugin"), "--max-page", "1000"),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class System:
    """What a student system holds at first, and what steers it: a day's changes are appended."""

    data: Path
    control: Path
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Input:
    """Where the data of one district's systems lies, and what it is."""

    code: str
    # By kind; those of which the district's file has a source are started.
    systems: Mapping[str, System]
    sftp: Path
    drop: Path
    what: str


def ports(code: str, kinds: Iterable[str]) -> dict[str, int]:
    """The ports of a district's systems, by name, and what is asked for first."""
    return {**{f"{code}_{kind}": SIMULATORS[kind].port for kind in kinds}, f"{code}_sftp": 2222}


def start(
    processes: Processes,
    runtime: Runtime,
    district: District,
    given: Input,
    ports: Mapping[str, int],
) -> dict[str, str]:
    """Start the simulators; returns AIRFLOW_CONN_* variables, also of systems to come."""
    start_systems(processes, district, given, ports)
    password = runtime.secret("sftp_password")
    key_file = runtime.sources / "sftp_host_key"
    host_key = sftp.host_key_line(sftp.host_key(key_file))
    sftp_port = ports[f"{given.code}_sftp"]
    processes.start(
        f"sftp-{given.code}",
        [sys.executable, "-m", "demo.simulators.sftp", "--root", str(given.sftp),
         "--port", str(sftp_port), "--user", given.code, "--host-key-file", str(key_file)],
        {**_environment(), "SFTP_SIMULATOR_PASSWORD": password},
    )  # fmt: skip
    addresses = {
        kind: f"http://127.0.0.1:{ports[name]}"
        for kind in SIMULATORS
        if (name := f"{given.code}_{kind}") in ports
    }
    return connections(addresses, given, sftp_port, password, host_key)


def start_systems(
    processes: Processes, district: District, given: Input, ports: Mapping[str, int]
) -> None:
    """Start the student systems of which the district's file has a source."""
    for kind in _used(district, given):
        simulator, system = SIMULATORS[kind], given.systems[kind]
        processes.start(
            f"{kind}-{given.code}",
            [sys.executable, "-m", simulator.module, "--data", str(system.data),
             "--port", str(ports[f"{given.code}_{kind}"]), "--control", str(system.control),
             *simulator.arguments, *system.arguments],
            _environment(),
        )  # fmt: skip


def wait(processes: Processes, district: District, given: Input, ports: Mapping[str, int]) -> None:
    """Wait until a district's simulators answer: they listen once all records are read."""
    for name in (*_used(district, given), "sftp"):
        port = ports[f"{given.code}_{name}"]
        processes.wait_until(f"{name}-{given.code}", partial(listens, port), seconds=120)


def connections(
    addresses: Mapping[str, str], given: Input, sftp_port: int, password: str, host_key: str
) -> dict[str, str]:
    """The sources' connections as Airflow and the command line read them.

    `addresses` are those of student systems, by kind.
    """
    found: dict[str, dict[str, object]] = {
        kind: {
            "conn_type": "http",
            "host": address,
            "login": SIMULATORS[kind].login,
            "password": SIMULATORS[kind].password,
        }
        for kind, address in addresses.items()
    }
    found |= {
        "star": {
            "conn_type": "sftp",
            "host": "127.0.0.1",
            "port": sftp_port,
            "login": given.code,
            "password": password,
            "extra": {"host_key": host_key},
        },
        "drop": {"conn_type": "fs", "extra": {"path": str(given.drop)}},
    }
    return {
        f"AIRFLOW_CONN_{given.code.upper()}_{name.upper()}": json.dumps(value)
        for name, value in found.items()
    }


def listens(port: int) -> bool:
    """True when something accepts connections on that port of this machine."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True


def _used(district: District, given: Input) -> list[str]:
    """The kinds of student systems that the district has now, and the demo simulates."""
    has = {source.kind for source in district.sources.values()}
    return [kind for kind in given.systems if kind in has]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}
