"""What dbt adds to Jinja, as far as this project uses it: names that the linter's templater sees.

sqruff renders models with Jinja alone, because a dbt templater needs a database and compiles the
project in every process. The macros are the real ones, except for those of the engine.
sqruff executes it for every file it reads, so the macros, slow to compile, are kept per process.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from jinja2 import Environment

_MACROS = Path(__file__).resolve().parents[1] / "macros"
_KEPT = "firstbell_linted_macros"
_OWN = "own_"
# where a select stands, no call of a function can: of these it is one of the first argument
_SELECTS = {"newest_version"}
# nor where a clause stands, and a clause that is left out is as good
_CLAUSES = {"evaluate_once"}
_MACRO = re.compile(r"({%-?\s*macro\s+)(\w+)")


class _Relation:
    """A table; macros that expect one refuse a text."""

    def __init__(self, *names: str) -> None:
        self._name = "_".join(names)

    def __str__(self) -> str:
        return self._name


def _dateadd(datepart: str, interval: str, date: str) -> str:
    return f"{date} + ((interval '1 {datepart}') * ({interval}))"


def _datediff(first_date: str, second_date: str, datepart: str) -> str:
    if datepart != "day":
        raise ValueError(f"datediff: the linter knows only days, got {datepart}")
    return f"(cast({second_date} as date) - cast({first_date} as date))"


def _listagg(measure: str, delimiter_text: str = "','", order_by_clause: str = "") -> str:
    return f"string_agg({measure}, {delimiter_text} {order_by_clause})"


def _raise_compiler_error(message: str) -> str:
    raise ValueError(message)


def _dispatch(macro_name: str, package: str) -> Callable[..., str]:
    """The macros of macros/engine, as calls of functions with their names.

    What they expand to is the engine's business and no subject of style; short text lints faster.
    """

    def call(*arguments: object) -> str:
        if macro_name in _CLAUSES:
            return ""
        if macro_name in _SELECTS:
            return f"select * from {arguments[0]}"  # noqa: S608 (only the linter reads it)
        return f"{macro_name}({', '.join(_words(arguments))})"

    return call


def _words(arguments: Iterable[object]) -> Iterator[str]:
    """The SQL expressions among the arguments, of nested lists too."""
    for argument in arguments:
        if isinstance(argument, list | tuple):
            yield from _words(argument)
        else:
            yield str(argument) if re.fullmatch(r"[\w.'() ,]+", str(argument)) else "null"


def _late(name: str) -> Callable[..., str]:
    """A macro by its name: macros call each other, in whatever order they are loaded."""

    def call(*arguments: object, **named: object) -> Any:
        kept = sys.modules[_KEPT]
        before = len(kept._returned)
        text = str(getattr(kept, name)(*arguments, **named))
        # a macro may give a list, as it does in dbt
        return kept._returned.pop() if len(kept._returned) > before else text

    return call


dbt = SimpleNamespace(
    dateadd=_dateadd,
    datediff=_datediff,
    hash=lambda field: f"md5(cast({field} as text))",
    listagg=_listagg,
    position=lambda substring, text: f"position({substring} in {text})",
    split_part=lambda text, delimiter, part: f"split_part({text}, {delimiter}, {part})",
    type_string=lambda: "text",
)
adapter = SimpleNamespace(dispatch=_dispatch)
exceptions = SimpleNamespace(raise_compiler_error=_raise_compiler_error)
# outside a run no variable is set, so macros must not ask for one
execute = False


def _load() -> Any:
    """All macros of the project, as attributes of one module."""
    kept: Any = ModuleType(_KEPT)
    # what macros that run just now have returned
    kept._returned = []
    found = [path.read_text("utf-8") for path in sorted(_MACROS.rglob("*.sql"))]
    # a materialization is a block that only dbt knows, and no model calls it
    texts = [text for text in found if "{% materialization " not in text]
    environment = Environment(extensions=["jinja2.ext.do"], autoescape=False)
    environment.globals.update(
        {name: _late(name) for text in texts for _, name in _MACRO.findall(text)},
        dbt=dbt,
        adapter=adapter,
        exceptions=exceptions,
        execute=execute,
        var=lambda name, default="": default,
        source=_Relation,
        ref=_Relation,
    )
    # `return` is a function of dbt, not a word of Jinja
    environment.globals["return"] = lambda value: kept._returned.append(value) or ""
    for text in texts:
        # by its own name a macro would be called past _late by another one of its file
        renamed = _MACRO.sub(rf"\1{_OWN}\2", text)
        for name, macro in vars(environment.from_string(renamed).module).items():
            setattr(kept, name.removeprefix(_OWN), macro)
    return kept


if _KEPT not in sys.modules:
    sys.modules[_KEPT] = _load()
for _name in dir(sys.modules[_KEPT]):
    if not _name.startswith("_"):
        globals()[_name] = _late(_name)
