"""What the reader makes of files, good and bad."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from include.errors import (
    EmptyFeedError,
    MissingColumnsError,
    UnreadableFileError,
    WrongYearError,
)
from include.records import Cells, FeedKind
from tests.sources.files.helpers import (
    IREADY_ROW,
    MAP_ROW,
    STAR_ROW,
    feeds_of,
    local,
    read,
    read_rows,
    rejects,
    to_csv,
    upserts,
)

STAR = to_csv([STAR_ROW])


def test_a_row_arrives_as_text_under_canonical_names(tmp_path: Path) -> None:
    (row,) = upserts(read_rows(tmp_path / "SR.csv", STAR, "star"))
    assert row.key == f"SR|{STAR_ROW['AssessmentID']}"
    assert row.payload["student_identifier"] == "0007001"  # the leading zeros survive
    assert row.payload["current_sgp"] == "85.0"
    assert row.payload["_product"] == "SR"
    assert row.payload["_test_date"] == "2026-09-03"
    assert row.source_ref == "SR.csv:2"


def test_personal_data_that_nobody_needs_never_arrives(tmp_path: Path) -> None:
    text = to_csv([{**STAR_ROW, "ParentPhone": "555", "PercentileRank": "0"}])
    changes = read_rows(tmp_path / "SR.csv", text, "star")
    assert len(changes) == 2
    assert "nobody@example.org" not in repr(changes)
    assert "555" not in repr(changes)


@pytest.mark.parametrize(
    "encode",
    [
        pytest.param(lambda text: text.encode("utf-8"), id="utf-8"),
        pytest.param(lambda text: text.encode("utf-8-sig"), id="utf-8-bom"),
        pytest.param(lambda text: text.encode("utf-16"), id="utf-16-bom"),
        pytest.param(lambda text: text.encode("cp1252"), id="cp1252"),
        pytest.param(lambda text: text.replace("\r\n", "\n").encode(), id="lf"),
        pytest.param(lambda text: text.replace("\r\n", "\r").encode(), id="cr"),
        pytest.param(lambda text: text.rstrip("\r\n").encode(), id="no-last-line-end"),
    ],
)
def test_encodings_and_line_ends_give_the_same_row(tmp_path: Path, encode: object) -> None:
    text = to_csv([{**STAR_ROW, "StudentLastName": "Nuñez – Ålder"}])
    (row,) = read_rows(tmp_path / "SR.csv", encode(text), "star")  # type: ignore[operator]
    assert row.payload["student_last_name"] == "Nuñez – Ålder"  # type: ignore[union-attr]


@pytest.mark.parametrize(("sign", "name"), [(";", "semicolon"), ("\t", "tab"), ("|", "pipe")])
def test_another_delimiter_stops_the_feed_and_is_named(
    tmp_path: Path, sign: str, name: str
) -> None:
    text = to_csv([STAR_ROW], delimiter=sign)
    (feed,) = feeds_of(local(tmp_path / "SR.csv", text), "star")
    with pytest.raises(UnreadableFileError, match=f"separated by {name}"):
        read(feed)


def test_a_row_with_another_field_count_is_rejected_never_shifted(tmp_path: Path) -> None:
    lines = to_csv([STAR_ROW, {**STAR_ROW, "AssessmentID": "2"}]).splitlines()
    lines.insert(2, "extra," + lines[1])
    lines.insert(3, lines[1].split(",", 1)[1])
    changes = read_rows(tmp_path / "SR.csv", "\n".join(lines), "star")
    assert [row.source_ref for row in upserts(changes)] == ["SR.csv:2", "SR.csv:5"]
    assert [(r.reason, r.source_ref) for r in rejects(changes)] == [
        ("field_count", "SR.csv:3"),
        ("field_count", "SR.csv:4"),
    ]


def test_of_a_row_with_another_field_count_no_cell_is_kept(tmp_path: Path) -> None:
    # which cell is which is not known, so none is known not to be the student's sex
    header, row = to_csv([{**IREADY_ROW, "Sex": "undisclosed"}]).splitlines()
    changes = read_rows(tmp_path / "diagnostic_ela.csv", f"{header}\n{row}\n{row},", "iready")
    (damaged,) = rejects(changes)
    line_hash = hashlib.sha256(f"{row},".encode()).hexdigest()
    assert damaged.payload == {"_cell_count": len(IREADY_ROW) + 1, "_line_sha256": line_hash}
    assert damaged.source_ref == "diagnostic_ela.csv:3"
    for value in ("undisclosed", IREADY_ROW["Student ID"], IREADY_ROW["Last Name"]):
        assert value not in repr(damaged)


@pytest.mark.parametrize(
    ("in_header", "in_rows"),
    [(",", ","), ("", ","), (",", "")],
    ids=["header-too", "rows-only", "header-only"],
)
def test_a_trailing_comma_changes_no_record(tmp_path: Path, in_header: str, in_rows: str) -> None:
    header, *rows = to_csv([STAR_ROW, {**STAR_ROW, "AssessmentID": "2"}]).splitlines()
    plain = read_rows(tmp_path / "SR.csv", "\n".join([header, *rows]), "star")

    text = "\n".join([header + in_header, *(row + in_rows for row in rows)])
    changes = read_rows(tmp_path / "SR.csv", text, "star")

    assert [(r.key, dict(r.payload)) for r in upserts(changes)] == [
        (r.key, dict(r.payload)) for r in upserts(plain)
    ]
    assert len(upserts(changes)) == len(changes) == 2


def test_a_trailing_comma_on_one_row_only_is_rejected(tmp_path: Path) -> None:
    header, first, second = to_csv([STAR_ROW, {**STAR_ROW, "AssessmentID": "2"}]).splitlines()
    changes = read_rows(tmp_path / "SR.csv", f"{header}\n{first}\n{second},", "star")
    assert [r.reason for r in rejects(changes)] == ["field_count"]
    assert len(upserts(changes)) == 1


def test_a_stray_quote_costs_its_own_line_only(tmp_path: Path) -> None:
    rows = [{**STAR_ROW, "AssessmentID": str(n)} for n in range(3)]
    lines = to_csv(rows).splitlines()
    lines[2] = lines[2].replace("2026-2027", '"2026"-2027', 1)
    changes = read_rows(tmp_path / "SR.csv", "\n".join(lines), "star")
    assert [row.key for row in upserts(changes)] == ["SR|0", "SR|2"]
    assert [r.source_ref for r in rejects(changes)] == ["SR.csv:3"]


def test_a_quote_that_swallows_rows_stops_the_feed(tmp_path: Path) -> None:
    rows = [{**STAR_ROW, "AssessmentID": str(n)} for n in range(3)]
    lines = to_csv(rows).splitlines()
    lines[1] = lines[1].replace("Alder", '"Alder', 1)
    (feed,) = feeds_of(local(tmp_path / "SR.csv", "\n".join(lines)), "star")
    with pytest.raises(UnreadableFileError, match="lines 2 to 4"):
        read(feed)


def test_a_column_in_another_place_or_without_a_value_leaves_the_cells_as_they_were(
    tmp_path: Path,
) -> None:
    turned = dict(reversed(list({**STAR_ROW, "UnifiedScore": "", "Unknown": ""}.items())))
    (row,) = upserts(read_rows(tmp_path / "SR.csv", STAR, "star"))
    (again,) = upserts(read_rows(tmp_path / "SR.csv", to_csv([turned]), "star"))
    assert isinstance(row.payload, Cells)
    assert isinstance(again.payload, Cells)
    assert again.payload.names == row.payload.names
    assert again.payload.cells == row.payload.cells
    assert again.payload.unknown is row.payload.unknown is None


def test_unknown_columns_are_kept_and_reported(tmp_path: Path) -> None:
    text = to_csv([{**STAR_ROW, "NewScore 2027": "7", "": "odd"}])
    (feed,) = feeds_of(local(tmp_path / "SR.csv", text), "star")
    (row,) = upserts(read(feed))
    assert row.payload["_unknown"] == {"newscore2027": "7", "column 14": "odd"}
    assert feed.notes["unknown_columns"] == ["NewScore 2027", "column 14"]
    assert "unified_score" in feed.notes["missing_optional_columns"]


def test_an_unknown_column_has_one_name_however_it_is_spelled(tmp_path: Path) -> None:
    found = []
    for number, header in enumerate(("New Score", "new_score", "NewScore ")):
        (tmp_path / str(number)).mkdir()
        text = to_csv([{**STAR_ROW, header: "7"}])
        found += upserts(read_rows(tmp_path / str(number) / "SR.csv", text, "star"))
    assert [row.payload["_unknown"] for row in found] == [{"newscore": "7"}] * 3


def test_two_unknown_columns_of_one_name_are_both_kept(tmp_path: Path) -> None:
    text = to_csv([{**STAR_ROW, "New Score": "7", "new_score": "8", "数": "9"}])
    (row,) = upserts(read_rows(tmp_path / "SR.csv", text, "star"))
    kept = {"newscore": "7", f"newscore (column {len(STAR_ROW) + 2})": "8", "数": "9"}
    assert row.payload["_unknown"] == kept


def test_missing_required_columns_stop_the_feed_and_are_named(tmp_path: Path) -> None:
    row = {k: v for k, v in STAR_ROW.items() if k not in {"ScaledScore", "StudentIdentifier"}}
    (feed,) = feeds_of(local(tmp_path / "SR.csv", to_csv([row])), "star")
    with pytest.raises(MissingColumnsError, match=r"StudentIdentifier, ScaledScore.*star\.md#col"):
        read(feed)


@pytest.mark.parametrize("text", ["\ufeff", "\r\n", STAR.splitlines()[0]], ids=repr)
def test_a_file_without_rows_is_empty(tmp_path: Path, text: str) -> None:
    (feed,) = feeds_of(local(tmp_path / "SR.csv", text), "star")
    with pytest.raises(EmptyFeedError):
        read(feed)


def test_a_file_without_bytes_is_empty(tmp_path: Path) -> None:
    with pytest.raises(EmptyFeedError, match=r"SR\.csv"):
        feeds_of(local(tmp_path / "SR.csv", b""), "star")


@pytest.mark.parametrize("text", ["16.09.2026", "2026/09/16", "31/09/2026", "46281"])
def test_a_date_in_another_format_rejects_the_row_with_its_key(tmp_path: Path, text: str) -> None:
    row = {**MAP_ROW, "TestStartDate": text}
    good = {**MAP_ROW, "TestID": "2"}
    changes = read_rows(tmp_path / "AssessmentResults.csv", to_csv([row, good]), "map_growth")
    (reject,) = rejects(changes)
    assert (reject.reason, reject.key) == ("bad_date", "0007001|900000001")
    assert "%m/%d/%Y" in reject.detail
    assert text not in reject.detail


@pytest.mark.parametrize("value", ["0", "100", "130", "N/A", "41.5", "nan", "inf", "1e400"])
def test_a_value_outside_its_domain_is_reported_and_the_row_stays(
    tmp_path: Path, value: str
) -> None:
    changes = read_rows(
        tmp_path / "SR.csv", to_csv([{**STAR_ROW, "PercentileRank": value}]), "star"
    )
    (row,) = upserts(changes)
    (reject,) = rejects(changes)
    assert row.payload["percentile_rank"] == value  # raw keeps what was received
    assert (reject.reason, reject.column, reject.key) == ("bad_value", "percentile_rank", row.key)


@pytest.mark.parametrize("value", ["1", "99", "85.0", " 7 ", ""])
def test_values_on_the_edge_of_their_domain_pass(tmp_path: Path, value: str) -> None:
    changes = read_rows(
        tmp_path / "SR.csv", to_csv([{**STAR_ROW, "PercentileRank": value}]), "star"
    )
    assert rejects(changes) == []


@pytest.mark.parametrize("value", ["+41", "４１", "41\u00a0", "4.1e1"])
def test_a_number_is_in_its_domain_however_it_is_written(tmp_path: Path, value: str) -> None:
    row = {**STAR_ROW, "PercentileRank": value}
    changes = read_rows(tmp_path / "SR.csv", to_csv([row]), "star")
    assert [type(change).__name__ for change in changes] == ["Upsert"]
    assert upserts(changes)[0].payload["percentile_rank"] == value


@pytest.mark.parametrize(
    ("column", "value", "is_read"),
    [
        ("TestStandardError", "3,2", True),
        ("TestStandardError", "3,215", False),
        ("Goal1StdErr", "6,1", True),
        ("Goal1StdErr", "6.1.", False),
        ("FallToFallObservedGrowthSE", "1_0", False),
    ],
)
def test_a_standard_error_with_a_comma_is_read_or_found(
    tmp_path: Path, column: str, value: str, is_read: bool
) -> None:
    text = to_csv([{**MAP_ROW, column: value}])
    changes = read_rows(tmp_path / "AssessmentResults.csv", text, "map_growth")
    assert [r.reason for r in rejects(changes)] == ([] if is_read else ["bad_value"])
    assert len(upserts(changes)) == 1


def test_a_test_of_the_future_is_rejected(tmp_path: Path) -> None:
    rows = [
        {**STAR_ROW, "AssessmentID": "1", "CompletedDateLocal": "2026-11-21T08:00:00Z"},
        {**STAR_ROW, "AssessmentID": "2", "CompletedDateLocal": "2026-11-22T08:00:00Z"},
    ]
    changes = read_rows(tmp_path / "SR.csv", to_csv(rows), "star", as_of=date(2026, 11, 20))
    assert [row.key for row in upserts(changes)] == ["SR|1"]
    assert [(r.reason, r.key) for r in rejects(changes)] == [("future_date", "SR|2")]


def test_a_rerun_of_an_earlier_day_does_not_reject_what_was_sat_since(tmp_path: Path) -> None:
    file = local(tmp_path / "SR.csv", STAR, written=datetime(2026, 10, 1, tzinfo=UTC))
    (feed,) = feeds_of(file, "star", as_of=date(2026, 8, 1))
    assert rejects(read(feed)) == []


def test_last_years_file_stops_with_what_to_do(tmp_path: Path) -> None:
    text = to_csv([{**STAR_ROW, "SchoolYear": "2025-2026"}])
    (feed,) = feeds_of(local(tmp_path / "SR.csv", text), "star")
    with pytest.raises(
        WrongYearError, match=r"school year 2026; expected school year 2027.*school_y"
    ):
        read(feed)


def test_a_year_that_the_district_allows_is_read(tmp_path: Path) -> None:
    text = to_csv([{**STAR_ROW, "SchoolYear": "2025-2026"}])
    assert upserts(read_rows(tmp_path / "SR.csv", text, "star", school_years=[2026, 2027]))


def test_a_few_rows_of_another_year_are_rejected_alone(tmp_path: Path) -> None:
    rows = [{**STAR_ROW, "AssessmentID": str(n)} for n in range(3)]
    rows[1]["SchoolYear"] = "2025-2026"
    changes = read_rows(tmp_path / "SR.csv", to_csv(rows), "star")
    assert [r.reason for r in rejects(changes)] == ["wrong_school_year"]
    assert len(upserts(changes)) == 2


def test_a_row_whose_school_year_nobody_can_read_is_rejected(tmp_path: Path) -> None:
    row = {"TermName": "Fall 2026-2027", "SchoolName": "A", "StudentID": "1"}
    row |= {"StudentLastName": "Alder", "Grade": "4"}
    text = to_csv([row, {**row, "StudentID": "2", "TermName": "Fall 2026-2029"}])
    text += to_csv([{**row, "StudentID": "3", "TermName": "Fall"}]).splitlines()[1] + "\n"
    changes = read_rows(tmp_path / "StudentsBySchool.csv", text, "map_growth")
    assert [r.key for r in upserts(changes)] == ["Fall 2026-2027|A|1"]
    assert {r.reason for r in rejects(changes)} == {"no_school_year"}


def test_a_map_test_whose_term_states_no_year_is_of_the_year_of_its_date(tmp_path: Path) -> None:
    rows = [
        {**MAP_ROW, "TermName": "Fall", "TestID": day, "TestStartDate": day}
        for day in ("09/16/2026", "09/17/2026", "09/16/2025")
    ]
    changes = read_rows(tmp_path / "AssessmentResults.csv", to_csv(rows), "map_growth")
    assert len(upserts(changes)) == 2
    assert [r.reason for r in rejects(changes)] == ["wrong_school_year"]


@pytest.mark.parametrize("old_first", [True, False], ids=["old rows first", "old rows last"])
def test_what_year_a_file_is_of_does_not_depend_on_the_order_of_its_rows(
    tmp_path: Path, old_first: bool
) -> None:
    # more rows of last year than are read at once, and still the smaller part of the file
    old = [{**IREADY_ROW, "Student ID": f"o{n}", "Academic Year": "2025-2026"} for n in range(1200)]
    new = [{**IREADY_ROW, "Student ID": f"n{n}"} for n in range(1300)]
    text = to_csv(old + new if old_first else new + old)
    changes = read_rows(tmp_path / "diagnostic_ela.csv", text, "iready")
    assert len(upserts(changes)) == 1300
    assert {r.reason for r in rejects(changes)} == {"wrong_school_year"}


@pytest.mark.parametrize("old_first", [True, False], ids=["old rows first", "old rows last"])
def test_a_file_that_is_mostly_of_last_year_stops_in_either_order(
    tmp_path: Path, old_first: bool
) -> None:
    old = [{**IREADY_ROW, "Student ID": f"o{n}", "Academic Year": "2025-2026"} for n in range(1300)]
    new = [{**IREADY_ROW, "Student ID": f"n{n}"} for n in range(1200)]
    text = to_csv(old + new if old_first else new + old)
    with pytest.raises(WrongYearError, match="1300 rows of school year 2026"):
        read_rows(tmp_path / "diagnostic_ela.csv", text, "iready")


def test_a_nul_character_rejects_its_row(tmp_path: Path) -> None:
    rows = [{**STAR_ROW, "StudentFirstName": "a\0b"}, {**STAR_ROW, "AssessmentID": "2"}]
    changes = read_rows(tmp_path / "SR.csv", to_csv(rows), "star")
    assert [r.reason for r in rejects(changes)] == ["bad_character"]
    assert "\0" not in repr(changes)
    assert len(upserts(changes)) == 1


def test_a_map_export_is_a_snapshot_of_its_term_and_school(tmp_path: Path) -> None:
    (feed,) = feeds_of(local(tmp_path / "AssessmentResults.csv", to_csv([MAP_ROW])), "map_growth")
    (row,) = upserts(read(feed))
    assert feed.kind is FeedKind.SNAPSHOT
    assert row.scope == "Fall 2026-2027 | Oak"
    assert feed.stream.told().scopes == {row.scope}


def test_a_row_whose_key_is_lost_holds_a_snapshots_deletions(tmp_path: Path) -> None:
    text = to_csv([MAP_ROW]) + "Fall 2026-2027,0007002\r\n"
    (feed,) = feeds_of(local(tmp_path / "AssessmentResults.csv", text), "map_growth")
    read(feed)
    assert feed.stream.told().scopes == {""}  # a scope that no record has: nothing is missing
    assert "deletions_held" in feed.notes


def test_a_name_and_a_header_that_disagree_stop_the_feed(tmp_path: Path) -> None:
    math = {k: v for k, v in IREADY_ROW.items() if not k.startswith("Vocabulary")}
    text = to_csv([{**math, "Geometry Scale Score": "400"}])
    (feed,) = feeds_of(local(tmp_path / "diagnostic_results_ela.csv", text), "iready")
    with pytest.raises(UnreadableFileError, match=r"header of i-Ready Diagnostic Math"):
        read(feed)
