"""The simulated source systems of the demo's district, and the connections to them.

The Ed-Fi API serves the real Grand Bend records where the samples are at hand, else a stand-in.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import requests

from demo import standin
from demo.processes import Processes
from demo.runtime import ROOT, Runtime
from demo.simulators import sftp
from demo.simulators.edfi import KEY, SECRET

DISTRICT = "grand_bend"
# The last day of the demo district's records.
AS_OF = date(2022, 5, 27)


@dataclass(frozen=True, slots=True)
class Input:
    """Where the demo's data lies, and what it is."""

    edfi: Path
    sftp: Path
    drop: Path
    is_real: bool


def samples() -> Path | None:
    """The folder of real sample data: FIRSTBELL_SAMPLES, or `../shared/samples`; None without."""
    named = os.environ.get("FIRSTBELL_SAMPLES")
    folder = Path(named) if named else ROOT.parent / "shared" / "samples"
    return folder.resolve() if (folder / "edfi_grand_bend").is_dir() else None


def prepare(runtime: Runtime) -> Input:
    """Lay out what the simulators serve; repeatable, and the same bytes each time."""
    exports, drop = runtime.sources / "sftp", runtime.sources / "drop"
    for folder in (exports, drop / "map_growth", drop / "iready"):
        folder.mkdir(parents=True, exist_ok=True)
    real = samples()
    if real is None:
        edfi, vendors = runtime.sources / "edfi", runtime.sources / "vendors"
        standin.write(edfi, vendors)
    else:
        edfi, vendors = real / "edfi_grand_bend", real / "assessments"
    _zip_star(vendors / "STAR", exports / "Grand Bend ISD.zip")
    for source, target in _DROPPED.items():
        _copy(vendors / source, drop / target)
    return Input(edfi=edfi, sftp=exports, drop=drop, is_real=real is not None)


# Vendor file in the samples (and in the stand-in) -> name under which the vendor delivers it.
_STAR = {
    "SR_sample_anonymized_file.csv": "SR_v2.csv",
    "SR_Dashboard_Standards_v2_sample_anonymized_file.csv": "SR_Dashboard_Standards_v2.csv",
    "SR_SkillArea_v1_sample_anonymized_file.csv": "SR_SkillArea_v1.csv",
}
_DROPPED = {
    "MAP_Growth/sample_anonymized_file.csv": "map_growth/AssessmentResults.csv",
    "i-Ready/sample_anonymized_file_ela.csv": "iready/diagnostic_results_ela.csv",
    "i-Ready/sample_anonymized_file_math.csv": "iready/diagnostic_results_math.csv",
}


def _zip_star(folder: Path, archive: Path) -> None:
    """Renaissance sends one ZIP named after the customer."""
    part = archive.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as packed:
        for source, member in _STAR.items():
            # a fixed date: the same content must be the same file, night after night
            info = zipfile.ZipInfo(member, (2022, 5, 27, 2, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(info, (folder / source).read_bytes())
    if archive.exists() and archive.read_bytes() == part.read_bytes():
        part.unlink()
    else:
        part.replace(archive)


def _copy(source: Path, target: Path) -> None:
    if not target.exists() or target.read_bytes() != source.read_bytes():
        shutil.copyfile(source, target)


def start(
    processes: Processes, runtime: Runtime, given: Input, ports: Mapping[str, int]
) -> dict[str, str]:
    """Start the simulators and wait for them; returns AIRFLOW_CONN_* variables."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    processes.start(
        "source-edfi",
        [sys.executable, "-m", "demo.simulators.edfi", "--data", str(given.edfi),
         "--port", str(ports["edfi"]), "--control", str(runtime.sources / "edfi.control.jsonl")],
        environment,
    )  # fmt: skip
    password = runtime.secret("sftp_password")
    key_file = runtime.sources / "sftp_host_key"
    host_key = sftp.host_key_line(sftp.host_key(key_file))
    processes.start(
        "source-sftp",
        [sys.executable, "-m", "demo.simulators.sftp", "--root", str(given.sftp),
         "--port", str(ports["sftp"]), "--user", "grand_bend",
         "--host-key-file", str(key_file)],
        {**environment, "SFTP_SIMULATOR_PASSWORD": password},
    )  # fmt: skip
    base = f"http://127.0.0.1:{ports['edfi']}"
    processes.wait_until("source-edfi", lambda: _answers(base), seconds=60)
    processes.wait_until("source-sftp", lambda: _listens(ports["sftp"]), seconds=30)
    return connections(base, given, ports, password, host_key)


def connections(
    edfi: str, given: Input, ports: Mapping[str, int], password: str, host_key: str
) -> dict[str, str]:
    """The sources' connections as Airflow and the command line read them."""
    found = {
        "edfi": {"conn_type": "http", "host": edfi, "login": KEY, "password": SECRET},
        "star": {
            "conn_type": "sftp",
            "host": "127.0.0.1",
            "port": ports["sftp"],
            "login": "grand_bend",
            "password": password,
            "extra": {"host_key": host_key},
        },
        "drop": {"conn_type": "fs", "extra": {"path": str(given.drop)}},
    }
    return {
        f"AIRFLOW_CONN_{DISTRICT.upper()}_{name.upper()}": json.dumps(value)
        for name, value in found.items()
    }


def _listens(port: int) -> bool:
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
