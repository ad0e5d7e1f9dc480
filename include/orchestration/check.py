"""`include.check` with Airflow's own connections, and the pools of the district.

python -m include.orchestration.check grand_bend        # where the scheduler runs
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from include import check
from include.config import District, get_district
from include.connections import Connection, from_environment, from_values
from include.errors import ConfigError, FirstbellError
from include.orchestration import airflow_cli, pools
from include.run import Run, today


def missing_pools(district: District, known: Collection[str]) -> list[FirstbellError]:
    """The pools of the district that Airflow lacks: their tasks would be scheduled for ever."""
    return [
        ConfigError(
            f"pool {name}",
            seen="Airflow has none of this name: a task of it waits for ever, with no error shown",
            expected=f"{slots} slots ({description})",
            next_step="Run `python -m include.orchestration.pools` where the scheduler runs.",
        )
        for name, slots, description in pools.of(district)
        if name not in known
    ]


def connections() -> dict[str, Mapping[str, Any]]:
    """Airflow's own connections, by id; secrets too, so never print them."""
    found: dict[str, Mapping[str, Any]] = json.loads(airflow_cli.export("connections"))
    return found


def connection_of(conn_id: str, known: Mapping[str, Mapping[str, Any]]) -> Connection:
    """The connection as a task finds it: of the environment, else Airflow's."""
    if os.environ.get(f"AIRFLOW_CONN_{conn_id.upper()}") or conn_id not in known:
        return from_environment(conn_id)
    return from_values(conn_id, known[conn_id])


def main(arguments: Sequence[str] | None = None) -> None:
    """Say what a district lacks; exits with 1 when it lacks anything."""
    parser = argparse.ArgumentParser(prog="python -m include.orchestration.check")
    parser.add_argument("district")
    options = parser.parse_args(arguments)
    try:
        district = get_district(options.district)
        known, there = connections(), airflow_cli.pools()
    except FirstbellError as error:
        raise SystemExit(str(error)) from None
    run = Run(
        district=district,
        as_of_date=today(district, datetime.now(UTC)),
        run_id="check",
        connect=lambda conn_id: connection_of(conn_id, known),
    )
    sys.exit(check.report(run, missing_pools(district, there)))


if __name__ == "__main__":
    main()
