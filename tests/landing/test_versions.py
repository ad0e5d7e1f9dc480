"""What a load does to the versions of a record."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from include.records import FeedKind, KeyChange, Tombstone, Upsert
from tests.landing.support import FEED, current, land, last_ledger_row, query, upsert, version_count

HISTORY = f"""
    select payload->>'value', is_deleted, superseded_by is null
    from raw.{FEED.table} where record_key = 'a' order by load_id
"""


@pytest.mark.usefixtures("first_load_way")
def test_first_load_inserts_every_record(warehouse: str) -> None:
    result = land(warehouse, [upsert("a", 1), upsert("b", 2)])

    assert (result.status, result.rows_seen, result.rows_new) == ("loaded", 2, 2)
    assert current(warehouse) == {"a": {"value": 1}, "b": {"value": 2}}


@pytest.mark.usefixtures("first_load_way")
def test_loading_the_same_twice_writes_no_raw_row(warehouse: str) -> None:
    changes = [upsert("a", 1), upsert("b", {"nested": [1.5, None, "ü"]})]
    land(warehouse, changes, FeedKind.SNAPSHOT)
    before = query(warehouse, f"select xmin::text, ctid::text from raw.{FEED.table}")

    again = land(warehouse, changes, FeedKind.SNAPSHOT)

    assert (again.status, again.rows_unchanged) == ("unchanged", 2)
    assert query(warehouse, f"select xmin::text, ctid::text from raw.{FEED.table}") == before


def test_a_change_supersedes_the_old_version_and_keeps_it(warehouse: str) -> None:
    land(warehouse, [upsert("a", 1)])

    result = land(warehouse, [upsert("a", 2)])

    assert result.rows_changed == 1
    assert query(warehouse, HISTORY) == [("1", False, False), ("2", False, True)]
    superseded_by = f"select max(superseded_by) from raw.{FEED.table}"
    assert query(warehouse, superseded_by) == [(result.load_id,)]


def test_the_order_of_fields_does_not_make_a_version(warehouse: str) -> None:
    land(warehouse, [Upsert("a", {"x": 1, "y": {"p": 1, "q": 2}}, "r")])

    result = land(warehouse, [Upsert("a", {"y": {"q": 2, "p": 1}, "x": 1}, "r")])

    assert result.rows_unchanged == 1


def test_volatile_fields_are_stored_but_do_not_make_a_version(warehouse: str) -> None:
    volatile = frozenset({"_etag"})
    land(warehouse, [upsert("a", 1, _etag="one")], volatile=volatile)

    result = land(warehouse, [upsert("a", 1, _etag="two")], volatile=volatile)

    assert result.status == "unchanged"
    assert current(warehouse) == {"a": {"value": 1, "_etag": "one"}}


@pytest.mark.usefixtures("first_load_way")
def test_of_two_rows_with_one_key_the_last_wins_and_is_counted(warehouse: str) -> None:
    result = land(warehouse, [upsert("a", 1), upsert("b", 1), upsert("a", 2), upsert("a", 3)])

    assert (result.rows_new, result.rows_duplicate) == (2, 2)
    assert current(warehouse)["a"] == {"value": 3}
    assert version_count(warehouse) == 2


def test_a_tombstone_makes_a_deleted_version_with_the_last_payload(warehouse: str) -> None:
    land(warehouse, [upsert("a", 1)])

    result = land(warehouse, [Tombstone("a", "deletes page 1")])

    assert result.rows_deleted == 1
    assert query(warehouse, HISTORY) == [("1", False, False), ("1", True, True)]


def test_a_record_with_a_history_is_deleted_once(warehouse: str) -> None:
    for value in (1, 2, 3):
        land(warehouse, [upsert("a", value)])

    land(warehouse, [Tombstone("a", "gone")])

    assert query(warehouse, HISTORY) == [
        ("1", False, False), ("2", False, False), ("3", False, False), ("3", True, True),
    ]  # fmt: skip


def test_a_tombstone_of_an_unknown_key_changes_nothing(warehouse: str) -> None:
    result = land(warehouse, [Tombstone("never seen", "deletes page 1")])

    assert (result.status, version_count(warehouse)) == ("unchanged", 0)


def test_a_second_tombstone_changes_nothing(warehouse: str) -> None:
    land(warehouse, [upsert("a", 1)])
    land(warehouse, [Tombstone("a", "t")])

    assert land(warehouse, [Tombstone("a", "t")]).status == "unchanged"


@pytest.mark.usefixtures("first_load_way")
def test_a_tombstone_after_the_row_of_the_same_load_wins(warehouse: str) -> None:
    land(warehouse, [upsert("a", 1), Tombstone("a", "t"), Tombstone("b", "t"), upsert("b", 2)])

    assert current(warehouse) == {"b": {"value": 2}}


def test_a_deleted_key_that_comes_back_is_a_new_version(warehouse: str) -> None:
    land(warehouse, [upsert("a", 1)])
    land(warehouse, [Tombstone("a", "t")])

    result = land(warehouse, [upsert("a", 1)])

    assert result.rows_new == 1
    assert query(warehouse, HISTORY) == [
        ("1", False, False),
        ("1", True, False),
        ("1", False, True),
    ]


def test_an_append_feed_keeps_a_correction_as_a_version(warehouse: str) -> None:
    land(warehouse, [upsert("a", 1), upsert("b", 1)], FeedKind.APPEND)

    result = land(warehouse, [upsert("a", 2)], FeedKind.APPEND)

    assert (result.rows_changed, result.rows_deleted) == (1, 0)
    assert current(warehouse) == {"a": {"value": 2}, "b": {"value": 1}}


EVENT: dict[str, Any] = {
    "studentReference": {"studentUniqueId": "old", "link": {"rel": "Student"}},
    "schoolReference": {"schoolId": 1},
    "sessionReference": {"schoolId": 1, "schoolYear": 2026},
    "eventDate": "2026-09-01",
}


def test_a_key_change_patches_root_and_references(warehouse: str) -> None:
    land(warehouse, [Upsert("a", EVENT, "page 1")])

    result = land(
        warehouse,
        [
            KeyChange(
                "a",
                {"studentUniqueId": "old", "schoolId": 1, "eventDate": "2026-09-01"},
                {"studentUniqueId": "new", "schoolId": 2, "eventDate": "2026-09-02"},
                "keyChanges page 1",
            )
        ],
    )

    assert result.rows_changed == 1
    assert current(warehouse)["a"] == {
        "studentReference": {"studentUniqueId": "new", "link": {"rel": "Student"}},
        "schoolReference": {"schoolId": 2},
        "sessionReference": {"schoolId": 2, "schoolYear": 2026},
        "eventDate": "2026-09-02",
    }


def test_a_name_in_two_places_changes_where_it_held_the_old_value(warehouse: str) -> None:
    home = {"schoolReference": {"schoolId": 1}, "otherReference": {"schoolId": 7}}
    land(warehouse, [Upsert("a", home, "r")])

    land(warehouse, [KeyChange("a", {"schoolId": 1}, {"schoolId": 2}, "k")])

    assert current(warehouse)["a"] == {
        "schoolReference": {"schoolId": 2},
        "otherReference": {"schoolId": 7},
    }


def test_a_place_that_spells_the_old_value_in_another_case_changes(warehouse: str) -> None:
    record = {"sectionReference": {"code": "math-1"}, "otherReference": {"code": "ART-7"}}
    land(warehouse, [Upsert("a", record, "r")])

    land(warehouse, [KeyChange("a", {"code": "MATH-1"}, {"code": "MATH-2"}, "k")])

    assert current(warehouse)["a"] == {
        "sectionReference": {"code": "MATH-2"},
        "otherReference": {"code": "ART-7"},
    }


def test_a_place_in_another_case_stays_beside_one_that_is_exact(warehouse: str) -> None:
    # of a host that tells keys apart by case these are two records
    record = {"code": "AB", "parentReference": {"code": "Ab"}}
    land(warehouse, [Upsert("a", record, "r")])

    land(warehouse, [KeyChange("a", {"code": "AB"}, {"code": "AC"}, "k")])

    assert current(warehouse)["a"] == {"code": "AC", "parentReference": {"code": "Ab"}}


def test_a_name_that_nowhere_held_the_old_value_changes_everywhere(warehouse: str) -> None:
    land(warehouse, [Upsert("a", {"code": "0", "xReference": {"code": "9"}}, "r")])

    land(warehouse, [KeyChange("a", {"code": "1"}, {"code": "2"}, "k")])

    assert current(warehouse)["a"] == {"code": "2", "xReference": {"code": "2"}}


def test_key_changes_of_one_record_follow_each_other(warehouse: str) -> None:
    land(warehouse, [Upsert("a", {"code": "1"}, "r"), Upsert("b", {"code": "x"}, "r")])

    land(
        warehouse,
        [
            KeyChange("a", {"code": "1"}, {"code": "2"}, "k"),
            KeyChange("b", {"code": "x"}, {"code": "y"}, "k"),
            KeyChange("a", {"code": "2"}, {"code": "3"}, "k"),
        ],
    )

    assert current(warehouse) == {"a": {"code": "3"}, "b": {"code": "y"}}


def test_the_second_of_two_key_changes_keeps_what_the_first_changed(warehouse: str) -> None:
    land(warehouse, [Upsert("a", {"code": "1", "section": "x"}, "r")])

    land(
        warehouse,
        [
            KeyChange("a", {"code": "1"}, {"code": "2"}, "k"),
            KeyChange("a", {"section": "x"}, {"section": "y"}, "k"),
        ],
    )

    assert current(warehouse) == {"a": {"code": "2", "section": "y"}}


def test_a_whole_record_of_the_same_load_wins_over_a_key_change(warehouse: str) -> None:
    land(warehouse, [Upsert("a", {"code": "1", "n": 1}, "r")])

    land(
        warehouse,
        [
            Upsert("a", {"code": "2", "n": 9}, "r"),
            KeyChange("a", {"code": "1"}, {"code": "other"}, "k"),
        ],
    )

    assert current(warehouse) == {"a": {"code": "2", "n": 9}}


def test_a_key_change_of_an_unknown_record_changes_nothing(warehouse: str) -> None:
    result = land(warehouse, [KeyChange("nobody", {"code": "1"}, {"code": "2"}, "k")])

    assert (result.status, version_count(warehouse)) == ("unchanged", 0)


def test_a_key_change_does_not_bring_a_deleted_record_back(warehouse: str) -> None:
    land(warehouse, [Upsert("a", {"code": "1"}, "r"), upsert("b")])
    land(warehouse, [Tombstone("a", "d")])

    result = land(warehouse, [KeyChange("a", {"code": "1"}, {"code": "2"}, "k")])

    assert (result.status, set(current(warehouse))) == ("unchanged", {"b"})


def test_a_record_that_was_renamed_and_deleted_is_deleted(warehouse: str) -> None:
    land(warehouse, [Upsert("a", {"code": "1"}, "r"), upsert("b")])

    result = land(
        warehouse,
        [KeyChange("a", {"code": "1"}, {"code": "2"}, "k"), Tombstone("a", "deletes page 1")],
    )

    assert (result.rows_changed, result.rows_deleted) == (0, 1)
    assert set(current(warehouse)) == {"b"}


def test_a_deletion_says_where_it_was_read(warehouse: str) -> None:
    land(warehouse, [upsert("a"), upsert("b")])

    land(warehouse, [Tombstone("a", "deletes page 1")])

    assert query(warehouse, f"select source_ref from raw.{FEED.table} where is_deleted") == [
        ("deletes page 1",)
    ]


def test_payloads_beyond_one_chunk_all_arrive(warehouse: str) -> None:
    # several times what one message to the server holds
    texts = {f"k{n}": f"{n} " + "x" * 40_000 for n in range(30)}
    land(warehouse, [upsert(key) for key in texts])

    land(warehouse, [upsert(key, text) for key, text in texts.items()])

    assert current(warehouse) == {key: {"value": text} for key, text in texts.items()}


def test_the_ledger_row_says_what_happened(warehouse: str) -> None:
    land(warehouse, [upsert("a", 1), upsert("b", 1)])

    result = land(
        warehouse,
        [upsert("a", 2), upsert("b", 1), upsert("c", 1), upsert("c", 2)],
        file_hash="f" * 64,
        notes={"unknown_columns": ["x"]},
        stream={"watermark": "7", "source_count": 3},
    )

    row = last_ledger_row(warehouse)
    assert row["load_id"] == result.load_id
    expected = {
        "source": "test",
        "entity": "things",
        "kind": "delta",
        "status": "loaded",
        "load_window": "a test",
        "file_hash": "f" * 64,
        "rows_seen": 4,
        "rows_new": 1,
        "rows_changed": 1,
        "rows_unchanged": 1,
        "rows_deleted": 0,
        "rows_rejected": 0,
        "rows_duplicate": 1,
        "source_count": 3,
        "watermark": "7",
        "run_id": "run-1",
        "code_version": "code-1",
        "notes": {"unknown_columns": ["x"]},
        "error": None,
    }
    assert {name: row[name] for name in expected} == expected
    assert row["started_at"].tzinfo is not None
    assert row["started_at"].astimezone(UTC) <= row["finished_at"]
