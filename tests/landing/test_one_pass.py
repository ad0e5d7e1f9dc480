"""A file of new rows is read once; what only its whole length tells makes it begin again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from include.errors import EmptyFeedError, WrongYearError
from include.sources.files.content import Content
from tests.landing.deliveries import STAR, Deliveries, star
from tests.landing.support import last_ledger_row, query
from tests.sources.files.helpers import to_csv

pytestmark = pytest.mark.usefixtures("first_load_way")


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was read of a file, row by row: the first cell of each."""
    cells: list[str] = []
    rows, records = Content.rows, Content.records

    def noted_rows(self: Content) -> Iterator[list[str]]:
        for row in rows(self):
            cells.append(row[0])
            yield row

    def noted_records(self: Content, *skips: Any) -> Iterator[Any]:
        for batch in records(self, *skips):
            cells.extend(record[2][0] for record in batch)
            yield batch

    monkeypatch.setattr(Content, "rows", noted_rows)
    monkeypatch.setattr(Content, "records", noted_records)
    return cells


@pytest.fixture(autouse=True)
def short_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few rows be several batches."""
    monkeypatch.setattr("include.sources.files.stream.BATCH_CELLS", 40)


def test_rows_that_raw_does_not_hold_are_read_once(stars: Deliveries, drawn: list[str]) -> None:
    rows = [star(number, SchoolYear="2026-2027") for number in range(9)]

    result = stars.land(rows)

    assert result.rows_new == 9
    assert drawn.count("2026-2027") == 9
    assert stars.last.notes["rows"] == 9


def test_a_key_that_repeats_late_leaves_nothing_of_the_first_reading(
    stars: Deliveries, warehouse: str
) -> None:
    rows = [star(number) for number in range(8)]
    rows[0]["ScaledScore"] = "lots"
    rows[1]["CompletedDateLocal"] = "soon"

    result = stars.land([*rows, star(2, ScaledScore="600")])

    # a bad value, a bad date and the row that a later one replaces
    assert (result.rows_new, result.rows_rejected, result.rows_seen) == (7, 3, 7)
    reasons = "select reason from ops.rejects order by reason"
    assert query(warehouse, reasons) == [("bad_date",), ("bad_value",), ("duplicate_key",)]
    score = f"""
        select raw.record(payload, cell_names_id) ->> 'scaled_score' from raw.{STAR.table}
        where record_key like '%%a2%%'
    """
    assert query(warehouse, score) == [("600",)]
    assert stars.last.notes["repeated_keys"]["left_out_older"] == 1
    assert stars.last.notes["rejected"] == {"bad_date": 1, "bad_value": 1, "duplicate_key": 1}


def test_a_row_listed_once_per_class_is_one_row_however_late(
    stars: Deliveries, warehouse: str
) -> None:
    rows = [star(number, ClassName="Math A") for number in range(8)]

    result = stars.land([*rows, star(0, ClassName="Art B")])

    assert (result.rows_new, result.rows_rejected) == (8, 0)
    assert stars.last.notes["repeated_keys"]["left_out_per_class"] == 1
    assert query(warehouse, f"select count(*) from raw.{STAR.table}") == [(8,)]


def test_rows_after_damaged_ones_may_all_have_a_comma_more(stars: Deliveries) -> None:
    header, *lines = to_csv([star(number) for number in range(8)]).splitlines()
    text = "\n".join([header, "a,b", "c,d", "e,f", *(f"{line}," for line in lines), ""])

    result = stars.land(text)

    assert (result.rows_new, result.rows_rejected) == (8, 3)


def test_rows_with_a_comma_more_are_damaged_where_one_has_none(stars: Deliveries) -> None:
    header, *lines = to_csv([star(number) for number in range(8)]).splitlines()
    text = "\n".join([header, *(f"{line}," for line in lines[:-1]), lines[-1], ""])

    result = stars.land(text)

    assert (result.rows_new, result.rows_rejected) == (1, 7)


def test_a_file_of_another_year_leaves_nothing_but_its_place_in_the_books(
    stars: Deliveries, warehouse: str
) -> None:
    rows = [star(number, SchoolYear="2025-2026") for number in range(8)]

    with pytest.raises(WrongYearError):
        stars.land([star(99), *rows])

    assert query(warehouse, f"select count(*) from raw.{STAR.table}") == [(0,)]
    assert query(warehouse, "select count(*) from ops.rejects") == [(0,)]
    assert last_ledger_row(warehouse)["status"] == "failed"
    assert stars.last.notes["rows"] == 9


def test_a_header_and_blank_lines_are_no_file(stars: Deliveries) -> None:
    header = to_csv([star(1)]).splitlines()[0]

    with pytest.raises(EmptyFeedError, match="a header without rows"):
        stars.land(header + 30 * "\n")


def test_lines_of_a_first_load_are_known_the_next_night(
    stars: Deliveries, drawn: list[str]
) -> None:
    rows = [star(number) for number in range(9)]
    stars.land(rows)
    drawn.clear()

    assert stars.land(rows).status == "unchanged"
    assert drawn.count("2026-2027") == 0
