"""Write a district to disk: blocks in parallel, each streamed; then what spans the blocks."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from demo.shapes.vendors import STAR
from demo.synthetic import (
    defects,
    district,
    enrolments,
    events,
    learning,
    organisations,
    planting,
    teaching,
    vendor_files,
)
from demo.synthetic.school_year import PERIODS, school_year
from demo.synthetic.settings import QUARTERS, YEARS, Plan
from demo.synthetic.sink import Sink
from demo.synthetic.vendor_files import MAP_HEADER, ROSTER_HEADER, ZIP

OWN = ("edfi", "sftp", "drop", "days", "truth", "parts", "powerschool")
TRUTH_HEADER = (
    "student_unique_id", "school_year", "label_period", "label_begin_date", "p_fails_course",
    "p_becomes_chronic", "p_either", "fails_course", "becomes_chronic", "is_either",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """What was written."""

    rows: dict[str, int]  # Ed-Fi records of the opening by resource
    commands: dict[date, int]  # commands of every later school day


def write(out: Path, plan: Plan, *, workers: int = 2) -> Written:
    """Write the whole district into a folder; what an earlier run left there is replaced."""
    for name in OWN:
        shutil.rmtree(out / name, ignore_errors=True)
        (out / name).mkdir(parents=True)
    rows: Counter[str] = Counter()
    jobs = [(out, plan, number) for number in range(plan.blocks)]
    if workers > 1 and plan.blocks > 1:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            for counts in pool.map(_block, jobs):
                rows.update(counts)
    else:
        for job in jobs:
            rows.update(_block(job))
    commands = _days(out)
    _vendors(out, plan)
    _join(out / "truth" / "oracle.csv", out / "parts", "oracle", ",".join(TRUTH_HEADER) + "\n")
    shutil.rmtree(out / "parts")
    return Written(dict(sorted(rows.items())), commands)


def _block(job: tuple[Path, Plan, int]) -> Counter[str]:
    """Draw and write one block."""
    out, plan, number = job
    block = district.block(plan, number)
    later = defects.forward_days(plan)
    as_of = plan.as_of.toordinal()
    last = later[-1] if later else as_of
    planted = defects.choose(block)
    sink = Sink(out / "edfi", out / "parts", f"{number:03d}", as_of, last)
    stays = teaching.spells(block)
    sections = teaching.section_counts(block)
    organisations.write(sink, number)
    teaching.write(sink, block, sections)
    enrolments.write(sink, block, stays, planted)
    learning.write_learning(sink, block, stays, sections, planted)
    learning.write_state_tests(sink, block, planted)
    events.write_attendance(sink, block, planted)
    events.write_incidents(sink, block, planted)
    planting.plant(sink, block, stays, planted)
    planting.merge(sink, block, planted)
    sink.close()
    _vendor_parts(out / "parts", block, planted, as_of, last)
    _truth_part(out / "parts", block)
    if number == 0:
        found = list(defects.describe(block, planted))
        text = json.dumps(found, indent=1)
        (out / "truth" / "defects.json").write_text(text + "\n", encoding="ascii")
    return sink.counts


def _days(out: Path) -> dict[date, int]:
    """One file of commands per school day, from the parts of the blocks."""
    commands: dict[date, int] = {}
    for part in sorted(out.glob("parts/*.part"), key=lambda p: (int(p.name.split(".")[0]), p.name)):
        day = date.fromordinal(int(part.name.split(".")[0]))
        lines = part.read_bytes()
        with (out / "days" / f"{day.isoformat()}.jsonl").open("ab") as file:
            file.write(lines)
        commands[day] = commands.get(day, 0) + lines.count(b"\n")
    return commands


def _vendor_parts(
    parts: Path, block: district.Block, planted: defects.Planted, as_of: int, last: int
) -> None:
    found = vendor_files.rows(block, planted)
    exports = vendor_files.exports(as_of, last, planted.days.get("rescore"))
    shard = f"{block.number:03d}"

    def keep(name: str, rows: list[vendor_files.Row], export: int) -> None:
        lines = [row.line for row in rows if row.is_in(export)]
        text = "".join(f"{line}\n" for line in lines)
        (parts / f"{name}.{shard}").write_text(text, encoding="ascii")

    for spring in YEARS:
        days = [as_of, *exports] if spring == YEARS[-1] else [as_of]
        for export in days:
            keep(f"map-{spring}-{export}", found.results[spring], export)
            keep(f"roster-{spring}-{export}", found.roster[spring], export)
    for export in [as_of, *exports]:
        keep(f"star-{export}", found.star, export)


def _vendors(out: Path, plan: Plan) -> None:
    """The opening's files, and for later days the files that the vendors replace."""
    as_of, later = plan.as_of.toordinal(), defects.forward_days(plan)
    last = later[-1] if later else as_of
    parts = out / "parts"
    exports = sorted({int(p.name.split("-")[1].split(".")[0]) for p in parts.glob("star-*")})
    broken = vendor_files.broken_export(as_of, last)
    for export in exports:
        folder = out if export == as_of else out / "days" / date.fromordinal(export).isoformat()
        for spring in YEARS:
            if spring != YEARS[-1] and export != as_of:
                continue
            header = ",".join(MAP_HEADER)
            if spring == YEARS[0]:  # this year's file still has the name of before 2020
                header = header.replace(",Course,", ",MeasurementScale,")
            if export == broken:
                header = header.replace("TestRITScore", "RITScore")
            label = school_year(spring).label
            drop = folder / "drop" / "map_growth"
            drop.mkdir(parents=True, exist_ok=True)
            name, roster = f"map-{spring}-{export}", f"roster-{spring}-{export}"
            _join(drop / f"AssessmentResults_{label}.csv", parts, name, header + "\n")
            title = ",".join(ROSTER_HEADER) + "\n"
            _join(drop / f"StudentsBySchool_{label}.csv", parts, roster, title)
        vendor_files.zip_star(folder / "sftp" / ZIP, _star(parts, export))
    if len(later) > 2:
        wrong, right = (date.fromordinal(day).isoformat() for day in later[1:3])
        text = _star(parts, as_of)
        vendor_files.zip_star(out / "days" / wrong / "sftp" / ZIP, vendor_files.last_years(text))
        vendor_files.zip_star(out / "days" / right / "sftp" / ZIP, text)


def _star(parts: Path, export: int) -> str:
    lines = (p.read_text(encoding="ascii") for p in sorted(parts.glob(f"star-{export}.*")))
    return ",".join(STAR) + "\n" + "".join(lines)


def _join(target: Path, parts: Path, name: str, header: str) -> None:
    with target.open("wb") as file:
        file.write(header.encode("ascii"))
        for part in sorted(parts.glob(f"{name}.*")):
            with part.open("rb") as source:
                shutil.copyfileobj(source, file)


def _truth_part(parts: Path, block: district.Block) -> None:
    known = block.truth
    if known is None:
        return
    lines = []
    columns = (known.fails, known.chronic, known.either)
    seen = (known.did_fail, known.was_chronic, known.was_either)
    for quarter in range(1, QUARTERS):
        spring = YEARS[quarter // 4]
        begin = school_year(spring).periods[quarter % 4][0].isoformat()
        label = PERIODS[quarter % 4]
        for student in np.flatnonzero(~np.isnan(known.chronic[:, quarter])):
            chances = ",".join(_cell(values[student, quarter], 6) for values in columns)
            happened = ",".join(_cell(values[student, quarter], 0) for values in seen)
            unique = block.people.student_id(int(student))
            lines.append(f"{unique},{spring},{label},{begin},{chances},{happened}\n")
    (parts / f"oracle.{block.number:03d}").write_text("".join(lines), encoding="ascii")


def _cell(value: float, digits: int) -> str:
    return "" if np.isnan(value) else f"{value:.{digits}f}"
