"""The dbt project, parsed once in each test process, and a way to run dbt against a database."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import io
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

from include.dbt_command import environment, seldom_collected

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
NOWHERE = "postgresql://nobody:nothing@127.0.0.1:1/none"
Dbt = Callable[..., subprocess.CompletedProcess[str]]


def run_dbt(
    *arguments: str, folder: Path, url: str = NOWHERE, as_of: str = "2026-11-22"
) -> subprocess.CompletedProcess[str]:
    """Run dbt in this process, on the project as it was parsed at the first call.

    A process of its own would spend five seconds on imports and on reading the parsed project. As
    in a night, the day and the connection come by the environment, so one parse serves all.
    """
    # each run gets a copy: dbt keeps compiled SQL in the manifest it is given
    manifest = _parsed()[0].deepcopy()
    # a parsed project holds the name of its database, and nothing else of the connection
    database = urlsplit(url).path.lstrip("/")
    for node in (*manifest.nodes.values(), *manifest.sources.values()):
        node.database = database
        if node.relation_name:
            node.relation_name = node.relation_name.replace('"none"', f'"{database}"', 1)
    # to write the manifest and a log that nobody reads doubles what a small command takes
    command, *options = arguments
    asked = (command, "--no-write-json", "--log-level-file", "none", *options)
    done, said = _invoke(dbtRunner(manifest=manifest), asked, folder, url, as_of)
    text = said + ("" if done.exception is None else f"\n{done.exception}")
    return subprocess.CompletedProcess(arguments, int(not done.success), text, "")


def _invoke(
    runner: dbtRunner, arguments: tuple[str, ...], folder: Path, url: str, as_of: str
) -> tuple[dbtRunnerResult, str]:
    parts = urlsplit(url)
    given = {
        "FIRSTBELL_DBT_HOST": parts.hostname or "",
        "FIRSTBELL_DBT_PORT": str(parts.port or 5432),
        "FIRSTBELL_DBT_USER": parts.username or "",
        "FIRSTBELL_DBT_PASSWORD": parts.password or "",
        "FIRSTBELL_DBT_DATABASE": parts.path.lstrip("/"),
        "FIRSTBELL_DBT_AS_OF_DATE": as_of,
        "DO_NOT_TRACK": "1",
    }
    said = io.StringIO()
    with environment(given), seldom_collected(), contextlib.redirect_stdout(said):
        done = runner.invoke(
            [
                *("--no-use-colors", *arguments),
                *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
                *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
                *("--vars", json.dumps({"district_code": "grand_bend"})),
            ]
        )
    return done, said.getvalue()


@functools.cache
def _parsed() -> tuple[Manifest, str]:
    """The project parsed in this process: dbt's manifest, and the text of its manifest.json."""
    with _parsed_in() as folder:
        done, said = _invoke(dbtRunner(), ("parse",), folder, NOWHERE, "2026-11-22")
        assert isinstance(done.result, Manifest), (said[-3000:], done.exception)
        page = (folder / "target" / "manifest.json").read_text("utf-8")
    return done.result, page


# Where the processes of one run of the tests leave what they parsed to each other.
_shared: list[Path] = []


@contextlib.contextmanager
def _parsed_in() -> Iterator[Path]:
    """A folder to parse in: dbt takes up there what another process of this run has parsed."""
    with tempfile.TemporaryDirectory() as own:
        folder = _shared[0] if _shared else Path(own)
        folder.mkdir(exist_ok=True)
        with (folder / "lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield folder


@pytest.fixture(scope="session", autouse=True)
def shared_parse(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let the processes of this run parse in one folder."""
    base = tmp_path_factory.getbasetemp()
    # the base of a worker lies in that of the run
    home = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    _shared[:] = [home / "dbt_parse"]


@pytest.fixture(scope="session")
def parsed() -> Manifest:
    """The manifest as dbt holds it."""
    return _parsed()[0]


@pytest.fixture(scope="session")
def manifest() -> dict[str, Any]:
    """The manifest of the project as it stands; parsing needs no database."""
    loaded: dict[str, Any] = json.loads(_parsed()[1])
    return loaded
