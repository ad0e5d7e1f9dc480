"""ZIP deliveries: several feeds, damage, and what an attacker would try."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from include.errors import EmptyFeedError, UnreadableFileError
from include.records import FeedKind
from include.sources.files import LocalFile, archive
from include.sources.files.local import sha256_of
from tests.sources.files.helpers import (
    MAP_ROW,
    STAR_ROW,
    WRITTEN,
    feeds_of,
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
    not_read = feed.notes["members_not_read"]
    assert set(not_read) == {"readme.txt", "FL_FAST_SR_K-2.csv"}
    assert "not covered" in not_read["FL_FAST_SR_K-2.csv"]


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
    with pytest.raises(UnreadableFileError, match="a member of 2,000,000 bytes"):
        archive.members(file.path, file.name, max_member_bytes=1_000_000)
    with pytest.raises(UnreadableFileError, match="2,000,000 bytes when unpacked"):
        archive.members(file.path, file.name, max_total_bytes=1_000_000)


def test_two_files_of_one_snapshot_do_not_delete_each_other(tmp_path: Path) -> None:
    members = {
        "AssessmentResults_1.csv": to_csv([MAP_ROW]),
        "AssessmentResults_2.csv": to_csv([{**MAP_ROW, "StudentID": "0007002"}]),
    }
    feeds = feeds_of(zipped(tmp_path / "term.zip", members), "map_growth")
    assert [feed.kind for feed in feeds] == [FeedKind.DELTA, FeedKind.DELTA]
