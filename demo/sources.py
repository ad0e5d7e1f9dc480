"""The simulated source systems of a demo district, and the connections to them."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import requests

from demo.processes import Processes
from demo.runtime import ROOT, Runtime
from demo.simulators import sftp
from demo.simulators.edfi import KEY, SECRET


@dataclass(frozen=True, slots=True)
class Input:
    """Where the data of one district's systems lies, and what it is."""

    code: str
    edfi: Path
    sftp: Path
    drop: Path
    # steers the running Ed-Fi API: a day's changes are appended here
    control: Path
    what: str


def ports(code: str) -> dict[str, int]:
    """The ports of a district's systems, by name, and what is asked for first."""
    return {f"{code}_edfi": 8082, f"{code}_sftp": 2222}


def start(
    processes: Processes, runtime: Runtime, given: Input, ports: Mapping[str, int]
) -> dict[str, str]:
    """Start the simulators; returns AIRFLOW_CONN_* variables."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    edfi_port, sftp_port = ports[f"{given.code}_edfi"], ports[f"{given.code}_sftp"]
    processes.start(
        f"edfi-{given.code}",
        [sys.executable, "-m", "demo.simulators.edfi", "--data", str(given.edfi),
         "--port", str(edfi_port), "--control", str(given.control)],
        environment,
    )  # fmt: skip
    password = runtime.secret("sftp_password")
    key_file = runtime.sources / "sftp_host_key"
    host_key = sftp.host_key_line(sftp.host_key(key_file))
    processes.start(
        f"sftp-{given.code}",
        [sys.executable, "-m", "demo.simulators.sftp", "--root", str(given.sftp),
         "--port", str(sftp_port), "--user", given.code, "--host-key-file", str(key_file)],
        {**environment, "SFTP_SIMULATOR_PASSWORD": password},
    )  # fmt: skip
    return connections(f"http://127.0.0.1:{edfi_port}", given, sftp_port, password, host_key)


def wait(processes: Processes, given: Input, ports: Mapping[str, int]) -> None:
    """Wait until a district's simulators answer."""
    base = f"http://127.0.0.1:{ports[f'{given.code}_edfi']}"
    processes.wait_until(f"edfi-{given.code}", lambda: _answers(base), seconds=120)
    sftp_port = ports[f"{given.code}_sftp"]
    processes.wait_until(f"sftp-{given.code}", lambda: listens(sftp_port), seconds=30)


def connections(
    edfi: str, given: Input, sftp_port: int, password: str, host_key: str
) -> dict[str, str]:
    """The sources' connections as Airflow and the command line read them."""
    found = {
        "edfi": {"conn_type": "http", "host": edfi, "login": KEY, "password": SECRET},
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


def _answers(base: str) -> bool:
    session = requests.Session()
    session.trust_env = False
    try:
        return session.get(base, timeout=2).ok
    except requests.RequestException:
        return False
