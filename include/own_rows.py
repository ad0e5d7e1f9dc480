"""Rows of policies, crosswalks and the vendor registry that an installation adds to the seeds.

They stand outside the checkout, in folder `seeds` beside the district files, in CSV files named
and shaped as the seeds: an upgrade of the checkout never meets them. A night builds the project
with them in their seeds.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Sequence
from pathlib import Path

from include.seed_rows import Row, Seed, rows_of, seeds

# What dbt writes beside a project, should somebody have run it by hand.
_MADE_BY_DBT = ("target", "logs")


def files(own: Path) -> list[Path]:
    """The files of own rows; none when there is no such folder."""
    return sorted(own.glob("*.csv"))


def rows(seed: Seed, own: Path) -> list[Row]:
    """The rows of a seed with those of one's own, which replace rows of the same key."""
    file = own / seed.file.name
    added = [row for _, row in rows_of(file)[1]] if file.exists() else []
    replaced = {seed.key_of(row) for row in added}
    kept = [row for _, row in rows_of(seed.file)[1] if seed.key_of(row) not in replaced]
    return [*kept, *added]


def project_with(project: Path, own: Path, place: Path) -> Path:
    """The dbt project with own rows in its seeds: links to its files, in a folder made anew.

    The project itself when there are no own rows.
    """
    named = {file.name for file in files(own)}
    if not named:
        return project
    part = place.with_name(f"{place.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    for path in project.iterdir():
        if path.name not in ("seeds", *_MADE_BY_DBT):
            (part / path.name).symlink_to(path)
    known = {seed.file: seed for seed in seeds(project).values()}
    for path in (project / "seeds").rglob("*"):
        copy = part / path.relative_to(project)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if path.name in named and path in known:
            _write(known[path], rows(known[path], own), copy)
        elif path.is_file():
            copy.symlink_to(path)
    shutil.rmtree(place, ignore_errors=True)
    part.rename(place)
    return place


def _write(seed: Seed, held: Sequence[Row], copy: Path) -> None:
    header = rows_of(seed.file)[0]
    with copy.open("w", encoding="utf-8", newline="") as file:
        # what an own file has no column for stays empty
        writer = csv.DictWriter(file, header, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(held)  # type: ignore[arg-type]
