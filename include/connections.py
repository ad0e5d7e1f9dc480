"""Where a system is and how to log in, as plain data.

Under Airflow the values come from its connections; on the command line from the same
AIRFLOW_CONN_<ID> variables (JSON form), so that one definition serves both.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from include.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Connection:
    """Host and credentials of one system. Its repr shows no secret."""

    conn_id: str
    host: str | None = None
    port: int | None = None
    login: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    schema: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)


def from_environment(conn_id: str) -> Connection:
    """Read AIRFLOW_CONN_<ID> (JSON); raises ConfigError that says what to set."""
    variable = f"AIRFLOW_CONN_{conn_id.upper()}"
    text = os.environ.get(variable)
    if not text:
        raise ConfigError(
            f"connection {conn_id}",
            seen=f"{variable} is not set",
            expected="a connection in JSON form",
            next_step="Add it in Airflow, or set the variable as .env.example shows.",
        )
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        # the text holds a secret: say where it broke, not what it says
        raise ConfigError(
            f"connection {conn_id}",
            seen=f"{variable} is not JSON (column {error.colno})",
            expected='{"conn_type": …, "host": …}',
            next_step="Write the connection as JSON, as .env.example shows.",
        ) from None
    return from_values(conn_id, values)


def from_values(conn_id: str, values: Mapping[str, Any]) -> Connection:
    """Make a connection of the values that Airflow's JSON form holds; `extra` may be text."""
    extra = values.get("extra") or {}
    return Connection(
        conn_id=conn_id,
        host=values.get("host"),
        port=values.get("port"),
        login=values.get("login"),
        password=values.get("password"),
        schema=values.get("schema"),
        extra=json.loads(extra) if isinstance(extra, str) else extra,
    )
