"""Rows of policies, crosswalks and the vendor registry that an installation adds to the seeds.

They stand outside the checkout, beside the district files, in CSV files named and shaped as the
seeds: an upgrade of the checkout never meets them. Those for all stand in folder `seeds`, those of
a district in `seeds/<code>`, which the nights of that district alone read. A night builds the
project with both in its seeds.
"""

from __future__ import annotations

import csv
import hashlib
import shutil
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from include import own_models
from include.errors import ConfigError
from include.seed_rows import Row, Seed, concerns, own_files, rows_for, rows_of, seeds

# What dbt writes beside a project, should somebody have run it by hand.
_MADE_BY_DBT = ("target", "logs")


def unread(own: Path, districts: Collection[str]) -> Iterator[ConfigError]:
    """A ConfigError for each file in the folder of own rows that no night reads."""
    for file in sorted(own.rglob("*.csv")):
        if file.parent != own and file.parent not in {own / code for code in districts}:
            yield ConfigError(
                str(file),
                seen="a file of own rows that no night reads",
                expected=f"rows for every district in {own}, and those of one district in the "
                f"folder of its code there ({', '.join(sorted(districts))})",
                next_step="Move the file there, or delete it.",
            )


def digest_of(own: Path, district: str, besides: Collection[str] = ()) -> bytes:
    """A digest of the own rows that hold for a district, but of files that `besides` names.

    Another district's rows change nothing of this one.
    """
    digest = hashlib.sha256()
    for file in own_files(own, district):
        if file.name in besides:
            continue
        digest.update(str(file.relative_to(own)).encode())
        try:
            header, listed = rows_of(file)
        except ConfigError:  # what is wrong with it is told before the seeds are loaded
            digest.update(file.read_bytes())
            continue
        held = [list(row.items()) for _, row in listed if concerns(row, district)]
        digest.update(repr((header, held)).encode())
    return digest.digest()


def project_with(project: Path, own: Path, models: Path, place: Path, district: str) -> Path:
    """The dbt project with a district's own rows in its seeds, and its own `models` among the
    reports: links to its files, in a folder made anew.

    The project itself when there are neither.
    """
    named = {file.name for file in own_files(own, district)}
    if not named and not own_models.files(models, district):
        return project
    part = place.with_name(f"{place.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    if own_models.files(models, district):
        own_models.add_to(project, part, models, district)
    for path in project.iterdir():
        if path.name not in ("seeds", *_MADE_BY_DBT) and not (part / path.name).exists():
            (part / path.name).symlink_to(path)
    known = {seed.file: seed for seed in seeds(project).values()}
    for path in (project / "seeds").rglob("*"):
        copy = part / path.relative_to(project)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if path.name in named and path in known:
            _write(known[path], rows_for(known[path], own, district), copy)
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
