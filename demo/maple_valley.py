"""Maple Valley in the demo: the synthetic district, whose systems move on by a school day."""

from __future__ import annotations

import json
import os
import shutil
from datetime import date
from pathlib import Path

from demo.runtime import Runtime
from demo.sources import Input, System
from demo.synthetic import advance
from demo.synthetic.powerschool.derive import derive, district_number
from demo.synthetic.settings import OPENING as FIRST_EVENING
from demo.synthetic.settings import Plan
from demo.synthetic.write import write

CODE = "maple_valley"
OPENING = FIRST_EVENING
STUDENTS = 2_000
# Says what was generated; without it a generation was cut short.
STAMP = "generated.json"
# Says that PowerSchool's side of the district was derived to its end.
DERIVED = "powerschool.json"


def students() -> int:
    """How many students the district gets: FIRSTBELL_DEMO_STUDENTS, else about 2,000."""
    return int(os.environ.get("FIRSTBELL_DEMO_STUDENTS") or STUDENTS)


def prepare(runtime: Runtime) -> Input:
    """Generate the district once; its systems stand where the last played day left them."""
    given = _input(runtime)
    home = _home(runtime)
    if not (home / STAMP).exists():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        written = write(home, Plan(students=students()))
        stamp = {"students": students(), "records": sum(written.rows.values())}
        (home / STAMP).write_text(json.dumps(stamp) + "\n", encoding="utf-8")
    return given


def prepare_powerschool(runtime: Runtime) -> dict[str, object]:
    """Derive what PowerSchool holds of the district, up to the last played day.

    Returns the settings that its source needs in the district file.
    """
    home = _home(runtime)
    if not (home / DERIVED).exists():
        derive(home)
        (home / DERIVED).write_text(
            json.dumps({"district_number": district_number(home)}) + "\n", encoding="utf-8"
        )
    _tell_powerschool(runtime)
    # the simulator shares the machine with nobody's schools
    return {**_derived(home), "min_interval_s": 0}


def next_day(runtime: Runtime) -> date | None:
    """The school day after the last one played; None when the generated days are used up."""
    played = played_to(runtime)
    return min((day for day in advance.later_days(_home(runtime)) if day > played), default=None)


def last_day(runtime: Runtime) -> date:
    """The last school day that was generated."""
    return max(advance.later_days(_home(runtime)), default=OPENING)


def played_to(runtime: Runtime) -> date:
    """The day up to whose evening the source systems have moved."""
    return max(advance.happened(_control(_home(runtime), "edfi")), default=OPENING)


def play_to(runtime: Runtime, day: date) -> list[date]:
    """Move the source systems on to the evening of `day`; returns the days that were played.

    An earlier day changes nothing: records do not go back in time, a rerun only judges by its
    date.
    """
    home, given, played = _home(runtime), _input(runtime), played_to(runtime)
    control = given.systems["edfi"].control
    due = [found for found in advance.later_days(home) if played < found <= day]
    for found in due:
        advance.advance(home, found, control=control, sftp=given.sftp, drop=given.drop)
    _tell_powerschool(runtime)
    return due


def truth(runtime: Runtime) -> Path:
    """The probabilities that the generator drew the outcomes from; no product code reads them."""
    return _home(runtime) / "truth" / "oracle.csv"


def _home(runtime: Runtime) -> Path:
    return runtime.sources / CODE


def _control(home: Path, kind: str) -> Path:
    return home / f"{kind}.control.jsonl"


def _derived(home: Path) -> dict[str, str]:
    """What was kept of PowerSchool's side; empty before a change of the SIS."""
    kept = home / DERIVED
    return dict(json.loads(kept.read_text(encoding="utf-8"))) if kept.exists() else {}


def _tell_powerschool(runtime: Runtime) -> None:
    """Let PowerSchool live through the days that Ed-Fi has lived through."""
    home = _home(runtime)
    if _derived(home):
        control = _control(home, "powerschool")
        for day in advance.happened(_control(home, "edfi")):
            advance.tell(home / "powerschool" / "days", day, control=control)


def _input(runtime: Runtime) -> Input:
    home = _home(runtime)
    systems = {"edfi": System(home / "edfi", _control(home, "edfi"))}
    if found := _derived(home):
        systems["powerschool"] = System(
            home / "powerschool", _control(home, "powerschool"),
            ("--district-number", found["district_number"]),
        )  # fmt: skip
    return Input(
        code=CODE,
        systems=systems,
        sftp=home / "sftp",
        drop=home / "drop",
        what="the synthetic Maple Valley",
    )
