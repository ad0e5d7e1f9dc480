"""A load killed at random points leaves, after a rerun, what an unharmed one leaves."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from include import transform
from tests.integration.night import DISTRICT, House, house
from tests.landing import crash

KILLS = 20
# Which load wrote a row, and when, differs between any two runs.
BOOKKEEPING = frozenset({"load_id", "loaded_at", "superseded_by", "_loaded_at", "waiting_since"})
COMMAND = ["-m", "tests.integration.night_child", "--district", DISTRICT, "--as-of", "2022-05-27",
           "--no-transform"]  # fmt: skip


def state(built: House) -> dict[str, str]:
    return built.checksums("raw", "marts", without=BOOKKEEPING)


def load(built: House, patch: pytest.MonkeyPatch, steps: int | None, *options: str) -> int:
    for name, value in built.variables.items():
        patch.setenv(name, value)
    patch.setenv("FIRSTBELL_WORK_DIR", str(built.work))
    return crash.kill_after(steps, [*COMMAND, *options])


def transform_all(built: House) -> None:
    for layer in transform.LAYERS:
        transform.run_layer(built.night("after"), layer)


@pytest.mark.timeout(900)
def test_twenty_kills_and_a_rerun_leave_what_one_good_night_leaves(
    pg_server_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the stand-in: smaller than the real records, and at hand everywhere
    monkeypatch.setenv("FIRSTBELL_SAMPLES", str(tmp_path / "none"))
    with house(tmp_path / "good", pg_server_url, "firstbell_it_good") as good:
        first = load(good, monkeypatch, None)
        again = load(good, monkeypatch, None, "--full-refresh")
        transform_all(good)
        expected = state(good)
    # a load on top of another one takes fewer steps: every kill must fall within its load
    within = min(first, again) * 9 // 10
    assert within > KILLS

    dice = random.Random(20220527)
    with house(tmp_path / "harmed", pg_server_url, "firstbell_it_harmed") as harmed:
        for _ in range(KILLS):
            # everything is read again, so that each kill may fall anywhere in the whole load
            load(harmed, monkeypatch, dice.randrange(1, within), "--full-refresh")
        load(harmed, monkeypatch, None)
        transform_all(harmed)
        assert state(harmed) == expected
    assert any(name.startswith("raw.") for name in expected)
