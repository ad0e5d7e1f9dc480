"""Files as vendors write them, made up for the tests; no value belongs to a real child."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from include.records import Change, Reject, Upsert
from include.sources.files import FileFeed, LocalFile, open_feeds
from include.sources.files.config import FilesConfig
from include.sources.files.local import sha256_of

WRITTEN = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
YEAR = 2027

STAR_ROW = {
    "SchoolYear": "2026-2027",
    "StudentIdentifier": "0007001",
    "StudentFirstName": "Test",
    "StudentLastName": "Alder",
    "StudentEmail": "nobody@example.org",
    "Gender": "X",
    "AssessmentID": "00000000-aaaa-0000-0000-000000000001",
    "CompletedDateLocal": "2026-09-03T09:07:55.097Z",
    "InstructionalReadingLevel": "3.1",
    "ScaledScore": "512",
    "PercentileRank": "41",
    "CurrentSGP": "85.0",
}
MAP_ROW = {
    "TermName": "Fall 2026-2027",
    "SchoolName": "Oak",
    "StudentID": "0007001",
    "Subject": "Mathematics",
    "Course": "Math K-12",
    "TestName": "Growth: Math 2-5",
    "TestID": "900000001",
    "TestStartDate": "09/16/2026",
    "TestStartTime": "08:54:50",
    "TestRITScore": "208",
    "TestPercentile": "57",
}
IREADY_ROW = {
    "Last Name": "Alder",
    "First Name": "Test",
    "Student ID": "0007001",
    "Academic Year": "2026-2027",
    "Sex": "x",
    "Start Date": "9/3/2026",
    "Completion Date": "9/3/2026",
    "Duration (min)": "46",
    "Overall Scale Score": "424",
    "Percentile": "10",
    "Vocabulary Scale Score": "415",
}


def to_csv(
    rows: Sequence[Mapping[str, str]], *, line_end: str = "\r\n", delimiter: str = ","
) -> str:
    """CSV text with the header of the first row."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator=line_end, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def local(path: Path, content: bytes | str, *, written: datetime = WRITTEN) -> LocalFile:
    """A delivered file with this content."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return LocalFile(path, path.name, sha256_of(path), written)


def zipped(path: Path, members: Mapping[str, str | bytes]) -> LocalFile:
    """A delivered ZIP with these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return LocalFile(path, path.name, sha256_of(path), WRITTEN)


def source(layout: str, **more: Any) -> FilesConfig:
    """A source with this layout."""
    delivery = {"kind": "folder", "connection": "drop", "pattern": "*"}
    return FilesConfig.model_validate(
        {"kind": "files", "layout": layout, "delivery": delivery, **more}
    )


def feeds_of(
    file: LocalFile, layout: str, *, as_of: date = date(2026, 11, 20), **more: Any
) -> list[FileFeed]:
    """The feeds in a file, read for the school year of the tests."""
    return open_feeds(file, source(layout, **more), YEAR, as_of_date=as_of)


def read(feed: FileFeed) -> list[Change]:
    """All changes of a feed."""
    return [change for batch in feed.stream.batches() for change in batch]


def read_rows(path: Path, content: bytes | str, layout: str, **more: Any) -> list[Change]:
    """All changes of a file with one table."""
    (feed,) = feeds_of(local(path, content), layout, **more)
    return read(feed)


def upserts(changes: Sequence[Change]) -> list[Upsert]:
    return [change for change in changes if isinstance(change, Upsert)]


def rejects(changes: Sequence[Change]) -> list[Reject]:
    return [change for change in changes if isinstance(change, Reject)]
