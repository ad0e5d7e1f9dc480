"""docs/ops-tables.md says what stands in schema `ops`: every table, every column, and queries."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg

PAGE = (Path(__file__).parents[2] / "docs" / "ops-tables.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## `(\w+)`\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S))
_COLUMNS = """
    select table_name, array_agg(cast(column_name as text))
    from information_schema.columns
    where table_schema = 'ops'
    group by table_name
"""


def test_the_page_has_each_table_with_each_column_and_queries_that_run(warehouse: str) -> None:
    with psycopg.connect(warehouse) as connection:
        columns = dict(connection.execute(_COLUMNS).fetchall())
        assert sorted(SECTIONS) == sorted(columns)
        for table, text in SECTIONS.items():
            # the lines of a list name the columns
            said = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^- .*$", text, re.M))))
            assert set(columns[table]) - said == set(), f"columns of {table} that the page lacks"
            assert "**Written by**" in text, table
            queries = re.findall(r"^```sql\n(.*?)^```", text, re.M | re.S)
            assert queries, f"no query for {table}"
            for query in queries:
                connection.execute(query)


def test_the_page_opens_with_the_questions_of_every_table() -> None:
    opening = PAGE.partition("\n## ")[0]
    assert set(re.findall(r"\]\(#(\w+)\)", opening)) == set(SECTIONS)
