"""What is refused in SQL: by `make lint`, if the settings switch all of sqruff's rules on, and here
what sqruff 0.44.0 overlooks.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODEL = """\
-- One row per student or school that is judged.
with

students as (
    select * from {{ ref('dim_student') }}
),

schools as (
    select * from {{ ref('dim_school') }}
),

policy as (
    select * from {{ ref('policy') }}
),

judged as (
    select
        students.student_key,
        students.school_key,
        home.school_name as home_name,
        policy.threshold,
        {%- for part in ['first', 'last'] %}
            students.{{ part }}_name,
        {%- endfor %}
        coalesce(students.points, 0) as points,
        cast(students.points as integer) as whole_points,
        case
            when students.points = 9 then null
            when students.points > 1 then 2
            else 3
        end as rank_number
    from students
    inner join policy
        on policy.grade_level = students.grade_level
    left join schools as home
        on home.school_key = students.school_key
        and home.is_open
    where students.points != 4
),

counted as (
    select
        judged.school_key,
        count(*) as student_count
    from judged
    group by judged.school_key
),

together as (
    select
        judged.student_key,
        judged.points
    from judged
    where judged.threshold is null
    union all
    select
        counted.school_key,
        counted.student_count as points
    from counted
)

select * from together
"""
# name: the rule that refuses it (None: it cannot be parsed), what stands above, and what instead
PLANTED = {
    "table_without_as": ("AL01", "schools as home", "schools home"),
    "column_without_as": ("AL02", " as home_name", " home_name"),
    "column_without_name": ("AL03", "count(*) as student_count", "count(*) + 1"),
    "alias_not_used": ("AL05", "    from counted\n", "    from counted as unused\n"),
    "column_twice": ("AL08", "judged.points\n", "judged.points,\n        judged.points\n"),
    "alias_of_itself": ("AL09", "policy.threshold,", "policy.threshold as threshold,"),
    "join_without_its_kind": ("AM05", "inner join", "join"),
    "group_by_number": ("AM06", "by judged.school_key", "by 1"),
    "keyword_in_capitals": ("CP01", "from students", "FROM students"),
    "name_in_capitals": ("CP02", "policy.threshold,", "policy.Threshold,"),
    "function_in_capitals": ("CP03", "coalesce(", "COALESCE("),
    "null_in_capitals": ("CP04", "then null", "then NULL"),
    "type_in_capitals": ("CP05", "as integer", "as INTEGER"),
    "the_other_not_equal": ("CV01", "!=", "<>"),
    "last_comma": ("CV03", "judged.points\n", "judged.points,\n"),
    "equal_to_null": ("CV05", "threshold is null", "threshold = null"),
    "right_join": ("CV08", "left join", "right join"),
    "cast_by_colons": ("CV09", "cast(students.points as integer)", "students.points::integer"),
    "cross_join_untold": ("CV12", "        on policy.grade_level = students.grade_level\n", ""),
    "jinja_without_blanks": ("JJ01", "{{ ref('policy') }}", "{{ref('policy')}}"),
    "two_blanks": ("LT01", " as home_name", "  as home_name"),
    "indent_of_a_column": ("LT02", "        policy.thr", "      policy.thr"),
    "indent_of_on": ("LT02", "        on policy", "    on policy"),
    "indent_in_a_loop": ("LT02", "            students.{{", "        students.{{"),
    "operator_at_the_end": ("LT03", "\n        and home", " and\n        home"),
    "comma_first": ("LT04", "student_key,\n        judged", "student_key\n        , judged"),
    "long_line": ("LT05", " is judged.", " is judged" + ", and more" * 6 + "."),
    "blank_before_bracket": ("LT06", "coalesce(", "coalesce ("),
    "bracket_of_a_cte": ("LT07", "from {{ ref('policy') }}\n)", "from {{ ref('policy') }})"),
    "ctes_without_a_line": ("LT08", "),\n\ncounted", "),\ncounted"),
    "columns_on_one_line": ("LT09", "select\n        counted.", "select counted."),
    "union_within_a_line": ("LT11", "null\n    union all", "null union all"),
    "no_last_line_end": ("LT12", "from together\n", "from together"),
    "many_empty_lines": ("LT15", "),\n\ncounted", "),\n\n\n\n\ncounted"),
    "table_not_in_from": ("RF01", "where judged.thr", "where nobody.thr"),
    "column_of_which_table": ("RF02", "        policy.threshold", "        threshold"),
    "column_with_and_without": ("RF03", "        judged.points\n", "        points\n"),
    "special_characters": ("RF05", "as home_name", 'as "home name!"'),
    "quotes_without_need": ("RF06", "as home_name", 'as "home_name"'),
    "else_null": ("ST01", "else 3", "else null"),
    "case_in_else": ("ST04", "else 3", "else case when students.points > 0 then 4 else 5 end"),
    "cte_not_used": ("ST03", "counted as", "unused as (\n    select 1 as one\n),\n\ncounted as"),
    "subquery": ("ST05", "from counted\n", "from (select * from counted) as counted\n"),
    "join_by_using": (
        "ST07", "\n        on policy.grade_level = students.grade_level", " using (grade_level)"
    ),
    "join_the_other_way_round": (
        "ST09", "policy.grade_level = students.grade_level",
        "students.grade_level = policy.grade_level",
    ),
    "join_not_used": ("ST11", "        home.school_name as home_name,\n", ""),
    "macro_that_nobody_wrote": ("TMP", "{{ ref('policy') }}", "{{ no_such_macro() }}"),
    "loop_without_end": ("TMP", "        {%- endfor %}\n", ""),
    "words_in_no_order": (None, "group by", "group group"),
    "bracket_without_end": (None, "count(*)", "count(*"),
}  # fmt: skip


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str | None]]:
    """The rules that refuse each file, all found in one run with the project's own settings."""
    folder = tmp_path_factory.mktemp("sql")
    shutil.copy(ROOT / ".sqlfluff", folder)
    (folder / "dbt_project").symlink_to(ROOT / "dbt_project")
    models = folder / "models"
    models.mkdir()
    (models / "good.sql").write_text(MODEL, "utf-8")
    for name, (_, good, bad) in PLANTED.items():
        assert good in MODEL, name
        (models / f"{name}.sql").write_text(MODEL.replace(good, bad), "utf-8")
    done = subprocess.run(
        [
            *(Path(sys.executable).parent / "sqruff", "lint"),
            *("--parsing-errors", "--format", "json", "models"),
        ],
        cwd=folder, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    return {
        Path(path).stem: {one["code"] for one in found}
        for path, found in json.loads(done.stdout).items()
    }


def test_a_model_in_our_style_passes(refused: dict[str, set[str | None]]) -> None:
    assert refused["good"] == set()


@pytest.mark.parametrize("name", sorted(PLANTED))
def test_what_breaks_the_style_is_refused(name: str, refused: dict[str, set[str | None]]) -> None:
    assert PLANTED[name][0] in refused[name]


# where a table without an alias, a loop, or a template stands beside it
OVERLOOKED = {
    "an alias of one letter": r"\bas \w\b",
    "a line that begins with a comma": r"(?m)^[ ]*,",
    "an empty line at the start": r"\A\s",
}


def overlooked(text: str) -> list[str]:
    code = re.sub(r"--.*|'[^'\n]*'", "--", text)
    return [what for what, pattern in OVERLOOKED.items() if re.search(pattern, code)]


@pytest.mark.parametrize(
    ("what", "good", "bad"),
    [
        ("an alias of one letter", "home", "h"),
        ("a line that begins with a comma", "threshold,\n        {", "threshold\n        , {"),
        ("an empty line at the start", "-- One row", "\n-- One row"),
    ],
)  # fmt: skip
def test_what_sqruff_overlooks_is_found(what: str, good: str, bad: str) -> None:
    assert overlooked(MODEL) == []
    assert overlooked(MODEL.replace(good, bad)) == [what]


def test_no_sql_of_ours_has_what_sqruff_overlooks() -> None:
    files = [
        path
        for room in ("models", "tests")
        for path in (ROOT / "dbt_project" / room).rglob("*.sql")
    ]
    assert len(files) > 200
    found = {str(path): overlooked(path.read_text("utf-8")) for path in files}
    assert {path: what for path, what in found.items() if what} == {}
