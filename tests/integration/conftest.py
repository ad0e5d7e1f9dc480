"""One night of the real Grand Bend records, shared by the tests that only look at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from include import ingest, night
from tests import parsed_project
from tests.integration.night import House, house, read


@pytest.fixture(scope="session")
def grand_bend(
    samples: Path, pg_server_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """The warehouse after the night of 2022-05-27."""
    patch = pytest.MonkeyPatch()
    patch.setenv("FIRSTBELL_SAMPLES", str(samples))
    folder = tmp_path_factory.mktemp("house") / "runtime"
    with house(folder, pg_server_url, "firstbell_it_grand_bend") as built:
        parsed_project.lend(built.night("night_1"))
        night.run(built.night("night_1"))
        yield built
    patch.undo()


@pytest.fixture(scope="module")
def built(
    request: pytest.FixtureRequest, pg_server_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """A house on the stand-in, after the first read of one resource."""
    patch = pytest.MonkeyPatch()
    folder = tmp_path_factory.mktemp("failures")
    patch.setenv("FIRSTBELL_SAMPLES", str(folder / "none"))
    database = f"firstbell_it_{request.module.__name__.rpartition('.')[2]}"
    with house(folder / "runtime", pg_server_url, database) as made:
        ingest.prepare(made.night("first"))
        read(made.night("first"))
        yield made
    patch.undo()
