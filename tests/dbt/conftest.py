"""A way to run dbt on the parsed project, and the project for tests that look into it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from tests import parsed_project
from tests.parsed_project import NOWHERE

Dbt = Callable[..., subprocess.CompletedProcess[str]]


def run_dbt(
    *arguments: str,
    folder: Path,
    url: str = NOWHERE,
    as_of: str = "2026-11-22",
    sources: Sequence[str] = parsed_project.ONE,
) -> subprocess.CompletedProcess[str]:
    """Run dbt in this process, on the project as it was parsed at the first call.

    A process of its own would spend five seconds on imports and on reading the parsed project. As
    in a night, the day and the connection come by the environment, so one parse serves all.
    """
    manifest = parsed_project.copy_for(urlsplit(url).path.lstrip("/"), sources)
    # to write the manifest and a log that nobody reads doubles what a small command takes
    command, *options = arguments
    asked = (command, "--no-write-json", "--log-level-file", "none", *options)
    done, said = parsed_project.invoke(
        dbtRunner(manifest=manifest), asked, folder, url, as_of, sources=sources
    )
    text = said + ("" if done.exception is None else f"\n{done.exception}")
    return subprocess.CompletedProcess(arguments, int(not done.success), text, "")


@pytest.fixture(scope="session")
def parsed() -> Manifest:
    """The manifest as dbt holds it, of a district with one student system."""
    return parsed_project.parsed()[0]


@pytest.fixture(scope="session")
def manifest() -> dict[str, Any]:
    """The manifest of the project as it stands; parsing needs no database."""
    loaded: dict[str, Any] = json.loads(parsed_project.parsed(parsed_project.every_source())[1])
    return loaded
