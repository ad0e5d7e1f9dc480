"""The pools of a district: how many tasks may use one of its systems at once.

python -m include.orchestration.pools           # create those that this Airflow lacks
python -m include.orchestration.pools --print   # as JSON, for `airflow pools import`
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Collection, Sequence
from typing import Any

from include.config import District, read_districts
from include.errors import FirstbellError
from include.orchestration import airflow_cli
from include.sources import registry


def source(kind: str, district_code: str) -> str:
    """The pool of the district's sources of one kind."""
    return f"{kind}__{district_code}"


def warehouse(district_code: str) -> str:
    """The pool of the warehouse: one dbt command at a time, they share a target folder."""
    return f"warehouse__{district_code}"


def model(district_code: str) -> str:
    """The pool of training and scoring: one at a time, each takes a core."""
    return f"model__{district_code}"


def outbound(district_code: str) -> str:
    """The pool of what leaves the house: one sender, so that rates are kept."""
    return f"outbound__{district_code}"


def of(district: District) -> list[tuple[str, int, str]]:
    """Name, slots and description of every pool of a district, for whoever installs it."""
    code, used = district.code, {config.kind for config in district.sources.values()}
    sources = [
        (source(kind, code), *found.pool)
        for kind, found in registry.SOURCES.items()
        if kind in used
    ]
    return [
        *sources,
        (warehouse(code), 1, "dbt: one command at a time"),
        (model(code), 1, "training and scoring, one at a time"),
        (outbound(code), 1, "alerts and tickets: one sender"),
    ]


def missing(known: Collection[str]) -> dict[str, dict[str, Any]]:
    """The pools of all districts, but not those known: their size may have been changed by hand."""
    return {
        name: {"slots": slots, "description": description, "include_deferred": False}
        for district in read_districts()[0].values()
        for name, slots, description in of(district)
        if name not in known
    }


def create() -> list[str]:
    """Create what is missing, by Airflow's own command; returns the names."""
    wanted = missing(airflow_cli.pools())
    if wanted:
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
            json.dump(wanted, file)
            file.flush()
            airflow_cli.run("pools", "import", file.name)
    return list(wanted)


def main(arguments: Sequence[str] | None = None) -> None:
    """Create the pools of all districts, or print them."""
    parser = argparse.ArgumentParser(prog="python -m include.orchestration.pools")
    parser.add_argument("--print", action="store_true", help="JSON for `airflow pools import`")
    options = parser.parse_args(arguments)
    try:
        if options.print:
            sys.stdout.write(json.dumps(missing(()), indent=2) + "\n")
        else:
            made = create()
            sys.stdout.write(f"created: {', '.join(made) or 'none, all were there'}\n")
    except FirstbellError as error:
        raise SystemExit(str(error)) from None
    # the others have theirs
    if broken := read_districts()[1]:
        raise SystemExit("\n".join(map(str, broken.values())))


if __name__ == "__main__":
    main()
