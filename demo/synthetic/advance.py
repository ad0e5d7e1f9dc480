"""Move the simulated source systems on by one school day."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path


def later_days(out: Path) -> list[date]:
    """The school days after the opening that the generated district has, in order."""
    return sorted(date.fromisoformat(path.stem) for path in (out / "days").glob("*.jsonl"))


def happened(control: Path) -> list[date]:
    """The days that have happened, in order."""
    done = _happened(control)
    lines = done.read_text(encoding="ascii").split() if done.exists() else []
    return [date.fromisoformat(line) for line in lines]


def _happened(control: Path) -> Path:
    return control.with_suffix(".days")


def advance(out: Path, day: date, *, control: Path, sftp: Path, drop: Path) -> int:
    """Let a day happen: commands go to the Ed-Fi simulator, files replace the vendors' older ones.

    Returns the number of commands. A day that has happened happens no second time: deletes cannot
    be repeated, and a repeated insert would be a change that no school made.
    """
    if day in happened(control):
        return 0
    overlay = out / "days" / day.isoformat()
    for name, target in (("sftp", sftp), ("drop", drop)):
        for source in sorted((overlay / name).rglob("*")):
            if source.is_file():
                copy = target / source.relative_to(overlay / name)
                copy.parent.mkdir(parents=True, exist_ok=True)
                # a reader must never see half a file
                part = copy.with_suffix(".part")
                shutil.copyfile(source, part)
                part.replace(copy)
    return tell(out / "days", day, control=control)


def tell(days: Path, day: date, *, control: Path) -> int:
    """Give a simulator the commands of a day once; returns how many."""
    if day in happened(control):
        return 0
    commands = (days / f"{day.isoformat()}.jsonl").read_bytes()
    with control.open("ab") as file:
        file.write(commands)
    with _happened(control).open("a", encoding="ascii") as done:
        done.write(f"{day.isoformat()}\n")
    return commands.count(b"\n")
