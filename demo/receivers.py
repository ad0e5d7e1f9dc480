"""The simulated receivers of alerts and tickets: a Teams Workflows webhook and a PSA system."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

from demo.processes import Processes
from demo.runtime import ROOT, Runtime
from demo.simulators import psa, teams
from demo.sources import listens

PORTS = {"teams": 8085, "psa": 8086}


def kept(runtime: Runtime, name: str) -> Path:
    """Where a receiver keeps what it accepted, one JSON object per line."""
    return runtime.folder / "received" / f"{name}.jsonl"


def start(
    processes: Processes, runtime: Runtime, codes: Iterable[str], ports: Mapping[str, int]
) -> dict[str, str]:
    """Start both receivers; returns the AIRFLOW_CONN_* variables of each district."""
    kept(runtime, "teams").parent.mkdir(exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for name in PORTS:
        processes.start(
            f"receiver-{name}",
            [sys.executable, "-m", f"demo.simulators.{name}", "--port", str(ports[name]),
             "--kept", str(kept(runtime, name))],
            environment,
        )  # fmt: skip
    return {
        f"AIRFLOW_CONN_{code.upper()}_{name.upper()}": json.dumps(_connection(name, ports[name]))
        for code in codes
        for name in PORTS
    }


def wait(processes: Processes, ports: Mapping[str, int]) -> None:
    """Wait until both listen."""
    for name in PORTS:
        port = ports[name]
        processes.wait_until(f"receiver-{name}", partial(listens, port), seconds=60)


def _connection(name: str, port: int) -> dict[str, object]:
    base = f"http://127.0.0.1:{port}"
    if name == "teams":
        return teams_connection(teams.webhook_url(base))
    return psa_connection(f"{base}{psa.BASE}")


def teams_connection(webhook: str) -> dict[str, object]:
    """The connection to the simulated webhook; its URL is a secret."""
    return {"conn_type": "http", "password": webhook}


def psa_connection(url: str) -> dict[str, object]:
    """The connection to the simulated service desk."""
    return {
        "conn_type": "http",
        "host": url,
        "login": psa.LOGIN,
        "password": psa.PASSWORD,
        "extra": {
            "client_id": psa.CLIENT_ID,
            "company": "Demo",
            "board": "Data",
            "closed_status": psa.CLOSED,
        },
    }
