"""A key that settings do not know is told with those that exist and the nearest of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.config import load_district
from include.errors import ConfigError
from include.sources.files.layout_folders import load_layout

DISTRICT = """
code: river
name: River
time_zone: America/Denver
sources:
  tests:
    kind: files
    layout: star
    delivery: {kind: sftp, connection: river_sftp, path: out, pattern: "*.csv"}
    delete_policy: {max_rows: 10}
channels:
  desk: {kind: psa, connection: river_psa, recipient: desk, when: {statuses: [failed]}}
"""
DELIVERY = r"\(did you mean pattern\?\); expected one of connection, kind, path, pattern"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("time_zone:", "timezone:", r"timezone: not a known key \(did you mean time_zone\?\)"),
        ("    layout: star", "    layuot: star", r"layuot: not a known key .*mean layout\?"),
        ("pattern:", "patern:", rf"delivery\.sftp\.patern: not a known key {DELIVERY}"),
        ("{max_rows: 10}", "{max_row: 10}", r"delete_policy\.max_row: .*mean max_rows\?"),
        ("recipient:", "recipeint:", r"channels\.desk\.psa\.recipeint: .*mean recipient\?"),
        ("{statuses:", "{states:", r"psa\.when\.states: not a known key.* one of statuses"),
        ("name: River", "zzz: River", "zzz: not a known key; expected one of channels, "),
        ("America/Denver", "Mars", "time_zone: 'Mars' is not an IANA time zone"),
    ],
)
def test_a_key_of_a_district_file_is_told_with_the_keys_there_are(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    path = tmp_path / "river.yaml"
    path.write_text(DISTRICT)
    load_district(path)
    assert old in DISTRICT
    path.write_text(DISTRICT.replace(old, new, 1))
    with pytest.raises(ConfigError, match=says) as raised:
        load_district(path)
    assert "Extra inputs" not in str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("      key:", "      keys:", r"files\.0\.keys: not a known key \(did you mean key\?\)"),
        ("{column: Nat", "{colum: Nat", r"results\.0\.scores\.0\.colum: .*mean column\?"),
        ("{column: Name}", "{colum: Name}", r"title\.Named\.colum: .* expected one of column"),
    ],
)
def test_a_key_of_a_layout_is_told_so_too(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = """
source: river
title: River
docs: docs/river.md
files:
    - name: river results
      entity: results
      kind: delta
      names: ['^river']
      header: {has: [Nat]}
      key: [[Pupil]]
      required: [Pupil]
      test_date: [Day]
      dates: {Day: ["%m/%d/%Y"], Born: ["%m/%d/%Y"]}
      domains: {Nat: {number: integer, min: 1, max: 99}}
      student: {local: Pupil, birth_date: Born}
      results:
        - title: {column: Name}
          subject: math
          scores: [{column: Nat, method: percentile, norm_set: n}]
      columns: [Pupil, Born, Day, Nat, Name]
"""
    path = tmp_path / "river.yaml"
    path.write_text(text)
    load_layout(path)
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ConfigError, match=rf"layout river\.yaml.*{says}"):
        load_layout(path)
