"""The promises of the dbt project hold, and each check can see them broken."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from include import day_models
from tests.dbt import manifest as checks

Manifest = dict[str, Any]


def test_the_project_is_not_empty(manifest: Manifest) -> None:
    for schema in ("staging", "canonical", "intermediate", *checks.PROMISED_SCHEMAS):
        assert checks.models(manifest, schema), (
            f"no model in {schema}: the checks would prove nothing"
        )


def test_what_depends_on_the_day_is_known(parsed: Any) -> None:
    """A night leaves out what no day and no feed concern: nothing else it is told may matter."""
    left_out = set(day_models.untouched(parsed))
    assert {"risk_policy", "stg_edfi__students"} <= left_out
    assert left_out.isdisjoint({"fct_attendance_to_date", "risk_tiers", "rpt_tier_crossings"})
    of_grades = left_out - set(day_models.untouched(parsed, {"edfi__grades"}))
    assert {"stg_edfi__grades", "can_marks"} <= of_grades
    assert of_grades.isdisjoint({"stg_edfi__students", "dim_school", "stg_layouts__scores"})
    asked = {
        value
        for macro in parsed.macros.values()
        if macro.package_name == "firstbell"
        for value in re.findall(r"run_value\('(\w+)'\)", macro.macro_sql)
    }
    assert asked == {"as_of_date", "code_version", "load_ceiling", "loads_under_way"}, (
        "say in include/day_models.py what a night without a change makes of the new one"
    )
    told = [
        node.name for node in parsed.nodes.values() if "run_value(" in getattr(node, "raw_code", "")
    ]
    assert told == [], "ask by a macro: include/day_models.py looks at macros"


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.__name__)
def test_project_keeps_its_promise(
    manifest: Manifest, check: Callable[[Manifest], Iterator[str]]
) -> None:
    findings = list(check(manifest))
    assert not findings, "\n".join([check.__doc__ or "", *findings])


def _model(manifest: Manifest, name: str) -> dict[str, Any]:
    node: dict[str, Any] = manifest["nodes"][f"model.firstbell.{name}"]
    return node


def _drop_contract(manifest: Manifest) -> None:
    _model(manifest, "risk_tiers")["config"]["contract"]["enforced"] = False


def _drop_pii(manifest: Manifest) -> None:
    column = _model(manifest, "risk_tiers")["columns"]["reasons"]
    column["meta"] = {}
    column.setdefault("config", {})["meta"] = {}


def _drop_column_description(manifest: Manifest) -> None:
    _model(manifest, "risk_tiers")["columns"]["reasons"]["description"] = " "


def _source_in_risk(manifest: Manifest) -> None:
    _model(manifest, "risk_tiers")["depends_on"]["nodes"].append("source.firstbell.edfi.students")


def _vendor_in_sql(manifest: Manifest) -> None:
    _model(manifest, "risk_tiers")["raw_code"] += "\nwhere source = 'i-Ready'"


def _vendor_in_name(manifest: Manifest) -> None:
    _model(manifest, "risk_tiers")["name"] = "risk_star_tiers"


def _risk_reads_staging(manifest: Manifest) -> None:
    _model(manifest, "risk_tiers")["depends_on"]["nodes"].append("model.firstbell.stg_ops__loads")


def _reporting_reads_intermediate(manifest: Manifest) -> None:
    _model(manifest, "vw_student_risk_scores")["depends_on"]["nodes"].append(
        "model.firstbell.can_students"
    )
    manifest["nodes"].setdefault(
        "model.firstbell.can_students",
        {"resource_type": "model", "name": "can_students", "path": "canonical/people/x.sql"},
    )


def _clock(manifest: Manifest) -> None:
    _model(manifest, "risk_tiers")["raw_code"] += "\nwhere as_of_date < current_date"


def _policy_number(manifest: Manifest) -> None:
    _model(manifest, "risk_tiers")["raw_code"] += "\nwhere absence_rate >= 0.1"


def _drop_grain(manifest: Manifest) -> None:
    del _model(manifest, "risk_tiers")["config"]["meta"]["grain"]


def _misspell_not_null(manifest: Manifest) -> None:
    _model(manifest, "risk_tiers")["config"]["meta"]["not_nul"] = ["tier"]


def _state_a_column_twice(manifest: Manifest) -> None:
    _model(manifest, "risk_tiers")["config"]["meta"]["not_null"] = ["student_key"]


def _drop_hook(manifest: Manifest) -> None:
    _model(manifest, "risk_tiers")["config"]["post-hook"] = []


def _test_of_a_grain(manifest: Manifest) -> None:
    manifest["nodes"]["test.x"] = {
        "resource_type": "test",
        "name": "unique_risk_tiers_student_key",
        "attached_node": "model.firstbell.risk_tiers",
        "test_metadata": {"name": "unique"},
    }


def _drop_header(manifest: Manifest) -> None:
    node = _model(manifest, "risk_tiers")
    node["raw_code"] = node["raw_code"].split("\n", 2)[2]


def _let_reasons_be_null(manifest: Manifest) -> None:
    _model(manifest, "risk_tier_crossings")["columns"]["reasons"]["constraints"] = []


def _star_of_a_step(manifest: Manifest) -> None:
    _model(manifest, "risk_tiers")["raw_code"] += "\nselect tiered.* from tiered"


def _star_of_a_join(manifest: Manifest) -> None:
    _model(manifest, "risk_tiers")["raw_code"] += (
        "\nselect * from tiered inner join other using (x)"
    )


def _short_alias(manifest: Manifest) -> None:
    _model(manifest, "risk_tiers")["raw_code"] += "\nselect 1 from tiered as t"


def _constraint_on_an_incremental_table(manifest: Manifest) -> None:
    _model(manifest, "risk_tiers")["config"]["materialized"] = "incremental"


def _constraint_on_a_view(manifest: Manifest) -> None:
    _model(manifest, "risk_tiers")["config"]["materialized"] = "view"


def _constraint_of_a_whole_model(manifest: Manifest) -> None:
    _model(manifest, "risk_tier_history")["constraints"] = [
        {"type": "not_null", "columns": ["tier"]}
    ]


def _long_unit_test(manifest: Manifest) -> None:
    manifest["unit_tests"]["x"] = {**_unit_test("risk_tiers", "tier"), "name": "x" * 64}


def _null_in_a_grain(manifest: Manifest) -> None:
    manifest["unit_tests"]["x"] = _unit_test("risk_tiers", "student_key")


def _unit_test(model: str, column: str) -> dict[str, Any]:
    return {"name": "none", "model": model, "expect": {"rows": [{column: None}]}}


@pytest.mark.parametrize(
    ("doctor", "check", "named"),
    [
        (_drop_contract, checks.without_contract, "risk_tiers"),
        (_drop_pii, checks.badly_described, "risk_tiers.reasons"),
        (_drop_column_description, checks.badly_described, "risk_tiers.reasons"),
        (_source_in_risk, checks.sources_outside_staging, "risk_tiers"),
        (_vendor_in_sql, checks.vendors_after_staging, "i-Ready"),
        (_vendor_in_name, checks.vendors_after_staging, "risk_star_tiers"),
        (_risk_reads_staging, checks.skipped_rooms, "stg_ops__loads"),
        (_reporting_reads_intermediate, checks.skipped_rooms, "can_students"),
        (_clock, checks.clocks, "current_date"),
        (_policy_number, checks.policy_numbers, "0.1"),
        (_drop_grain, checks.without_grain, "no `grain`"),
        (_misspell_not_null, checks.without_grain, "'not_nul' means nothing"),
        (_state_a_column_twice, checks.without_grain, "a column twice"),
        (_drop_hook, checks.without_grain, "nothing keeps"),
        (_test_of_a_grain, checks.grain_as_test, "unique_risk_tiers_student_key"),
        (_drop_header, checks.without_header, "risk_tiers"),
        (_let_reasons_be_null, checks.reasons_missing, "risk_tier_crossings"),
        (_star_of_a_step, checks.stars_between, "tiered.*"),
        (_star_of_a_join, checks.stars_between, "no import"),
        (_short_alias, checks.short_aliases, "alias 't'"),
        (_drop_contract, checks.constraints_nobody_keeps, "risk_tiers.reasons"),
        (_constraint_on_an_incremental_table, checks.constraints_nobody_keeps, "is incremental"),
        (_constraint_on_a_view, checks.constraints_nobody_keeps, "is view"),
        (_constraint_of_a_whole_model, checks.constraints_nobody_keeps, "risk_tier_history.tier"),
        (_long_unit_test, checks.long_unit_test_names, "64 characters"),
        (_null_in_a_grain, checks.nulls_that_no_grain_takes, "risk_tiers.student_key"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_check_sees_a_broken_promise(
    manifest: Manifest,
    doctor: Callable[[Manifest], None],
    check: Callable[[Manifest], Iterator[str]],
    named: str,
) -> None:
    doctored = copy.deepcopy(manifest)
    doctor(doctored)
    new = set(check(doctored)) - set(check(manifest))
    assert any(named in finding for finding in new), f"{check.__name__} saw nothing"


def test_every_policy_name_is_a_column_of_the_wide_form(manifest: Manifest) -> None:
    """A name that no model reads decides nothing; a column without a name has no value."""
    names = checks.policy_names()
    sql = _model(manifest, "int_policy__by_grade_band")["raw_code"]
    assert set(names) == set(checks.policy_columns(sql))


def test_the_row_to_add_names_the_source_where_a_crosswalk_is_kept_by_it(
    manifest: Manifest,
) -> None:
    nodes = manifest["nodes"]
    named = {
        name: set(re.findall(r"'(xwalk_\w+)'", nodes[f"model.firstbell.{name}"]["raw_code"]))
        for name in ("can_unmapped_codes", "int_codes__unmapped", "rpt_unmapped_codes")
    }
    by_source = {
        node["name"]
        for node in nodes.values()
        if node["resource_type"] == "seed" and "source" in node["config"]["meta"].get("grain", [])
    }
    known = named["can_unmapped_codes"] | named["int_codes__unmapped"]
    assert named["rpt_unmapped_codes"] == known & by_source
