"""The demo's own district files: links to the project's, until the demo changes one.

They lie in the demo's folder as a district's own lie outside the checkout (docs/onboarding.md), so
`make clean` takes them away and the checkout stays as it is.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import yaml

from demo.runtime import Runtime, write_private
from include.errors import ConfigError
from include.settings import DISTRICTS, Settings

VARIABLE = "FIRSTBELL_DISTRICTS_DIR"
_RECORD = "system_of_record.csv"
_COLUMNS = ("district_code", "entity_group", "source_system", "valid_from", "valid_to", "note")
# Before any record of the demo.
_FIRST_DAY = "2000-07-01"


def use(runtime: Runtime) -> None:
    """Let this process and those it starts read the demo's own district files.

    A folder that somebody named stays the one that is read.
    """
    if os.environ.get(VARIABLE):
        return
    folder = runtime.districts
    folder.mkdir(exist_ok=True)
    named = {path.name: path for path in DISTRICTS.glob("*.yaml")}
    for link in folder.glob("*.yaml"):
        # a file of the project that is gone, or of a checkout that was moved
        if link.is_symlink() and named.get(link.name) != link.readlink():
            link.unlink()
    for name, path in named.items():
        if not (folder / name).exists():
            (folder / name).symlink_to(path)
    os.environ[VARIABLE] = str(folder)


def need(runtime: Runtime, command: str) -> None:
    """Refuse to change district files that are not the demo's own."""
    if (named := Settings().districts_dir) != runtime.districts:
        raise ConfigError(
            command,
            seen=f"{VARIABLE} names {named}",
            expected="the demo's own district files: others are not the demo's to change",
            next_step=f"Unset {VARIABLE} (also in .env), then `make down` and `make demo`. Your own"
            " district changes as docs/changing-the-sis.md says.",
        )


def add_source(runtime: Runtime, district: str, kind: str, settings: Mapping[str, Any]) -> None:
    """Add a student system to the district's file, before its other sources."""
    content = _content(runtime, district)
    others = {name: found for name, found in content["sources"].items() if name != kind}
    source = {"kind": kind, "connection": f"{district}_{kind}", **settings}
    _write(runtime, district, {**content, "sources": {kind: source, **others}})


def remove_source(runtime: Runtime, district: str, kind: str) -> None:
    """Take a student system out of the district's file."""
    content = _content(runtime, district)
    others = {name: found for name, found in content["sources"].items() if found["kind"] != kind}
    _write(runtime, district, {**content, "sources": others})


def hand_over(runtime: Runtime, district: str, old: str, new: str, day: date) -> None:
    """Write the district's rows of system_of_record: `new` is the record of all from that day."""
    seeds = runtime.districts / "seeds" / district
    seeds.mkdir(parents=True, exist_ok=True)
    # where the demo wrote them before; a row that stands in both is refused
    (seeds.parent / _RECORD).unlink(missing_ok=True)
    rows = [
        (district, "*", old, _FIRST_DAY, (day - timedelta(days=1)).isoformat(), ""),
        (district, "*", new, day.isoformat(), "", "Change of SIS in the demo"),
    ]
    with (seeds / _RECORD).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([_COLUMNS, *rows])


def _content(runtime: Runtime, district: str) -> dict[str, Any]:
    text = (runtime.districts / f"{district}.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def _write(runtime: Runtime, district: str, content: Mapping[str, Any]) -> None:
    # a link becomes a file: the project's own stays as it is
    write_private(
        runtime.districts / f"{district}.yaml",
        "# The demo's copy, since the district changed its SIS.\n"
        + yaml.safe_dump(dict(content), sort_keys=False),
    )
