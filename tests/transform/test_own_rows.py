"""Rows of one's own stand outside the checkout and are built with the seeds."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from include import check, day_models, dbt_command, own_rows, seed_rows, transform
from include.errors import ConfigError
from include.run import Run
from include.settings import DISTRICTS as DISTRICTS_OF_PROJECT
from include.settings import Settings
from include.sources import registry
from tests.transform.conftest import NightOf

DISTRICTS = {"grand_bend", "maple_valley", "other_town"}
POLICY = "district_code,grade_band,policy_name,value,unit,effective_from,description,source\n"
ORDER = "district_code,source,preference,names_each_test_once,note\n"
LEVELS = "district_code,source,level_code,performance_level,level_rank\n"
FEEDS = "district_code,source,policy_name,value,unit,effective_from,effective_to,description\n"
PAIRS = "district_code,from_window,to_window,preference,note\n"
SUBJECTS = "district_code,source,subject_code,subject,language\n"
CATEGORY = "district_code,category_code,is_absence,default_fraction,is_excused,note\n"

OF_A_SOURCE = CATEGORY.replace("district_code,", "district_code,source_system,")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "districts" / "seeds"
    folder.mkdir(parents=True)
    return folder


def look(own: Path, district: str | None = "grand_bend") -> None:
    """Look through the seeds before a night of the district."""
    names = seed_rows.known_names(())
    seed_rows.check(dbt_command.PROJECT, DISTRICTS, own, district=district, names=names)


def problems(own: Path, district: str | None = "grand_bend") -> str:
    with pytest.raises(ConfigError) as caught:
        look(own, district)
    return str(caught.value)


def merged(own: Path, place: Path, name: str) -> list[dict[str, str]]:
    built = own_rows.project_with(dbt_command.PROJECT, own, own / "none", place, "grand_bend")
    with next((built / "seeds").rglob(name)).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_an_own_row_stands_beside_those_of_the_project(own: Path, tmp_path: Path) -> None:
    (own / "xwalk_attendance_category.csv").write_text(
        CATEGORY + "grand_bend,remote day,false,,,\n", "utf-8"
    )
    rows = merged(own, tmp_path / "built", "xwalk_attendance_category.csv")
    assert rows[-1]["category_code"] == "remote day"
    assert [row for row in rows if row["category_code"] == "tardy"]


def test_a_code_in_a_row_without_a_source_is_of_any(own: Path, tmp_path: Path) -> None:
    (own / "xwalk_attendance_category.csv").write_text(CATEGORY + "*,tardy,true,1,,Ours\n", "utf-8")
    look(own)
    rows = merged(own, tmp_path / "built", "xwalk_attendance_category.csv")
    tardies = [row for row in rows if row["category_code"] == "tardy"]
    assert [(row["source_system"], row["note"]) for row in tardies] == [("*", "Ours")]


def test_a_code_of_one_source_stands_beside_that_of_any(own: Path, tmp_path: Path) -> None:
    (own / "xwalk_attendance_category.csv").write_text(
        OF_A_SOURCE + "*,powerschool,tardy,true,1,,Ours\n", "utf-8"
    )
    look(own)
    rows = merged(own, tmp_path / "built", "xwalk_attendance_category.csv")
    tardies = [row for row in rows if row["category_code"] == "tardy"]
    assert [row["source_system"] for row in tardies] == ["*", "powerschool"]


def test_an_own_row_replaces_the_projects_row_of_the_same_key(own: Path, tmp_path: Path) -> None:
    row = "*,*,chronic_absence_pct,8,percent,2000-07-01,Ours,Ours\n"
    # a column that an upgrade adds to a seed is empty in rows that were written before it
    (own / "risk_policy.csv").write_text(POLICY + row, "utf-8")
    rows = merged(own, tmp_path / "built", "risk_policy.csv")
    found = [row for row in rows if row["policy_name"] == "chronic_absence_pct"]
    assert [(row["value"], row["effective_to"]) for row in found] == [("8", "")]


def test_what_has_no_own_rows_is_the_projects_own_file(own: Path, tmp_path: Path) -> None:
    (own / "risk_policy.csv").write_text(POLICY, "utf-8")
    built = own_rows.project_with(
        dbt_command.PROJECT, own, own / "none", tmp_path / "built", "grand_bend"
    )
    for path in ("models", "dbt_project.yml", "seeds/policy/tier_ladder.csv"):
        assert (built / path).resolve() == dbt_command.PROJECT / path


def test_without_own_rows_the_project_is_built_where_it_stands(own: Path, tmp_path: Path) -> None:
    built = own_rows.project_with(
        dbt_command.PROJECT, own, own / "none", tmp_path / "built", "grand_bend"
    )
    assert built == dbt_command.PROJECT


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("risk_polcy.csv", POLICY, "no seed with rows of districts has this name"),
        ("tier_ladder.csv", "rule_tier,tier_rank\n", "no seed with rows of districts"),
        ("xwalk_attendance_category.csv", CATEGORY.replace("is_absence", "absent"),
         "line 1: columns district_code, category_code, absent"),
        ("xwalk_attendance_category.csv", "district_code,is_absence\n", "line 1: columns"),
        ("xwalk_attendance_category.csv", CATEGORY + "nowhere,x,true,,,\n",
         "line 2: district_code 'nowhere'"),
        ("xwalk_attendance_category.csv", CATEGORY + "*,x,ja,,,\n",
         "line 2: is_absence 'ja', expected true or false"),
        ("xwalk_attendance_category.csv", CATEGORY + "*,x,true,\"0,5\",,\n",
         "line 2: default_fraction '0,5', expected a number"),
        ("xwalk_attendance_category.csv", CATEGORY + "*,Remote Day,true,,,\n",
         "line 2: category_code 'Remote Day', expected 'remote day'"),
        ("xwalk_attendance_category.csv", CATEGORY + "*,x,,,,\n", "line 2: is_absence is empty"),
        ("xwalk_attendance_category.csv", CATEGORY + "*,x,true,,,\n*,x,false,,,\n",
         "line 3: *, *, x stands on line 2 too"),
        ("xwalk_attendance_category.csv", OF_A_SOURCE + "*,powerscool,x,true,,,\n",
         "line 2: source_system 'powerscool', expected one of *, cmas, "),
        ("xwalk_attendance_category.csv", OF_A_SOURCE + "*,,x,true,,,\n",
         "line 2: source_system is empty"),
        ("xwalk_attendance_category.csv", CATEGORY + "*,x,true\n",
         "line 2: not as many cells as columns"),
        ("risk_policy.csv", POLICY + "*,*,chronic_pct,8,percent,2026-07-01,a,b\n",
         "line 2: policy_name 'chronic_pct', expected a policy_name of policy_names"),
        ("risk_policy.csv", POLICY + "*,K-8,chronic_absence_pct,8,percent,2026-07-01,a,b\n",
         "line 2: grade_band 'K-8', expected one of *, 6-8, 9-12, K-5, PK"),
        ("risk_policy.csv", POLICY + "*,*,chronic_absence_pct,8 %,percent,2026-07-01,a,b\n",
         "line 2: value '8 %', expected a number"),
        ("risk_policy.csv", POLICY + "*,*,chronic_absence_pct,800,percent,2026-07-01,a,b\n",
         "line 2: value '800', expected 0 to 100"),
        ("risk_policy.csv", POLICY + "*,*,chronic_absence_pct,8,percent,7/1/2026,a,b\n",
         "line 2: effective_from '7/1/2026'"),
        ("assessment_source_order.csv", ORDER + "*,strar,4,true,\n",
         "line 2: source 'strar', expected one of *, cmas, dibels_8, edfi, iready, map_growth"),
        ("assessment_source_order.csv", ORDER + "grand_bend,iready,1,true,\n",
         "line 2: preference '1' is that of star too for grand_bend"),
        ("assessment_source_order.csv", ORDER + "*,iready,1,true,\n",
         "line 2: preference '1' is that of star too for grand_bend"),
        ("assessment_source_order.csv", ORDER + "*,iready,4,true,\n*,cmas,4,true,\n",
         "line 3: preference '4' is that of iready too"),
        ("xwalk_assessment_growth_pairs.csv", PAIRS + "grand_bend,fall,spring,2,\n",
         "preference '2' is that of winter, spring too for grand_bend"),
        ("xwalk_assessment_subjects.csv", SUBJECTS + "*,map_grwoth,reading,reading,\n",
         "line 2: source 'map_grwoth', expected one of *, cmas, "),
        ("xwalk_assessment_levels.csv", LEVELS + "*,dibels,low,below,2\n",
         "line 2: source 'dibels', expected one of *, "),
        ("feed_policy.csv", FEEDS + "*,satr,missing_after_days,9,days,2026-07-01,,Ours\n",
         "line 2: source 'satr', expected one of *, "),
    ],
)  # fmt: skip
def test_a_wrong_own_row_is_refused_by_file_line_and_value(
    own: Path, name: str, text: str, said: str
) -> None:
    (own / name).write_text(text, "utf-8")
    told = problems(own)
    assert f"{own / name}" in told
    assert said in told


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        # it stands for all others of its keys, so that two may change places
        ("assessment_source_order.csv", ORDER + "grand_bend,star,2,true,\n"
         "grand_bend,map_growth,1,true,\n"),
        # a family of tests has subjects too, whichever source tells them
        ("xwalk_assessment_subjects.csv", SUBJECTS + "*,dibels,reading,reading,\n"),
        ("feed_policy.csv", FEEDS + "*,cmas,missing_after_days,400,days,2026-07-01,,Ours\n"),
    ],
)  # fmt: skip
def test_a_row_of_a_name_that_is_there_is_taken(own: Path, name: str, rows: str) -> None:
    (own / name).write_text(rows, "utf-8")
    look(own)


def test_rows_of_a_layout_that_is_gone_stay_where_the_district_uses_it(own: Path) -> None:
    (own / "feed_policy.csv").write_text(
        FEEDS + "*,toy,missing_after_days,9,days,2026-07-01,,Ours\n", "utf-8"
    )
    delivery = {"kind": "folder", "connection": "drop", "pattern": "*.csv"}
    config = registry.configured({"kind": "files", "layout": "toy", "delivery": delivery})
    assert "source 'toy'" in problems(own)
    names = seed_rows.known_names([config])
    seed_rows.check(dbt_command.PROJECT, DISTRICTS, own, district="grand_bend", names=names)


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("xwalk_attendance_category.csv", CATEGORY + "{},x,ja,,,\n"),
        ("xwalk_attendance_category.csv", CATEGORY + "{},x,true\n"),
        ("xwalk_attendance_category.csv", CATEGORY + "{},x,true,,,\n{},x,false,,,\n"),
        ("risk_policy.csv", POLICY + "{},*,chronic_absence_pct,800,percent,2026-07-01,a,b\n"),
        ("assessment_source_order.csv", ORDER + "{},iready,1,true,\n"),
        ("assessment_source_order.csv", ORDER + "{},strar,4,true,\n"),
    ],
)
def test_a_wrong_row_of_one_district_stops_no_other(own: Path, name: str, row: str) -> None:
    (own / name).write_text(row.replace("{}", "other_town"), "utf-8")
    look(own, "grand_bend")
    assert name.removesuffix(".csv") in problems(own, "other_town")


def test_rows_of_another_district_are_not_built(own: Path, tmp_path: Path) -> None:
    (own / "xwalk_attendance_category.csv").write_text(
        CATEGORY + "other_town,away,ja,,,\ngrand_bend,remote day,false,,,\n", "utf-8"
    )
    rows = merged(own, tmp_path / "built", "xwalk_attendance_category.csv")
    assert [row["category_code"] for row in rows if row["district_code"] != "*"] == ["remote day"]


def test_a_changed_row_of_another_district_is_no_other_build(own: Path) -> None:
    def both() -> tuple[str, str]:
        told = (dbt_command.PROJECT, {}, own)
        return (
            day_models.fingerprint(*told, district="grand_bend"),
            day_models.code_version(*told, district="grand_bend"),
        )

    file = own / "xwalk_attendance_category.csv"
    file.write_text(CATEGORY + "grand_bend,remote day,false,,,\n", "utf-8")
    before = both()
    with file.open("a", encoding="utf-8") as rows:
        rows.write("other_town,away,true,,,\n")
    assert both() == before


@pytest.fixture
def theirs(own: Path) -> Path:
    """The folder of the rows of another district alone."""
    folder = own / "other_town"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("xwalk_attendance_category.csv", CATEGORY.replace("is_absence", "absent").encode()),
        ("xwalk_atendance.csv", CATEGORY.encode()),
        ("risk_policy.csv", POLICY.encode() + b"other_town,*,x,1,p,2026-07-01,\xe9,b\n"),
        ("risk_policy.csv", POLICY.encode() + b'other_town,*,x,"1,p,2026-07-01,a,b\n'),
        ("xwalk_attendance_category.csv", CATEGORY.encode() + b"oter_town,x,true,,,\n"),
    ],
)
def test_a_wrong_file_in_a_districts_folder_stops_that_district_alone(
    own: Path, theirs: Path, tmp_path: Path, name: str, content: bytes
) -> None:
    (own / "xwalk_attendance_category.csv").write_text(CATEGORY + "*,away,true,,,\n", "utf-8")
    (theirs / name).write_bytes(content)
    look(own, "grand_bend")
    assert merged(own, tmp_path / "built", "xwalk_attendance_category.csv")[-1]["note"] == ""
    assert f"{theirs / name}" in problems(own, "other_town")


def test_a_row_in_a_districts_folder_is_built_for_that_district_alone(
    own: Path, theirs: Path, tmp_path: Path
) -> None:
    ours = own / "grand_bend"
    ours.mkdir()
    name = "xwalk_attendance_category.csv"
    (own / name).write_text(CATEGORY + "*,tardy,true,1,,All\n", "utf-8")
    (ours / name).write_text(CATEGORY + "grand_bend,tardy,false,0,,Ours\n", "utf-8")
    (theirs / name).write_text(CATEGORY + "other_town,tardy,true,,,Theirs\n", "utf-8")
    look(own)
    rows = merged(own, tmp_path / "built", name)
    tardies = [(r["district_code"], r["note"]) for r in rows if r["category_code"] == "tardy"]
    assert tardies == [("*", "All"), ("grand_bend", "Ours")]


@pytest.mark.parametrize("code", ["*", "other_town"])
def test_a_row_in_a_districts_folder_is_of_that_district(own: Path, code: str) -> None:
    file = own / "grand_bend" / "xwalk_attendance_category.csv"
    file.parent.mkdir()
    file.write_text(CATEGORY + f"{code},x,true,,,\n", "utf-8")
    assert f"{file}, line 2: district_code '{code}', expected 'grand_bend'" in problems(own)


def test_a_row_that_stands_in_the_shared_file_too_is_refused(own: Path) -> None:
    file = own / "grand_bend" / "xwalk_attendance_category.csv"
    file.parent.mkdir()
    for where in (own / file.name, file):
        where.write_text(CATEGORY + "grand_bend,x,true,,,\n", "utf-8")
    said = f"{file}, line 2: grand_bend, *, x stands in {own / file.name}, line 2 too"
    assert said in problems(own)


def test_a_row_in_another_districts_folder_is_no_other_build(own: Path, theirs: Path) -> None:
    before = day_models.fingerprint(dbt_command.PROJECT, {}, own, district="grand_bend")
    (theirs / "risk_policy.csv").write_text("a row", "utf-8")
    told = {
        code: day_models.fingerprint(dbt_command.PROJECT, {}, own, district=code)
        for code in ("grand_bend", "other_town")
    }
    assert told["grand_bend"] == before != told["other_town"]


def test_a_file_that_no_night_reads_is_named_by_the_check(own: Path, night_of: NightOf) -> None:
    lost = [own / "grand_bnd" / "risk_policy.csv", own / "grand_bend" / "policy" / "x.csv"]
    for file in (*lost, own / "risk_policy.csv", own / "grand_bend" / "risk_policy.csv"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(POLICY, "utf-8")
    elsewhere = Settings(districts_dir=own.parent)
    night = replace(night_of("postgresql://nobody@127.0.0.1:1/none"), settings=elsewhere)
    told = [str(error) for error in check.in_vain(night)[0]]
    assert [file for file in lost if str(file) in " ".join(told)] == lost
    assert len(told) == len(lost)


def test_a_quote_that_nothing_closes_swallows_no_row_of_another_district(own: Path) -> None:
    file = own / "xwalk_attendance_category.csv"
    file.write_text(CATEGORY + 'other_town,"x,true,,,\ngrand_bend,y,true,,,\n', "utf-8")
    assert str(file) in problems(own)


def test_a_file_that_is_not_utf8_is_refused_by_name(own: Path) -> None:
    (own / "risk_policy.csv").write_bytes(POLICY.encode() + b"*,*,x,1,p,2026-07-01,\xe9,b\n")
    assert str(own / "risk_policy.csv") in problems(own)


@pytest.mark.parametrize(
    ("name", "is_code"), [("xwalk_attendance_category.csv", True), ("risk_policy.csv", False)]
)
def test_a_changed_own_row_is_another_build(own: Path, name: str, is_code: bool) -> None:
    def both() -> tuple[str, str]:
        return (
            day_models.fingerprint(dbt_command.PROJECT, {}, own),
            day_models.code_version(dbt_command.PROJECT, {}, own),
        )

    before = both()
    (own / name).write_text("a row", "utf-8")
    after = both()
    assert before[0] != after[0]
    assert (before[1] != after[1]) == is_code


PROPERTIES = """
version: 2
seeds:
  - name: codes
    config:
      column_types: {district_code: text, local_code: text, is_open: boolean}
      meta: {grain: [district_code, local_code]}
"""


@pytest.fixture
def small(
    database_url: str, project: Callable[[str, str], None], night_of: NightOf, tmp_path: Path
) -> Run:
    """A night on a project of one seed, for a district whose own rows stand elsewhere."""
    project("../seeds/_codes__seeds.yml", PROPERTIES)
    project("../seeds/codes.csv", "district_code,local_code,is_open\n*,a,true\n*,b,true\n")
    elsewhere = Settings(work_dir=tmp_path / "work", districts_dir=tmp_path / "districts")
    return replace(night_of(database_url), settings=elsewhere)


def held(night: Run) -> list[tuple[object, ...]]:
    with psycopg.connect(night.dsn) as connection:
        return connection.execute(
            "select district_code, local_code, is_open from codes order by 1, 2"
        ).fetchall()


def test_a_night_loads_own_rows_and_leaves_them_when_they_go(own: Path, small: Run) -> None:
    before = transform.fingerprint(small)
    (own / "codes.csv").write_text(
        "local_code,district_code,is_open\nb,*,false\nc,grand_bend,true\n", "utf-8"
    )
    transform.run_layer(small, "seeds")
    assert held(small) == [("*", "a", True), ("*", "b", False), ("grand_bend", "c", True)]
    assert transform.fingerprint(small) != before
    (own / "codes.csv").unlink()
    transform.run_layer(replace(small, run_id="another"), "seeds")
    assert held(small) == [("*", "a", True), ("*", "b", True)]


def test_a_changed_layout_is_another_build(
    own: Path, small: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRSTBELL_DISTRICTS_DIR", str(own.parent))
    layout = Settings().own_layouts_dir / "toy.yaml"
    layout.parent.mkdir()
    told = []
    for text in ("title: Toy", "title: Toy Test"):
        layout.write_text(text, "utf-8")
        told.append(transform.fingerprint(small))
    layout.unlink()
    assert len({*told, transform.fingerprint(small)}) == 3


def test_a_night_loads_no_seed_when_an_own_row_is_wrong(own: Path, small: Run) -> None:
    (own / "codes.csv").write_text("district_code,local_code,is_open\n*,a,shut\n", "utf-8")
    with pytest.raises(ConfigError, match=r"codes\.csv, line 2: is_open 'shut'"):
        transform.run_layer(small, "seeds")
    with pytest.raises(psycopg.errors.UndefinedTable):
        held(small)


def test_the_check_before_the_first_night_tells_of_wrong_own_rows(own: Path, small: Run) -> None:
    (own / "codes.csv").write_text("district_code,local_code,is_open\n*,a,shut\n", "utf-8")
    assert [error for error in check.missing(small) if "is_open 'shut'" in str(error)]


def test_dbt_by_hand_loads_own_rows(
    own: Path, small: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (own / "codes.csv").write_text("district_code,local_code,is_open\n*,b,false\n", "utf-8")
    shutil.copy(DISTRICTS_OF_PROJECT / "grand_bend.yaml", own.parent)
    connection = small.connect(small.district.warehouse_connection)
    given = {name: getattr(connection, name) for name in ("host", "port", "login", "password")}
    monkeypatch.setenv("AIRFLOW_CONN_GRAND_BEND_WAREHOUSE",
                       json.dumps({**given, "schema": connection.schema}))  # fmt: skip
    monkeypatch.setenv("FIRSTBELL_DISTRICTS_DIR", str(own.parent))
    monkeypatch.setenv("FIRSTBELL_WORK_DIR", str(tmp_path / "work"))
    with pytest.raises(SystemExit) as ended:
        dbt_command.main(["grand_bend", "seed", "--select", "codes"])
    assert ended.value.code == 0
    assert held(small) == [("*", "a", True), ("*", "b", False)]
