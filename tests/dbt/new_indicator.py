"""A fifth indicator, as docs/add-a-metric.md tells to add one, in a copy of the dbt project and of
the page of rules.

A grade in which students change school: yellow in that grade, none in the others.
"""

from __future__ import annotations

import filecmp
import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from dbt.cli.main import dbtRunner

from tests import parsed_project

ROOT = parsed_project.PROJECT.parent
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
PROPERTIES = """  - name: risk_indicator__transition
    description: >
      One row per judged student: whether the grade is one in which students change school.
      **Rules** yellow in transition_grade.
    config:
      meta:
        owner: data-platform
        grain: [student_key]
    columns: *one_indicator

"""
RULE = "only_the_grade_of_transition_is_yellow"
UNIT_TEST = f"""version: 2

unit_tests:
  - name: {RULE}
    description: Who changes school is yellow, nobody else is; without a grade nobody can say.
    model: risk_indicator__transition
    given:
      - input: ref('risk_students')
        rows:
          - {{student_key: 1, grade_level: "08", policy_grade_band: "6-8"}}
          - {{student_key: 2, grade_level: "09", policy_grade_band: "9-12"}}
          - {{student_key: 3, grade_level: null, policy_grade_band: "9-12"}}
      - input: ref('int_policy__by_grade_band')
        rows:
          - {{grade_band: "6-8", transition_grade: 9}}
          - {{grade_band: "9-12", transition_grade: 9}}
      - input: ref('indicator_gaps')
        rows:
          - {{indicator: transition, reason_code: no_grade, words: Not known}}
    expect:
      rows:
        - {{student_key: 1, flag: none, reason: No year of transition}}
        - {{student_key: 2, flag: yellow, reason: Grade 09 is a year of transition}}
        - {{student_key: 3, flag: insufficient_data, reason: Not known}}
"""
# (file, what stands there, what stands there then)
EDITS = (
    (
        "models/risk/_risk__models.yml",
        "  - name: risk_tiers\n", f"{PROPERTIES}  - name: risk_tiers\n",
    ),
    (
        "../docs/risk-rules.md",
        "\n## Tiers\n",
        "| The grade in which students change school is yellow | `transition_grade` = 9 |"
        f" `risk_indicator__transition` | `{RULE}` |\n\n## Tiers\n",
    ),
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


def added_to_a_copy(place: Path) -> Path:
    """Copy the dbt project and the page to a folder and add the indicator; returns the project."""
    project = place / "dbt_project"
    ignored = shutil.ignore_patterns("target", "logs", "__pycache__")
    shutil.copytree(parsed_project.PROJECT, project, ignore=ignored)
    (place / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "risk-rules.md", place / "docs")
    risk = project / "models" / "risk"
    (project / "macros" / "rules" / "transition_flag.sql").write_text(FLAG, encoding="utf-8")
    model = risk / "indicators" / "risk_indicator__transition.sql"
    model.write_text(MODEL, encoding="utf-8")
    (risk / "_risk_transition__unit_tests.yml").write_text(UNIT_TEST, encoding="utf-8")
    for name, before, after in EDITS:
        file = project / name
        text = file.read_text(encoding="utf-8")
        assert before in text, name
        file.write_text(text.replace(before, after, 1), encoding="utf-8")
    for name, row in ROWS:
        with (project / name).open("a", encoding="utf-8") as file_:
            file_.write(row)
    return project


def build(project: Path, url: str, as_of: str) -> None:
    """Build what stands on the indicator, and what an earlier day says of it, with its tests."""
    target = project.parent / "target"
    with parsed_project.taken_up(target, urlsplit(url).path.lstrip("/")):
        done, said = parsed_project.invoke(
            dbtRunner(),
            (
                # no tests but those that are named
                "build", "--indirect-selection", "empty", "--select", RULE,
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
    assert f"PASS risk_indicator__transition::{RULE}" in said
    assert "WARN" not in said.replace("WARN=0", ""), said[-3000:]


def changed(place: Path) -> set[str]:
    """The files of the copy that differ from ours, or that we do not have."""
    return {
        str(path.relative_to(place))
        for room in ("dbt_project", "docs")
        for path in (place / room).rglob("*")
        if path.is_file()
        and not (
            (ours := ROOT / path.relative_to(place)).is_file()
            and filecmp.cmp(path, ours, shallow=False)
        )
    }


def listed() -> set[str]:
    """The files that the page says an indicator of this name touches."""
    page = (ROOT / "docs" / "add-a-metric.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?) \|", page, re.MULTILINE)
    paths = {path for row in rows for path in re.findall("`(.*?)`", row) if "." in path}
    return {path.replace("<name>", "transition") for path in paths}
