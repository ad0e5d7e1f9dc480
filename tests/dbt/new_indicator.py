"""A fifth indicator, as docs/add-a-metric.md tells to add one, in a copy of the dbt project.

A grade in which students change school: yellow in that grade, none in the others.
"""

from __future__ import annotations

import filecmp
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from dbt.cli.main import dbtRunner

from tests import parsed_project

FLAG = """{#
    transition_flag(row): the flag of the transition indicator. `row` is a relation with grade_level
    and transition_grade.

        {{ transition_flag('students') }} as flag
#}
{% macro transition_flag(row) -%}
    case
        when {{ row }}.grade_level is null then 'insufficient_data'
        when {{ grade_level_number(row ~ '.grade_level') }} = {{ row }}.transition_grade
            then 'yellow'
        else 'none'
    end
{%- endmacro %}
"""
MODEL = """-- One row per student that the rules judge: whether the grade is one of transition.
with

students as (
    select * from {{ ref('risk_students') }}
),

policy as (
    select * from {{ ref('int_policy__by_grade_band') }}
),

gaps as (
    select * from {{ ref('indicator_gaps') }}
    where indicator = 'transition'
),

joined as (
    select
        students.student_key,
        students.grade_level,
        students.policy_version,
        students.as_of_date,
        policy.transition_grade
    from students
    inner join policy
        on policy.grade_band = students.policy_grade_band
),

judged as (
    select
        joined.student_key,
        {{ transition_flag('joined') }} as flag,
        false as is_evidence,
        cast(null as numeric) as value,
        joined.grade_level as value_text,
        cast(joined.transition_grade as numeric) as threshold,
        'grade ' || {{ plain_number('joined.transition_grade') }} as threshold_text,
        case
            when joined.grade_level is null then gaps.words
            when {{ transition_flag('joined') }} = 'yellow'
                then 'Grade ' || joined.grade_level || ' is a year of transition'
            else 'No year of transition'
        end as reason,
        case when joined.grade_level is null then 'no_grade' else 'grade' end as reason_code,
        joined.policy_version,
        cast(null as date) as evidence_from,
        cast(null as date) as evidence_to,
        joined.as_of_date
    from joined
    left join gaps
        on gaps.reason_code = 'no_grade'
)

select * from judged
"""
# (file, what stands there, what stands there then)
EDITS = (
    ("macros/rules/indicators.sql", "'behavior']", "'behavior', 'transition']"),
    (
        "models/intermediate/policy/int_policy__by_grade_band.sql",
        "    'tier_applies'", "    'transition_grade': 'integer',\n    'tier_applies'",
    ),
    (
        "models/features/ftr_student_as_of.sql",
        "'severe_absence_pct',", "'severe_absence_pct', 'transition_grade',",
    ),
    (
        "models/features/ftr_student_as_of.sql",
        "        reasoned.assessment_flag,\n",
        "        reasoned.assessment_flag,\n"
        "        {{ transition_flag('reasoned') }} as transition_flag,\n"
        "        false as is_transition_evidence,\n",
    ),
)  # fmt: skip
ROWS = (
    ("seeds/policy/indicator_gaps.csv", "transition,no_grade,The grade is not known\n"),
    ("seeds/policy/policy_names.csv", "transition_grade,integer,1,12\n"),
    (
        "seeds/policy/risk_policy.csv",
        "*,*,transition_grade,9,grade,2000-07-01,,The grade in which students change school,"
        "Firstbell default\n",
    ),
)


def added_to_a_copy(project: Path) -> Path:
    """Copy the dbt project to a folder and add the indicator there; returns the folder."""
    ignored = shutil.ignore_patterns("target", "logs", "__pycache__")
    shutil.copytree(parsed_project.PROJECT, project, ignore=ignored)
    own = project / "models" / "risk" / "indicators"
    (project / "macros" / "rules" / "transition_flag.sql").write_text(FLAG, encoding="utf-8")
    (own / "risk_indicator__transition.sql").write_text(MODEL, encoding="utf-8")
    (own / "_transition__models.yml").write_text(_properties(project), encoding="utf-8")
    for place, before, after in EDITS:
        file = project / place
        text = file.read_text(encoding="utf-8")
        assert before in text, place
        file.write_text(text.replace(before, after, 1), encoding="utf-8")
    for place, row in ROWS:
        with (project / place).open("a", encoding="utf-8") as file_:
            file_.write(row)
    return project


def _properties(project: Path) -> str:
    """The contract of the model: the columns that every indicator has."""
    import yaml

    text = (project / "models" / "risk" / "_risk__models.yml").read_text(encoding="utf-8")
    others = {model["name"]: model for model in yaml.safe_load(text)["models"]}
    model = dict(others["risk_indicator__behavior"], name="risk_indicator__transition")
    model.pop("data_tests", None)
    return yaml.safe_dump({"version": 2, "models": [model]})


def build(project: Path, url: str, as_of: str) -> None:
    """Build what stands on the indicator, and what an earlier day says of it, with its tests."""
    target = project.parent / "target"
    with parsed_project.taken_up(target, urlsplit(url).path.lstrip("/")):
        done, said = parsed_project.invoke(
            dbtRunner(),
            (
                "build", "--exclude-resource-type", "unit_test",
                # no tests but those that are named
                "--indirect-selection", "empty", "--select",
                "policy_names", "risk_policy", "indicator_gaps", "int_policy__by_grade_band",
                "risk_indicator__transition", "risk_indicators", "risk_tiers", "risk_levels",
                "rpt_student_indicators", "+ftr_student_as_of",
                "features_agree_with_the_tiers", "every_judged_student_has_every_indicator",
                "risk_gaps_are_worded", "policy_is_complete", "policy_values_fit",
            ),
            project.parent, url, as_of, project=project,
        )  # fmt: skip
    assert done.success, said[-3000:]
    assert "PASS features_agree_with_the_tiers" in said
    assert "WARN" not in said.replace("WARN=0", ""), said[-3000:]


def changed(project: Path) -> set[str]:
    """The files that differ from those of the project, or that it does not have."""
    return {
        str(path.relative_to(project))
        for path in project.rglob("*")
        if path.is_file()
        and not (
            (ours := parsed_project.PROJECT / path.relative_to(project)).is_file()
            and filecmp.cmp(path, ours, shallow=False)
        )
    }
