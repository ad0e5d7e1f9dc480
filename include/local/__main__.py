"""A Postgres for districts of one's own, without the demo and without Docker.

    python -m include.local start <code> >> .env   # the server, the district's database, the way in
    python -m include.local stop

The data lies outside the checkout, in ~/.local/share/firstbell/postgres (XDG_DATA_HOME), and
stays. Safe to repeat: what runs goes on, and the same line comes out.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg import sql

from include.config import District, get_district
from include.errors import ConfigError, FirstbellError
from include.local import postgres

PORT = 5434


def home() -> Path:
    """The folder in which a user's programs keep data, by the XDG rules."""
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "firstbell" / "postgres"


def start(folder: Path, port: int, district: District) -> str:
    """Start the server with the district's database; returns the connection as a line of .env."""
    server = postgres.start(folder, port=port, exact_port=True, home_of_root=postgres.HOME_OF_ROOT)
    with psycopg.connect(server.url(), autocommit=True) as admin:
        found = admin.execute(
            "select 1 from pg_database where datname = %s", (district.database,)
        ).fetchone()
        if not found:
            admin.execute(sql.SQL("create database {}").format(sql.Identifier(district.database)))
    value = {
        "conn_type": "postgres",
        "host": "127.0.0.1",
        "port": server.port,
        "login": postgres.SUPERUSER,
        "password": server.password,
        "schema": district.database,
    }
    return f"AIRFLOW_CONN_{district.warehouse_connection.upper()}='{json.dumps(value)}'"


def main(arguments: Sequence[str] | None = None) -> None:
    """Start or stop the server; the line with the password goes to stdout, words to stderr."""
    parser = argparse.ArgumentParser(
        prog="python -m include.local",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=["start", "stop"])
    parser.add_argument("district", nargs="?", help="its code; for start")
    parser.add_argument("--folder", type=Path, default=home(), help="default: %(default)s")
    parser.add_argument("--port", type=int, default=PORT, help="default: %(default)s")
    options = parser.parse_args(arguments)
    if options.command == "start" and not options.district:
        parser.error("start needs the code of a district")
    try:
        if options.command == "stop":
            _stop(options.folder)
            return
        line = start(options.folder, options.port, get_district(options.district))
    except FirstbellError as error:
        raise SystemExit(str(error)) from None
    sys.stderr.write(
        f"Postgres runs, its data in {postgres.place(options.folder)}. The warehouse's connection,"
        " with its password, is the next line; it belongs into .env:\n"
    )
    sys.stdout.write(f"{line}\n")


def _stop(folder: Path) -> None:
    if not folder.exists():
        raise ConfigError(
            "embedded Postgres",
            seen=f"no folder {folder}",
            expected="that of a server",
            next_step="Name it with --folder.",
        )
    postgres.stop(folder)
    sys.stderr.write(f"Postgres has stopped; its data stays in {postgres.place(folder)}.\n")


if __name__ == "__main__":
    main()
