"""Rows of a file that raw holds already are known by their line and not read again."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import psycopg
import pytest

from include.landing.request import LoadResult
from include.sources.files.known_lines import Digester, KnownLines
from include.sources.files.reading import Reading, Row
from tests.landing.deliveries import MAP, STAR, Deliveries, star, taken
from tests.landing.support import query
from tests.sources.files.helpers import to_csv


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The places of the rows that were read."""
    places: list[str] = []
    changes = Reading.changes

    def noted(self: Reading, rows: Sequence[Row]) -> Any:
        places.extend(f"{self.where}:{number}" for number, *_ in rows)
        return changes(self, rows)

    monkeypatch.setattr(Reading, "changes", noted)
    return places


def _same(result: LoadResult) -> tuple[int, int, int, int]:
    return result.rows_new, result.rows_changed, result.rows_deleted, result.rows_unchanged


def _cell(url: str, name: str, test: str) -> str:
    """A cell of the current row of a test."""
    statement = f"""
        select raw.record(payload, cell_names_id) ->> %s from raw.{STAR.table}
        where superseded_by is null and record_key like %s
    """
    ((cell,),) = query(url, statement, name, f"%{test}%")
    return str(cell)


@pytest.mark.parametrize("way", [1, 5_000])
def test_of_a_file_that_comes_again_only_other_lines_are_read(
    stars: Deliveries, built: list[str], way: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("include.landing.writer.BULK_FROM_ROWS", way)
    stars.land([star(1), star(2), star(3)])
    built.clear()

    result = stars.land([star(1), star(2, ScaledScore="600"), star(3), star(4)])

    assert _same(result) == (1, 1, 0, 2)
    assert built == ["SR.csv:3", "SR.csv:5"]


def test_of_a_file_that_comes_again_whole_no_line_is_read(
    stars: Deliveries, built: list[str]
) -> None:
    stars.land([star(1), star(2)])
    built.clear()

    result = stars.land([star(2), star(1)])

    assert (_same(result), result.status, built) == ((0, 0, 0, 2), "unchanged", [])


def test_a_short_file_beside_many_rows_knows_its_own(stars: Deliveries, built: list[str]) -> None:
    stars.land([star(number) for number in range(5)])
    built.clear()

    result = stars.land([star(3), star(7)])

    assert (_same(result), built) == ((1, 0, 0, 1), ["SR.csv:3"])


def test_a_snapshot_deletes_what_no_line_says_and_no_more(
    maps: Deliveries, built: list[str], warehouse: str
) -> None:
    maps.land([taken(1), taken(2), taken(3), taken(4, TermName="Winter 2026-2027")])
    built.clear()

    result = maps.land([taken(3), taken(1)])

    assert (_same(result), built) == ((0, 0, 1, 2), [])
    deleted = "select raw.record(payload, cell_names_id) ->> 'test_id' from raw.{} where is_deleted"
    assert query(warehouse, deleted.format(MAP.table)) == [("2",)]


def test_a_row_that_was_deleted_and_comes_back_is_new(maps: Deliveries) -> None:
    both = [taken(1), taken(2)]
    maps.land(both)
    maps.land(both[:1])

    assert _same(maps.land(both)) == (1, 0, 0, 1)


@pytest.mark.parametrize("order", [1, -1])
def test_a_known_line_with_the_key_of_another_is_read_with_it(
    stars: Deliveries, warehouse: str, order: int
) -> None:
    known, other = star(1), star(1, ScaledScore="600")
    stars.land([known, star(2)])

    result = stars.land([[known, other], [other, known]][order < 0] + [star(2)])

    assert (result.rows_changed, result.rows_rejected) == ((1, 1) if order > 0 else (0, 1))
    assert _cell(warehouse, "scaled_score", "a1") == ("600" if order > 0 else "512")


def test_a_known_line_that_comes_twice_is_one_row(stars: Deliveries) -> None:
    stars.land([star(1), star(2)])

    assert _same(stars.land([star(1), star(1), star(2)])) == (0, 0, 0, 2)
    assert stars.last.notes["repeated_keys"]["left_out_same"] == 1


def test_what_is_told_of_a_row_is_told_again_each_night(stars: Deliveries) -> None:
    rows = [star(1, ScaledScore="lots"), star(2), star(3, CompletedDateLocal="soon")]
    first = stars.land(rows)
    notes = stars.last.notes

    again = stars.land(rows)

    assert (first.rows_rejected, again.rows_rejected) == (2, 2)
    assert stars.last.notes == notes


def test_a_line_that_stands_inside_a_cell_is_no_row(stars: Deliveries, warehouse: str) -> None:
    header, line = to_csv([star(1)]).split("\r\n")[:2]
    stars.land(f"{header}\r\n{line}\r\n")
    cells = next(csv.reader([line]))
    cells[list(star(1)).index("AssessmentID")] = "a2"
    cells[list(star(1)).index("SchoolName")] = f"Elm\r\n{line}\r\n"
    text = io.StringIO(newline="")
    csv.writer(text).writerow(cells)

    result = stars.land(f"{header}\r\n{text.getvalue()}")

    assert (result.rows_new, result.rows_seen) == (1, 1)
    assert _cell(warehouse, "school_name", "a2") == f"Elm\r\n{line}\r\n"


def test_a_line_with_an_odd_quote_takes_no_other_with_it(stars: Deliveries) -> None:
    rows = to_csv([star(1), star(2), star(3)])
    odd = rows.replace("Oak", '5" Oak', 1)
    assert stars.land(odd).rows_new == 3

    assert _same(stars.land(odd)) == (0, 0, 0, 3)
    assert _same(stars.land(odd.replace("a2", "a9"))) == (1, 0, 0, 2)


@pytest.mark.parametrize("line_end", ["\r", "\n"])
def test_any_line_end_gives_the_same_rows(stars: Deliveries, line_end: str) -> None:
    rows = [star(1), star(2)]
    stars.land(to_csv(rows))

    assert _same(stars.land(to_csv(rows, line_end=line_end))) == (0, 0, 0, 2)


def test_a_row_is_known_by_its_number_in_the_file_beside_known_ones(
    stars: Deliveries, warehouse: str
) -> None:
    stars.land([star(1), star(2)])
    stars.land([star(1), star(2), star(3)])

    place = "select source_ref from raw.{} where record_key like '%%a3%%'"
    assert query(warehouse, place.format(STAR.table)) == [("SR.csv:4",)]


def test_known_rows_say_whose_and_of_which_year_a_file_is(stars: Deliveries) -> None:
    rows = [star(n, DistrictName="Maple Valley") for n in range(4)]
    stars.land(rows)
    owner = stars.last.notes["owner"]
    late = [star(n, SchoolYear="2025-2026") for n in (8, 9)]

    result = stars.land([*rows, *late])

    # the late ones are fewer than the known ones, so they alone are rejected
    assert (result.rows_unchanged, result.rows_rejected) == (4, 2)
    assert stars.last.notes["owner"] == owner
    assert stars.last.notes["rows"] == 6


def test_lines_under_another_rule_are_read_anew(stars: Deliveries, built: list[str]) -> None:
    rows = [star(n, DistrictName=f"District {n > 0}") for n in range(3)]
    stars.land(rows)
    built.clear()

    result = stars.land(rows, owner={"DistrictName": ["District True"]})

    assert (result.rows_rejected, result.rows_unchanged) == (1, 2)
    assert built == ["SR.csv:2", "SR.csv:3", "SR.csv:4"]


def test_a_row_of_before_is_known_from_its_second_reading_on(
    stars: Deliveries, built: list[str], warehouse: str
) -> None:
    rows = [star(1), star(2)]
    stars.land(rows)
    with psycopg.connect(warehouse) as connection:
        connection.execute(f"update raw.{STAR.table} set line_digest = null")
    built.clear()

    results = [stars.land(rows), stars.land(rows)]

    assert [result.status for result in results] == ["unchanged"] * 2
    assert built == ["SR.csv:2", "SR.csv:3"]
    assert query(warehouse, f"select count(*) from raw.{STAR.table}") == [(2,)]


def test_a_column_that_nobody_keeps_may_differ_each_night_and_writes_nothing(
    stars: Deliveries, built: list[str], warehouse: str
) -> None:
    stars.land([star(1), star(2)])
    written = f"select xmin from raw.{STAR.table} order by record_key"
    before = query(warehouse, written)
    built.clear()

    result = stars.land([star(1, StudentEmail="of-today@example.org"), star(2)])

    assert (_same(result), built) == ((0, 0, 0, 2), ["SR.csv:2"])
    assert query(warehouse, written) == before


def test_of_more_scopes_than_are_kept_the_lines_are_read(
    maps: Deliveries, built: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("include.sources.files.known_lines.MOST_GROUPS", 2)
    rows = [taken(number, TermName=f"Window {number // 2} 2026-2027") for number in range(8)]
    maps.land(rows)
    scopes = maps.last.stream.told().scopes
    built.clear()

    result = maps.land(rows)

    assert (_same(result), result.status) == ((0, 0, 0, 8), "unchanged")
    # the two rows of each of two scopes, whichever they are
    assert len(built) == 4
    assert maps.last.stream.told().scopes == scopes


def test_what_is_kept_of_many_scopes_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("include.sources.files.known_lines.MOST_GROUPS", 10)
    digester = Digester(["a file"], b"key")
    digests = [
        digester.of(b"line %d" % number, f"{number}", (("ours",), f"window {number}"))
        for number in range(100)
    ]
    known = KnownLines(digester, digests)

    found = known.find([b"line %d" % number for number in range(100)])
    known.settle(np.empty(0, dtype=np.uint64))

    assert sum(found) == 10
    assert len(list(known.groups())) == 10
