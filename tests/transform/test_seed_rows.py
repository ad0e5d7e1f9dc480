"""A row of a seed that would decide nothing, or on another day, is refused by file and line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from include import dbt_command, seed_rows, transform
from include.errors import ConfigError
from tests.transform.conftest import NightOf

PROPERTIES = """
version: 2
seeds:
  - name: risk_policy
    config:
      column_types: {district_code: text, effective_from: date, effective_to: date}
      meta: {grain: [district_code, policy_name, effective_from]}
"""
HEADER = "district_code,policy_name,effective_from,effective_to\n"
GOOD = "*,chronic_absence_pct,2000-07-01,\n"


def seeds(project: Path, *rows: str) -> Path:
    folder = project / "seeds" / "policy"
    folder.mkdir(parents=True)
    (folder / "_policy__seeds.yml").write_text(PROPERTIES, "utf-8")
    (folder / "risk_policy.csv").write_text(HEADER + GOOD + "".join(rows), "utf-8")
    return project


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("mapel_valley,x,2026-12-01,\n", "line 3: district_code 'mapel_valley'"),
        ("Maple_Valley,x,2026-12-01,\n", "line 3: district_code 'Maple_Valley'"),
        ("*,x,12/01/2026,\n", "line 3: effective_from '12/01/2026'"),
        ("*,x,2026-12-01,2027-02-30\n", "line 3: effective_to '2027-02-30'"),
        ("*,x,20261201,\n", "line 3: effective_from '20261201'"),
        (GOOD, "line 3: *, chronic_absence_pct, 2000-07-01 stands on line 2 too"),
    ],
    ids=["misspelt district", "other case", "slashes", "no such day", "without dashes", "twice"],
)
def test_a_row_that_would_be_misread_is_named(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        seed_rows.check(seeds(tmp_path, row), {"maple_valley"})
    assert f"risk_policy.csv, {said}" in str(caught.value)
    assert "(maple_valley)" in str(caught.value)


def test_all_wrong_rows_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        seed_rows.check(seeds(tmp_path, "*,x,1/2/2026,\n", "other,x,2026-01-02,\n"), ())
    assert "line 3" in str(caught.value)
    assert "line 4" in str(caught.value)


def test_rows_of_districts_that_exist_pass(tmp_path: Path) -> None:
    rows = ("maple_valley,x,2026-12-01,2027-06-30\n", "grand_bend,x,2026-12-01,\n")
    seed_rows.check(seeds(tmp_path, *rows), {"maple_valley", "grand_bend"})


def test_the_seeds_of_the_project_pass() -> None:
    seed_rows.check(dbt_command.PROJECT, {"maple_valley", "grand_bend"})


def test_a_night_loads_no_seed_when_a_row_is_wrong(
    tmp_path: Path, database_url: str, project: Callable[[str, str], None], night_of: NightOf
) -> None:
    seeds(dbt_command.PROJECT, "nowhere,x,2026-12-01,\n")
    with pytest.raises(ConfigError, match=r"risk_policy\.csv, line 3: district_code 'nowhere'"):
        transform.run_layer(night_of(database_url), "seeds")
