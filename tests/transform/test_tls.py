"""dbt speaks to the warehouse with the TLS settings of its connection, as everything else does."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from include import dbt_command, dbt_values, transform
from include.connections import Connection
from include.errors import TransformError
from tests.transform.conftest import NightOf

Write = Callable[[str, str], None]
PERSON = "registrar"


def variables(extra: Mapping[str, str]) -> dict[str, str]:
    connection = Connection("w", host="db", login="u", password="p", schema="d", extra=extra)
    found = dbt_values.profile_values(connection)
    return {name: value for name, value in found.items() if "SSL" in name}


def test_the_connections_tls_settings_reach_dbts_profile() -> None:
    given = {
        "sslmode": "verify-full",
        "sslrootcert": "/etc/ca.pem",
        "sslcert": "/etc/client.pem",
        "sslkey": "/etc/client.key",
    }
    assert variables({**given, "x": "y"}) == {
        f"FIRSTBELL_DBT_{name.upper()}": value for name, value in given.items()
    }


def test_without_tls_settings_the_profiles_defaults_hold() -> None:
    assert variables({}) == {}


def test_a_server_without_tls_is_refused_when_tls_is_required(
    database_url: str, project: Write, night_of: NightOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = night_of(database_url)
    transform.run_layer(current, "staging")
    real = dbt_values.profile_values
    monkeypatch.setattr(
        dbt_values,
        "profile_values",
        lambda connection: {**real(connection), "FIRSTBELL_DBT_SSLMODE": "require"},
    )
    with pytest.raises(TransformError, match="FailedToConnectError"):
        transform.run_layer(current, "staging")


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """A folder with an authority, a server's certificate and a person's."""
    folder = tmp_path / "tls"
    _certificates(folder)
    return folder


@contextmanager
def guarded(authority: Path) -> Iterator[tuple[int, list[str]]]:
    """A port that speaks as Postgres does until TLS stands, asks for a certificate, and hangs up.

    Yields the port and the names on the certificates it has seen. The embedded server knows no TLS.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "server.crt", authority / "server.key")
    context.load_verify_locations(authority / "ca.crt")
    context.verify_mode = ssl.CERT_REQUIRED
    seen: list[str] = []

    def answer(caller: socket.socket) -> None:
        with caller:
            caller.recv(8)  # the request for TLS
            caller.sendall(b"S")
            with context.wrap_socket(caller, server_side=True) as secured:
                subject = (secured.getpeercert() or {})["subject"]
                seen.append(str(subject[0][0][1]))

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return  # closed
            with suppress(OSError):
                answer(caller)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield listener.getsockname()[1], seen
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=10)


def _certificates(folder: Path) -> None:
    """Write `ca`, `server` and the person's pair of files."""
    folder.mkdir()
    root_key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    def issue(subject: str, *, is_authority: bool = False) -> None:
        key = root_key if is_authority else ec.generate_private_key(ec.SECP256R1())
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name("authority"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]),
                critical=False,
            )
            .sign(root_key, hashes.SHA256())
        )
        stem = {"authority": "ca", "127.0.0.1": "server"}.get(subject, subject)
        (folder / f"{stem}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        secret = folder / f"{stem}.key"
        secret.touch(mode=0o600)
        secret.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )

    issue("authority", is_authority=True)
    issue("127.0.0.1")
    issue(PERSON)


def test_dbt_shows_the_client_certificate_of_the_connection(
    authority: Path, project: Write, night_of: NightOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    # this server lets nobody in, and the ledger is read before dbt starts
    monkeypatch.setattr(dbt_values, "run_values", lambda night: {})
    monkeypatch.setattr(dbt_values, "lasting_values", lambda night: {})
    files = {
        "sslmode": "verify-full",
        "sslrootcert": str(authority / "ca.crt"),
        "sslcert": str(authority / f"{PERSON}.crt"),
        "sslkey": str(authority / f"{PERSON}.key"),
    }
    with guarded(authority) as (port, seen):
        there = Connection("w", "127.0.0.1", port, PERSON, "unused", "warehouse", files)
        with pytest.raises(TransformError, match="FailedToConnectError"):
            dbt_command.invoke(night_of(there), ["build"])
    assert seen
    assert set(seen) == {PERSON}
