"""What one engine spells its own way stands in macros/engine, by the engine's name.

Another engine then fails with the name of the macro that it lacks. With an implementation for all
of them it would run syntax of Postgres, or read it as something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
ENGINE = PROJECT / "macros" / "engine"
_MACRO = re.compile(r"{%-?\s*macro\s+(\w+)")
_DISPATCH = re.compile(r"adapter\.dispatch\('(\w+)', 'firstbell'\)")
# In SQL only: what stands in Jinja's brackets is no SQL.
_POSTGRES = re.compile(
    r"::|\bdistinct on\b|!?~\*?\s*'|#>>?|->>?|\bjsonb|\bfilter\s*\(|\boffset\b|\bpg_\w+|\bisodow\b"
    r"|\bto_(?:char|date|number|timestamp)\(|\bregexp_\w+|\bsplit_part\b|\bgenerate_series\b"
    r"|\bat time zone\b|\barray\[|\bunnest\b|\bilike\b|\bany\s*\(|\btrim_scale\b|\bstring_agg\b"
    r"|\bbool_(?:and|or)\b|\bdate_trunc\b|\binterval '|\bto_regclass\b|\bon conflict\b|\bmd5\(",
    re.IGNORECASE,
)


def defaults(text: str) -> list[str]:
    """The macros that stand in for engines nobody thought of."""
    return [name for name in _MACRO.findall(text) if name.startswith("default__")]


def not_implemented(text: str) -> Iterator[str]:
    """What is dispatched without an implementation, and implementations that nobody asks for."""
    asked = set(_DISPATCH.findall(text))
    made = {name.removeprefix("postgres__") for name in _MACRO.findall(text) if "__" in name}
    yield from sorted(asked ^ made)


def postgres_syntax(text: str) -> list[str]:
    """Words of SQL that Postgres alone understands, outside comments and Jinja."""
    sql = re.sub(r"{#.*?#}|{{.*?}}|{%.*?%}", "", text, flags=re.DOTALL)
    return [found.group() for found in _POSTGRES.finditer(re.sub(r"--[^\n]*", "", sql))]


def test_no_engine_macro_stands_in_for_all_engines() -> None:
    texts = [path.read_text("utf-8") for path in (PROJECT / "macros").rglob("*.sql")]
    assert len(texts) > 40
    assert [name for text in texts for name in defaults(text)] == []


def test_what_is_dispatched_is_implemented_by_name() -> None:
    text = "\n".join(path.read_text("utf-8") for path in ENGINE.glob("*.sql"))
    assert len(_DISPATCH.findall(text)) > 30
    assert list(not_implemented(text)) == []


@pytest.mark.parametrize("room", ["macros", "models", "tests"])
def test_no_syntax_of_postgres_stands_outside_the_engine(room: str) -> None:
    files = [path for path in (PROJECT / room).rglob("*.sql") if ENGINE not in path.parents]
    assert files
    found = {
        path.name: words for path in files if (words := postgres_syntax(path.read_text("utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("{% macro default__words(text) -%} {{ text }} {%- endmacro %}", defaults),
        ("{{ return(adapter.dispatch('words', 'firstbell')(text)) }}", not_implemented),
        ("{% macro postgres__words(text) -%} {{ text }} {%- endmacro %}", not_implemented),
        ("select split_part(name, ' ', 1) from names", postgres_syntax),
        ("select payload ->> 'name' from names", postgres_syntax),
    ],
)
def test_what_stands_in_the_wrong_place_is_seen(
    text: str, seen: Callable[[str], Iterable[str]]
) -> None:
    assert list(seen(text))


def test_comments_and_jinja_are_no_sql() -> None:
    text = "{# a :: b #} select {{ x ~ 'y' }} -- split_part(a)\nfrom {{ ref('names') }}"
    assert postgres_syntax(text) == []
