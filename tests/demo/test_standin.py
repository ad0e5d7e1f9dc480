"""The stand-in is the same on every run, visibly invented, and covers what the night reads."""

from __future__ import annotations

import json
from pathlib import Path

from demo import grand_bend, standin
from demo.runtime import Runtime


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        standin.write(tmp_path / name / "edfi", tmp_path / name / "vendors", students=60)
    assert files(tmp_path / "a") == files(tmp_path / "b") != {}


def test_every_person_is_visibly_invented(tmp_path: Path) -> None:
    standin.write(tmp_path / "edfi", tmp_path / "vendors", students=60)
    for resource in ("students", "staffs"):
        for line in (tmp_path / "edfi" / f"{resource}.jsonl").read_text().splitlines():
            person = json.loads(line)
            assert person["firstName"].startswith("Test-")
            assert person["lastSurname"].startswith("Sample-")


def test_ids_are_unique_within_a_resource(tmp_path: Path) -> None:
    counts = standin.write(tmp_path / "edfi", tmp_path / "vendors", students=60)
    for resource, count in counts.items():
        lines = (tmp_path / "edfi" / f"{resource}.jsonl").read_text().splitlines()
        assert len({json.loads(line)["id"] for line in lines}) == count, resource


def test_preparing_twice_delivers_the_same_files(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("FIRSTBELL_SAMPLES", str(tmp_path / "none"))
    runtime = Runtime(tmp_path / "runtime")
    runtime.create()
    assert grand_bend.prepare(runtime).what == "a generated stand-in"
    before = files(runtime.sources)
    grand_bend.prepare(runtime)
    assert files(runtime.sources) == before
