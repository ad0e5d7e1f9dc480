"""A demo district changes its SIS: its own files, its simulators, and what is compared."""

from __future__ import annotations

import io
import os
from datetime import date
from pathlib import Path

import psycopg
import pytest
from rich.console import Console

from demo import comparison, districts, own_files, sources, supervisor, switch
from demo.comparison import Tiers
from demo.runtime import ROOT, Runtime
from demo.synthetic.advance import happened, tell
from include import system_of_record
from include.config import get_district, load_districts
from include.errors import ConfigError
from include.seed_rows import seeds
from include.settings import DISTRICTS, Settings

DAY = date(2026, 11, 20)
CODE = "maple_valley"


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    """A demo that reads its own district files."""
    # so that the variable is taken back after the test
    monkeypatch.setenv(own_files.VARIABLE, "")
    made = Runtime(tmp_path / "runtime")
    made.create()
    own_files.use(made)
    return made


@pytest.fixture
def changed(runtime: Runtime) -> Runtime:
    """The same, with PowerSchool beside Ed-Fi as its record from DAY on."""
    own_files.add_source(runtime, CODE, "powerschool", {"district_number": "990100"})
    own_files.hand_over(runtime, CODE, "edfi", "powerschool", DAY)
    return runtime


def change(runtime: Runtime, district: str = CODE) -> switch.Change:
    return switch.Change(runtime, district, districts.ALL[district])


def tiers(**students: str) -> Tiers:
    rows = {
        student: dict.fromkeys(comparison.COMPARED, 1) | {"rule_tier": tier}
        for student, tier in students.items()
    }
    return Tiers(DAY.isoformat(), rows)


def test_the_demo_reads_the_projects_districts_from_its_own_folder(runtime: Runtime) -> None:
    assert Settings().districts_dir == runtime.districts
    assert load_districts() == load_districts(DISTRICTS)


def test_a_folder_that_somebody_named_stays_the_one_that_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(own_files.VARIABLE, "/etc/firstbell/districts")
    own_files.use(Runtime(tmp_path))
    assert os.environ[own_files.VARIABLE] == "/etc/firstbell/districts"
    with pytest.raises(ConfigError, match="the demo's own district files"):
        own_files.need(Runtime(tmp_path), "make switch")


def test_a_changed_file_stays_at_the_next_start_and_links_follow_the_checkout(
    changed: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    (changed.districts / "gone.yaml").symlink_to("/nowhere/gone.yaml")
    (changed.districts / "grand_bend.yaml").unlink()
    (changed.districts / "grand_bend.yaml").symlink_to("/moved/grand_bend.yaml")
    monkeypatch.setenv(own_files.VARIABLE, "")
    own_files.use(changed)
    assert set(load_districts()) == {"grand_bend", CODE}
    assert "powerschool" in get_district(CODE).sources


def test_the_projects_own_file_stays_as_it_is(changed: Runtime) -> None:
    assert "powerschool" not in load_districts(DISTRICTS)[CODE].sources
    before = load_districts(DISTRICTS)[CODE].sources
    assert [*get_district(CODE).sources] == ["powerschool", *before]


def test_the_rows_of_the_change_leave_no_day_without_a_record(changed: Runtime) -> None:
    seed = seeds(ROOT / "dbt_project")["system_of_record"]
    own = Settings().own_rows_dir
    system_of_record.check(seed, own, CODE, {"edfi", "powerschool"})
    lines = (own / CODE / "system_of_record.csv").read_text(encoding="utf-8").splitlines()
    assert lines[1:] == [
        "maple_valley,*,edfi,2000-07-01,2026-11-19,",
        "maple_valley,*,powerschool,2026-11-20,,Change of SIS in the demo",
    ]


def test_the_simulators_are_those_of_the_districts_sources(changed: Runtime) -> None:
    data = changed.folder
    systems = {kind: sources.System(data, data / kind) for kind in ("edfi", "powerschool")}
    given = sources.Input(code=CODE, systems=systems, sftp=data, drop=data, what="")
    assert sources._used(get_district(CODE), given) == ["edfi", "powerschool"]
    own_files.remove_source(changed, CODE, "edfi")
    assert sources._used(get_district(CODE), given) == ["powerschool"]


def test_a_day_happens_once_in_a_system_that_is_told_of_it_again(tmp_path: Path) -> None:
    (tmp_path / f"{DAY}.jsonl").write_text('{"delete": {}}\n', encoding="utf-8")
    control = tmp_path / "powerschool.control.jsonl"
    assert [tell(tmp_path, DAY, control=control) for _ in range(2)] == [1, 0]
    assert happened(control) == [DAY]
    assert control.read_text(encoding="utf-8") == '{"delete": {}}\n'


@pytest.fixture
def reports(database_url: str) -> str:
    """A warehouse whose reports show one student on DAY."""
    columns = ", ".join(f"1.50 as {name}" for name in comparison.COMPARED if name != "rule_tier")
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("create schema reporting")
        owner.execute(
            "create table reporting.vw_student_risk_scores as select"  # type: ignore[arg-type]
            f" date '{DAY}' as as_of_date, 's1' as student_unique_id, 'At Risk' as rule_tier,"
            f" {columns}"
        )
    return database_url


def test_what_the_reports_say_is_kept_and_equal_to_itself(runtime: Runtime, reports: str) -> None:
    found = comparison.read(reports)
    assert found is not None
    runtime.write("kept", found.kept())
    assert Tiers(**runtime.read("kept")) == found
    assert found.day == DAY.isoformat()
    assert found.students["s1"]["rule_tier"] == "At Risk"


def test_a_warehouse_without_reports_has_nothing_to_compare(database_url: str) -> None:
    assert comparison.read(database_url) is None


def test_what_differs_is_counted_by_what_it_is_and_by_who_tells_of_a_student() -> None:
    before = tiers(a="Low Risk", b="Low Risk", c="At Risk")
    after = tiers(a="Low Risk", b="High Risk", d="At Risk")
    assert comparison.differing(before, after) == {"rule_tier": 1}
    said = "\n".join(comparison.lines(before, after, ("Ed-Fi", "PowerSchool")))
    assert "tier differs for 1 student" in said
    assert "1 student told of by Ed-Fi alone" in said
    assert "1 student told of by PowerSchool alone" in said
    assert "The same for every student that both tell of: reasons" in said


def test_a_change_needs_the_tiers_of_the_day_to_compare_with(
    runtime: Runtime, database_url: str
) -> None:
    with pytest.raises(ConfigError, match="tiers of no day yet"):
        change(runtime).begin(database_url)


def test_a_change_that_was_cut_short_goes_on_from_the_day_it_began_with(
    runtime: Runtime, reports: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = runtime.sources / CODE
    home.mkdir()
    (home / "edfi.control.days").write_text(f"{DAY}\n", encoding="ascii")
    began = change(runtime).begin(reports)
    (home / "edfi.control.days").write_text(f"{DAY}\n2026-11-23\n", encoding="ascii")
    assert change(runtime).begin(reports) == began
    assert began[0] == DAY


def test_a_district_of_one_system_cannot_change(runtime: Runtime, database_url: str) -> None:
    with pytest.raises(ConfigError, match="one student system"):
        change(runtime, "grand_bend").begin(database_url)


def test_a_second_change_says_that_it_was_done(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime.write("switch", {CODE: {"day": DAY.isoformat(), "is_done": True, "before": None}})
    monkeypatch.setattr(supervisor, "_open", lambda: runtime)
    monkeypatch.setattr(supervisor, "_need_airflow", lambda *_: None)
    out = Console(file=io.StringIO(), soft_wrap=True)
    supervisor.change_sis(out, CODE)
    assert isinstance(out.file, io.StringIO)
    assert "has changed its SIS on 2026-11-20" in out.file.getvalue()
    assert "goes on with PowerSchool" in out.file.getvalue()
