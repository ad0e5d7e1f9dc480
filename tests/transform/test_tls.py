"""dbt speaks to the warehouse with the TLS settings of its connection, as everything else does."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from include import transform
from include.connections import Connection
from include.errors import TransformError
from tests.transform.conftest import NightOf


def variables(extra: Mapping[str, str]) -> dict[str, str]:
    connection = Connection("w", host="db", login="u", password="p", schema="d", extra=extra)
    found = transform._profile_variables(connection)
    return {name: value for name, value in found.items() if "SSL" in name}


def test_the_connections_tls_settings_reach_dbts_profile() -> None:
    assert variables({"sslmode": "verify-full", "sslrootcert": "/etc/ca.pem", "x": "y"}) == {
        "FIRSTBELL_DBT_SSLMODE": "verify-full",
        "FIRSTBELL_DBT_SSLROOTCERT": "/etc/ca.pem",
    }


def test_without_tls_settings_the_profiles_defaults_hold() -> None:
    assert variables({}) == {}


def test_a_server_without_tls_is_refused_when_tls_is_required(
    database_url: str,
    project: Callable[[str, str], None],
    night_of: NightOf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    current = night_of(database_url)
    transform.run_layer(current, "staging")
    real = transform._profile_variables
    monkeypatch.setattr(
        transform,
        "_profile_variables",
        lambda connection: {**real(connection), "FIRSTBELL_DBT_SSLMODE": "require"},
    )
    with pytest.raises(TransformError, match="FailedToConnectError"):
        transform.run_layer(current, "staging")
