"""Rows of tables: landed as records, compared as cells."""

from __future__ import annotations

import psycopg
import pytest

from include.records import Cells, FeedKind, Upsert
from tests.landing.support import FEED, current, land, query, version_count

NAMES = ("id", "score", "remark")
OTHER_NAMES = ("id", "points", "remark")


def row(
    *cells: str, names: tuple[str, ...] = NAMES, unknown: dict[str, str] | None = None
) -> Upsert:
    return Upsert(cells[0], Cells(names, cells, unknown), f"file.csv:{cells[0]}")


@pytest.mark.usefixtures("first_load_way")
def test_a_row_is_a_record_of_its_filled_cells_and_unknown_columns(warehouse: str) -> None:
    land(warehouse, [row("a", "7", ""), row("b", "", 'say "ü", \\', unknown={"New": "x"})])

    assert current(warehouse) == {
        "a": {"id": "a", "score": "7"},
        "b": {"id": "b", "remark": 'say "ü", \\', "_unknown": {"New": "x"}},
    }


@pytest.mark.usefixtures("first_load_way")
def test_a_row_that_is_known_is_never_made_into_a_record(
    warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row("a", "7", ""), row("b", "8", "", unknown={"New": "x", "Odd": "y"})]
    land(warehouse, rows, FeedKind.SNAPSHOT)
    made: list[Cells] = []
    monkeypatch.setattr(Cells, "as_dict", made.append)

    again = land(
        warehouse,
        [rows[0], row("b", "8", "", unknown={"Odd": "y", "New": "x"})],
        FeedKind.SNAPSHOT,
    )

    assert (again.status, again.rows_unchanged, made) == ("unchanged", 2, [])


def test_a_changed_row_is_stored_whole_beside_a_known_one(warehouse: str) -> None:
    land(warehouse, [row("a", "7", ""), row("b", "8", "", unknown={"New": "x"})])

    result = land(warehouse, [row("a", "7", ""), row("b", "9", "", unknown={"New": "z"})])

    assert (result.rows_changed, result.rows_unchanged, version_count(warehouse)) == (1, 1, 3)
    assert current(warehouse)["b"] == {"id": "b", "score": "9", "_unknown": {"New": "z"}}
    place = "select source_ref from raw.{} where record_key = 'b' and superseded_by is null"
    assert query(warehouse, place.format(FEED.table)) == [("file.csv:b",)]


def test_the_same_cells_under_other_names_are_another_version(warehouse: str) -> None:
    land(warehouse, [row("a", "7", "")])

    result = land(warehouse, [row("a", "7", "", names=OTHER_NAMES)])

    assert (result.rows_changed, current(warehouse)["a"]) == (1, {"id": "a", "points": "7"})


def test_rows_of_two_tables_in_one_load_keep_their_names(warehouse: str) -> None:
    rows = [row("a", "7", ""), row("b", "8", "", names=OTHER_NAMES), row("c", "9", "")]

    land(warehouse, rows)

    assert current(warehouse)["b"] == {"id": "b", "points": "8"}
    assert land(warehouse, rows).rows_unchanged == 3


def test_a_printed_row_shows_what_it_holds() -> None:
    # what looks for values that must not arrive looks at the text of changes
    assert "secret" in repr([row("a", "", "", unknown={"New": "secret"})])


def test_a_deleted_row_still_reads_under_its_names(warehouse: str) -> None:
    land(warehouse, [row("a", "7", ""), row("b", "8", "")], FeedKind.SNAPSHOT)
    land(warehouse, [row("a", "7", "")], FeedKind.SNAPSHOT)

    gone = "select raw.record(payload, cell_names_id) from raw.{} where is_deleted"
    assert query(warehouse, gone.format(FEED.table)) == [({"id": "b", "score": "8"},)]


def test_a_row_that_an_earlier_build_kept_as_an_object_is_known(warehouse: str) -> None:
    land(warehouse, [row("a", "7", "")])
    earlier = "update raw.{} set payload = raw.record(payload, cell_names_id), cell_names_id = null"
    with psycopg.connect(warehouse) as connection:
        connection.execute(earlier.format(FEED.table))  # type: ignore[call-overload]

    again = land(warehouse, [row("a", "7", "")])

    assert (again.status, current(warehouse)) == ("unchanged", {"a": {"id": "a", "score": "7"}})
