"""Grand Bend in the demo: Ed-Fi's published records where they are at hand, else a stand-in."""

from __future__ import annotations

import os
import shutil
import zipfile
from datetime import date
from pathlib import Path

from demo import standin
from demo.runtime import ROOT, Runtime
from demo.sources import Input, System

CODE = "grand_bend"
# The last day of the district's records.
OPENING = date(2022, 5, 27)


def samples() -> Path | None:
    """The folder of real sample data: FIRSTBELL_SAMPLES, or `../shared/samples`; None without."""
    named = os.environ.get("FIRSTBELL_SAMPLES")
    folder = Path(named) if named else ROOT.parent / "shared" / "samples"
    return folder.resolve() if (folder / "edfi_grand_bend").is_dir() else None


def prepare(runtime: Runtime) -> Input:
    """Lay out what the simulators serve; repeatable, and the same bytes each time."""
    home = runtime.sources / CODE
    exports, drop = home / "sftp", home / "drop"
    for folder in (exports, drop / "map_growth", drop / "iready"):
        folder.mkdir(parents=True, exist_ok=True)
    real = samples()
    if real is None:
        edfi, vendors = home / "edfi", home / "vendors"
        standin.write(edfi, vendors)
    else:
        edfi, vendors = real / "edfi_grand_bend", real / "assessments"
    _zip_star(vendors / "STAR", exports / "Grand Bend ISD.zip")
    for source, target in _DROPPED.items():
        _copy(vendors / source, drop / target)
    what = "the published Grand Bend records" if real else "a generated stand-in"
    return Input(
        code=CODE,
        systems={"edfi": System(edfi, home / "edfi.control.jsonl")},
        sftp=exports,
        drop=drop,
        what=what,
    )


# Vendor file in the samples (and in the stand-in) -> name under which the vendor delivers it.
_STAR = {
    "SR_sample_anonymized_file.csv": "SR_v2.csv",
    "SR_Dashboard_Standards_v2_sample_anonymized_file.csv": "SR_Dashboard_Standards_v2.csv",
    "SR_SkillArea_v1_sample_anonymized_file.csv": "SR_SkillArea_v1.csv",
}
_DROPPED = {
    "MAP_Growth/sample_anonymized_file.csv": "map_growth/AssessmentResults.csv",
    "i-Ready/sample_anonymized_file_ela.csv": "iready/diagnostic_results_ela.csv",
    "i-Ready/sample_anonymized_file_math.csv": "iready/diagnostic_results_math.csv",
}


def _zip_star(folder: Path, archive: Path) -> None:
    """Renaissance sends one ZIP named after the customer."""
    part = archive.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as packed:
        for source, member in _STAR.items():
            # a fixed date: the same content must be the same file, night after night
            info = zipfile.ZipInfo(member, (2022, 5, 27, 2, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(info, (folder / source).read_bytes())
    if archive.exists() and archive.read_bytes() == part.read_bytes():
        part.unlink()
    else:
        part.replace(archive)


def _copy(source: Path, target: Path) -> None:
    if not target.exists() or target.read_bytes() != source.read_bytes():
        shutil.copyfile(source, target)
