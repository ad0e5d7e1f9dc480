"""Vendors' files, landed one after the other into one warehouse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from include import landing
from include.landing.request import LoadResult
from include.records import Feed
from include.sources.files import FileFeed
from tests.landing.support import request
from tests.sources.files.helpers import MAP_ROW, STAR_ROW, feeds_of, local, to_csv

STAR, MAP = Feed("star", "results"), Feed("map_growth", "assessment_results")
Row = Mapping[str, str]


def star(number: int, **cells: str) -> dict[str, str]:
    return {**STAR_ROW, "AssessmentID": f"a{number}", "SchoolName": "Oak", **cells}


def taken(number: int, **cells: str) -> dict[str, str]:
    return {**MAP_ROW, "TestID": f"{number}", **cells}


class Deliveries:
    """Lands files of one table, one after the other."""

    def __init__(self, url: str, path: Path, layout: str) -> None:
        self._url, self._path, self._layout = url, path, layout
        self.last: FileFeed

    def land(self, rows: Sequence[Row] | str | bytes, **source: Any) -> LoadResult:
        content = rows if isinstance(rows, str | bytes) else to_csv(rows)
        (self.last,) = feeds_of(local(self._path, content), self._layout, **source)
        wanted = request(self.last.kind, feed=self.last.feed, file_hash=self.last.file_hash)
        return landing.land(self._url, self.last.stream, wanted)
