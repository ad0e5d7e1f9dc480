"""A load killed at random points leaves, after a rerun, what an unharmed one leaves."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from include import night
from tests import parsed_project
from tests.conftest import recreate_database
from tests.integration.night import DISTRICT, House, build_marts, house
from tests.landing import crash

# beside those of a single load, tests/landing/test_crash.py
KILLS = 8
# Which load wrote a row, and when, differs between any two runs.
# digests of lines are made with the warehouse's own key, another one in each database
BOOKKEEPING = frozenset(
    {"load_id", "loaded_at", "superseded_by", "_loaded_at", "waiting_since", "line_digest"}
)
# A part of the resources, and all files: what a kill leaves is the same for every resource, and
# each of the loads is made many times.
PART = ("people", "enrollment", "attendance", "behavior")
COMMAND = ["-m", "tests.integration.night_child", "--district", DISTRICT, "--as-of", "2022-05-27",
           "--no-transform", "--resources", *PART]  # fmt: skip


def checksums(built: House, schema: str) -> dict[str, str]:
    return built.checksums(schema, without=BOOKKEEPING)


def load(built: House, patch: pytest.MonkeyPatch, steps: int | None, *options: str) -> int:
    for name, value in built.variables.items():
        patch.setenv(name, value)
    patch.setenv("FIRSTBELL_WORK_DIR", str(built.work))
    return crash.kill_after(steps, [*COMMAND, *options])


@pytest.mark.timeout(900)
def test_after_each_of_eight_kills_a_rerun_leaves_what_one_good_night_leaves(
    pg_server_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the stand-in: smaller than the real records, and at hand everywhere
    monkeypatch.setenv("FIRSTBELL_SAMPLES", str(tmp_path / "none"))
    name = "firstbell_it_killed"
    with house(tmp_path / "house", pg_server_url, name) as built:
        parsed_project.lend(built.night("good"))
        steps = load(built, monkeypatch, None)
        raw = checksums(built, "raw")
        build_marts(built.night("good"))
        marts = checksums(built, "marts")
        assert sum(int(found.partition(":")[0]) for found in raw.values()) > 4_000

        dice = random.Random(20220527)
        for number in range(KILLS):
            # each from nothing: what an earlier kill let pass is not written again, so a second
            # one would fall into a load that has nothing to do
            recreate_database(pg_server_url, name)
            load(built, monkeypatch, dice.randrange(1, steps))
            night.run(built.night(f"rerun_{number}"), resources=PART, transform=False)
            assert checksums(built, "raw") == raw
        build_marts(built.night("after"))
        assert checksums(built, "marts") == marts
