"""The dbt project, parsed once in a run of the tests, for every test that builds it."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import io
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt.parser.manifest import ManifestLoader, extended_mashumaro_encoder

from include import dbt_command
from include.dbt_pace import unhindered
from include.dbt_values import environment
from include.run import Run
from include.sources import registry
from tests.conftest import SHARED, spare_from_collection

PROJECT = Path(__file__).resolve().parents[1] / "dbt_project"
DISTRICT = {"district_code": "grand_bend"}
# what the records of most tests are
ONE: tuple[str, ...] = ("edfi",)
NOWHERE = "postgresql://nobody:nothing@127.0.0.1:1/none"


def invoke(
    runner: dbtRunner,
    arguments: tuple[str, ...],
    folder: Path,
    url: str,
    as_of: str,
    *,
    project: Path = PROJECT,
    sources: Sequence[str] = ONE,
) -> tuple[dbtRunnerResult, str]:
    parts = urlsplit(url)
    given = {
        "FIRSTBELL_DBT_HOST": parts.hostname or "",
        "FIRSTBELL_DBT_PORT": str(parts.port or 5432),
        "FIRSTBELL_DBT_USER": parts.username or "",
        "FIRSTBELL_DBT_PASSWORD": parts.password or "",
        "FIRSTBELL_DBT_DATABASE": parts.path.lstrip("/"),
        "FIRSTBELL_DBT_AS_OF_DATE": as_of,
        # every core is busy already, and threads that wait for each other cost a twentieth; nights
        # and the demo build with as many as ever
        "FIRSTBELL_DBT_THREADS": "1",
        "DO_NOT_TRACK": "1",
    }
    said = io.StringIO()
    with environment(given), unhindered(), contextlib.redirect_stdout(said):
        done = runner.invoke(
            [
                *("--no-use-colors", *arguments),
                *("--project-dir", str(project), "--profiles-dir", str(project)),
                *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
                *("--vars", json.dumps({**DISTRICT, "sources": list(sources)})),
            ]
        )
    return done, said.getvalue()


def every_source() -> tuple[str, ...]:
    """All student systems, so that every model of the project is there."""
    return tuple(registry.systems_of_record())


def parsed(sources: Sequence[str] = ONE) -> tuple[Manifest, str]:
    """The project parsed in this process: dbt's manifest, and the text of its manifest.json."""
    return _parsed(tuple(sources))


@functools.cache
def _parsed(sources: tuple[str, ...]) -> tuple[Manifest, str]:
    with _parsed_in("_".join(sources)) as folder:
        done, said = invoke(dbtRunner(), ("parse",), folder, NOWHERE, "2026-11-22", sources=sources)
        assert isinstance(done.result, Manifest), (said[-3000:], done.exception)
        page = (folder / "target" / "manifest.json").read_text("utf-8")
    spare_from_collection()
    return done.result, page


@contextlib.contextmanager
def _parsed_in(name: str) -> Iterator[Path]:
    """A folder to parse in: dbt takes up there what another process of this run has parsed."""
    with tempfile.TemporaryDirectory() as own:
        folder = SHARED[0] / f"dbt_parse_{name}" if SHARED else Path(own)
        folder.mkdir(exist_ok=True)
        with (folder / "lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield folder


def copy_for(database: str, sources: Sequence[str] = ONE) -> Manifest:
    """A copy of the parsed project for a database: dbt keeps compiled SQL in what it is given."""
    whole = parsed(sources)[0]
    # dbt (1.11.16) fails to copy its lists of disabled nodes; nobody changes those
    manifest = replace(whole, disabled={}).deepcopy()
    manifest.disabled = {name: list(nodes) for name, nodes in whole.disabled.items()}
    # a parsed project holds the name of its database, and nothing else of the connection
    for node in (*manifest.nodes.values(), *manifest.sources.values()):
        node.database = database
        if node.relation_name:
            node.relation_name = node.relation_name.replace('"none"', f'"{database}"', 1)
    return manifest


def lend(night: Run) -> None:
    """Leave the parsed project where this night's dbt looks for that of the night before.

    It would parse anew, which takes ten seconds, because the connection and the district are
    others. No file of the project asks for them while it is parsed.
    """
    connection = night.connect(night.district.warehouse_connection)
    with taken_up(dbt_command.folder(night) / "target", str(connection.schema)):
        dbt_command.invoke(night, ["parse"])


@contextlib.contextmanager
def taken_up(target: Path, database: str) -> Iterator[None]:
    """Leave the parsed project in a target folder: what dbt parses there is what differs from it.

    dbt itself would refuse it, as that of another connection.
    """
    file = target / "partial_parse.msgpack"
    file.parent.mkdir(parents=True)
    file.write_bytes(copy_for(database).to_msgpack(extended_mashumaro_encoder))

    def take(loader: ManifestLoader, saved: Manifest) -> tuple[bool, None]:
        # by this dbt tells what it may take up: it is that of the next command from now on
        saved.state_check = loader.manifest.state_check
        file.write_bytes(saved.to_msgpack(extended_mashumaro_encoder))
        return True, None

    with patch.object(ManifestLoader, "is_partial_parsable", take):
        yield
