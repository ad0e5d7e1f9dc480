"""ZIP deliveries: several feeds, damage, and what an attacker would try."""

from __future__ import annotations

import contextlib
import random
import stat
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.errors import EmptyFeedError, FeedError, UnreadableFileError
from include.records import FeedKind
from include.sources.files import LocalFile, archive
from include.sources.files.local import sha256_of
from tests.sources.files.helpers import (
    MAP_ROW,
    STAR_ROW,
    WRITTEN,
    feeds_of,
    local,
    read,
    to_csv,
    upserts,
    zipped,
)

STAR = to_csv([STAR_ROW])
MATH = to_csv([{k: v for k, v in STAR_ROW.items() if k != "InstructionalReadingLevel"}])


def test_each_known_member_is_a_feed_in_a_stable_order(tmp_path: Path) -> None:
    members = {
        "SR.csv": STAR,
        "sub/SM_v2.csv": MATH,
        "readme.txt": "hello",
        "FL_FAST_SR_K-2.csv": "x",
    }
    feeds = feeds_of(zipped(tmp_path / "District.zip", members), "star")
    again = feeds_of(zipped(tmp_path / "Other.zip", dict(reversed(list(members.items())))), "star")
    assert [feed.window for feed in feeds] == ["District.zip!SR.csv", "District.zip!sub/SM_v2.csv"]
    assert [feed.file_hash for feed in again] == [feed.file_hash for feed in feeds]
    assert [upserts(read(feed))[0].payload["_product"] for feed in feeds] == ["SR", "SM"]


def test_members_that_are_not_read_are_reported_with_the_reason(tmp_path: Path) -> None:
    members = {"SR.csv": STAR, "readme.txt": "hello", "FL_FAST_SR_K-2.csv": "x"}
    (feed,) = feeds_of(zipped(tmp_path / "District.zip", members), "star")
    not_read = feed.notes["not_read"]
    assert set(not_read) == {"readme.txt", "FL_FAST_SR_K-2.csv"}
    assert "not covered" in not_read["FL_FAST_SR_K-2.csv"]


def test_a_member_that_is_no_table_keeps_no_other_from_loading(tmp_path: Path) -> None:
    nested = zipped(tmp_path / "inner.zip", {"SR.csv": STAR}).path.read_bytes()
    report = b'%PDF-1.7\n"quoted"text\n\x00\xff\xfe\x81"'
    members = {"Report.pdf": report, "inner.zip": nested, "SR.csv": STAR}
    (feed,) = feeds_of(zipped(tmp_path / "District.zip", members), "star")
    assert upserts(read(feed))
    assert set(feed.notes["not_read"]) == {"Report.pdf", "inner.zip"}
    assert "a ZIP in a ZIP" in feed.notes["not_read"]["inner.zip"]


def test_a_file_of_its_own_that_is_not_read_is_no_failure(tmp_path: Path) -> None:
    assert feeds_of(local(tmp_path / "FL_FAST_SR_K-2.csv", "x"), "star") == []


def test_a_bad_member_fails_alone(tmp_path: Path) -> None:
    file = zipped(tmp_path / "District.zip", {"SM.csv": "", "SR.csv": STAR})
    math, reading = feeds_of(file, "star")
    with pytest.raises(EmptyFeedError):
        read(math)
    assert upserts(read(reading))


def test_a_truncated_zip_stops(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "District.zip", {"SR.csv": STAR * 50}).path.read_bytes()
    path = tmp_path / "Cut.zip"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableFileError, match=r"Cut\.zip.*broke off"):
        feeds_of(LocalFile(path, path.name, sha256_of(path), WRITTEN), "star")


def test_a_damaged_member_stops_its_feed(tmp_path: Path) -> None:
    path = tmp_path / "District.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as target:
        target.writestr("SR.csv", STAR)
    path.write_bytes(path.read_bytes().replace(b"Alder", b"Elder", 1))
    (feed,) = feeds_of(LocalFile(path, path.name, sha256_of(path), WRITTEN), "star")
    with pytest.raises(UnreadableFileError, match="damaged"):
        read(feed)


def test_a_zip_without_a_known_member_stops(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"readme\.txt"):
        feeds_of(zipped(tmp_path / "District.zip", {"readme.txt": "hello"}), "star")


@pytest.mark.parametrize("name", ["../SR.csv", "/etc/SR.csv", "a/../../SR.csv", "C:/SR.csv"])
def test_a_member_that_leads_out_of_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableFileError, match="leads out"):
        feeds_of(zipped(tmp_path / "District.zip", {name: STAR}), "star")


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "District.zip"
    with zipfile.ZipFile(path, "w") as target:
        info = zipfile.ZipInfo("SR.csv")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        target.writestr(info, "/etc/passwd")
    with pytest.raises(UnreadableFileError, match="symbolic link"):
        feeds_of(LocalFile(path, path.name, sha256_of(path), WRITTEN), "star")


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    file = zipped(tmp_path / "District.zip", {"SR.csv": b"0" * 2_000_000})
    with pytest.raises(UnreadableFileError, match="2,000,000 bytes when unpacked"):
        archive.members(file.path, file.name, max_total_bytes=1_000_000)


def test_two_files_of_one_snapshot_do_not_delete_each_other(tmp_path: Path) -> None:
    members = {
        "AssessmentResults_1.csv": to_csv([MAP_ROW]),
        "AssessmentResults_2.csv": to_csv([{**MAP_ROW, "StudentID": "0007002"}]),
    }
    feeds = feeds_of(zipped(tmp_path / "term.zip", members), "map_growth")
    assert [feed.kind for feed in feeds] == [FeedKind.DELTA, FeedKind.DELTA]


def test_a_damaged_member_name_stops_with_a_reason(tmp_path: Path) -> None:
    path = zipped(tmp_path / "District.zip", {"SR-é.csv": STAR}).path
    path.write_bytes(path.read_bytes().replace("é".encode(), b"\xc3("))
    with pytest.raises(UnreadableFileError, match=r"District\.zip: not a whole ZIP file"):
        feeds_of(LocalFile(path, path.name, sha256_of(path), WRITTEN), "star")


def test_a_member_name_with_a_line_end_is_shown_as_one_line(tmp_path: Path) -> None:
    members = {"SR.csv": STAR, "a\n2026 ERROR.txt": "hello", "SM\u2028.csv": MATH}
    feeds = feeds_of(zipped(tmp_path / "District.zip", members), "star")
    assert [feed.window for feed in feeds] == [r"District.zip!SM\u2028.csv", "District.zip!SR.csv"]
    assert list(feeds[0].notes["not_read"]) == [r"a\x0a2026 ERROR.txt"]


@settings(deadline=None, max_examples=40)
@given(place=st.integers(0, 400), value=st.integers(0, 255))
def test_no_damaged_byte_breaks_a_zip_in_another_way_than_a_feed_error(
    place: int, value: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = zipped(Path(folder) / "District.zip", {"SR-é.csv": STAR, "SM.csv": MATH}).path
        content = bytearray(path.read_bytes())
        content[-1 - place % len(content)] = value
        path.write_bytes(content)
        with contextlib.suppress(FeedError):
            for feed in feeds_of(LocalFile(path, path.name, "0", WRITTEN), "star"):
                read(feed)


def test_a_zip_that_unpacks_to_more_than_the_source_allows_is_refused(tmp_path: Path) -> None:
    file = zipped(tmp_path / "District.zip", {"SR.csv": b"0" * 2_000_000})
    with pytest.raises(UnreadableFileError, match="`max_unpacked_mb` of the source"):
        feeds_of(file, "star", max_unpacked_mb=1)


def test_a_member_that_unpacks_to_too_many_times_its_size_is_refused_alone(tmp_path: Path) -> None:
    noise = random.Random(1).randbytes(1_000_000)  # keeps the whole ZIP below the ratio
    members = {"SM.csv": b"0" * 17_000_000, "SR.csv": STAR, "notes.bin": noise}
    math, reading = feeds_of(zipped(tmp_path / "District.zip", members), "star")
    with pytest.raises(UnreadableFileError, match=r"SM\.csv: .* times; expected up to 400 times"):
        read(math)
    assert upserts(read(reading))


def test_a_zip_that_unpacks_to_too_many_times_its_size_is_refused(tmp_path: Path) -> None:
    members = {"SM.csv": b"0" * 9_000_000, "notes.txt": b"0" * 9_000_000}
    file = zipped(tmp_path / "District.zip", members)
    with pytest.raises(UnreadableFileError, match="`max_unpack_ratio` of the source"):
        feeds_of(file, "star")
    assert len(feeds_of(file, "star", max_unpack_ratio=1_100)) == 1


def test_a_small_zip_may_have_any_ratio(tmp_path: Path) -> None:
    file = zipped(tmp_path / "District.zip", {"SR.csv": STAR + "\r\n" * 100_000})
    (feed,) = feeds_of(file, "star")
    assert upserts(read(feed))


def test_a_wide_table_of_empty_columns_has_an_honest_ratio(tmp_path: Path) -> None:
    empty = ",".join('""' for _ in range(116))
    text = "\r\n".join(f'"{n:08}",{empty}' for n in range(50_000))
    file = zipped(tmp_path / "wide.zip", {"wide.csv": text})
    assert len(text) > archive.RATIO_FROM_BYTES
    assert len(archive.members(file.path, file.name)) == 1
    assert file.path.stat().st_size * archive.MAX_RATIO > 3 * len(text)
