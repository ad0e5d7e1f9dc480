"""What the connection may be led to: no plain http, no other host, no endless answer."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from demo.simulators.edfi import Fault, Running, serve
from include.connections import Connection
from include.errors import ConfigError, ProtocolError, UnreachableError
from include.net.address import base_url
from include.sources import edfi
from include.sources.edfi.config import EdfiConfig
from include.sources.edfi.discovery import read_discovery
from tests.demo.tls_front import certificates
from tests.sources.edfi.helpers import PATH, client_for, full, no_sleep, read, store_of

BASE = "https://ods.example.org/api"


def document(**urls: str) -> dict[str, object]:
    good = {"dataManagementApi": f"{BASE}/data/v3/", "oauth": f"{BASE}/oauth/token"}
    return {"version": "7.3", "urls": {**good, **urls}}


@pytest.mark.parametrize(
    "connection",
    [
        Connection("c", host="http://ods.example.org"),
        Connection("c", host="ods.example.org", schema="http"),
        Connection("c", host="http://127.0.0.1.example.org"),
    ],
    ids=["in the host", "in the schema", "loopback by name only"],
)
def test_student_data_over_plain_http_is_refused(connection: Connection) -> None:
    with pytest.raises(ConfigError, match=r"c.*http.*without TLS.*https"):
        base_url(connection)


@pytest.mark.parametrize("host", ["http://127.0.0.1:8082", "http://localhost", "http://[::1]:1"])
def test_plain_http_is_for_this_machine(host: str) -> None:
    assert base_url(Connection("c", host=host)) == host


@pytest.mark.parametrize("name", ["dataManagementApi", "oauth", "changeQueries"])
def test_an_address_without_tls_in_the_discovery_document_is_refused(name: str) -> None:
    given = document(**{name: "http://ods.example.org/api/x"})
    with pytest.raises(ProtocolError, match=r"without TLS.*X-Forwarded-Proto"):
        read_discovery(given, BASE, {})


def test_an_api_with_tls_names_no_plain_address_on_loopback_either() -> None:
    given = {"urls": {"dataManagementApi": "https://localhost/d", "oauth": "http://localhost/o"}}
    with pytest.raises(ProtocolError, match="without TLS"):
        read_discovery(given, "https://localhost", {}, hosts=["localhost"])


@pytest.mark.parametrize("name", ["dataManagementApi", "oauth", "changeQueries"])
@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example.net/x",
        "https://ods.example.org:8443/x",
        "https://ods.example.org@elsewhere.example.net/x",
        "https://user@ods.example.org/x",
        "https://ods.example.org\\@elsewhere.example.net/x",
        "ftp://ods.example.org/x",
    ],
    ids=["host", "port", "user info", "user", "backslash", "scheme"],
)
def test_the_discovery_document_names_no_other_host(name: str, url: str) -> None:
    with pytest.raises(ProtocolError, match=r"another host.*extra `hosts`|without TLS"):
        read_discovery(document(**{name: url}), BASE, {})


def test_a_host_that_the_connection_names_may_issue_tokens() -> None:
    given = document(oauth="https://login.example.org/oauth/token")
    api = read_discovery(given, BASE, {}, hosts=["login.example.org"])
    assert api.token_url == "https://login.example.org/oauth/token"


def test_case_and_the_usual_port_make_no_other_host() -> None:
    given = document(oauth="https://ODS.example.org:443/oauth/token")
    assert read_discovery(given, BASE, {}).token_url.endswith("/oauth/token")


@pytest.mark.parametrize("match", ["/students", "availableChangeVersions", "/oauth/token"])
def test_a_redirect_to_another_host_is_not_followed(server: Running, match: str) -> None:
    with serve(store_of(3)) as elsewhere:
        server.faults.add(Fault("redirect", match=match, times=99, to=f"{elsewhere.url}/x"))
        with pytest.raises(ProtocolError, match=r"redirected.*another host"):
            read(full(client_for(server)))
        assert elsewhere.requests == []


def test_a_redirect_on_the_host_itself_is_followed(server: Running) -> None:
    target = f"{server.url}{'/data/v3'}{PATH}?limit=0&totalCount=true"
    server.faults.add(Fault("redirect", match=PATH, to=target))
    assert client_for(server).count("ed-fi/students", {}) == 95


def test_redirects_in_a_circle_end(server: Running) -> None:
    server.faults.add(
        Fault("redirect", match=PATH, times=99, to=f"{server.url}/data/v3{PATH}?limit=0")
    )
    with pytest.raises(ProtocolError, match="redirected again and again"):
        client_for(server).count("ed-fi/students", {})


@pytest.mark.parametrize("value", [False, "false", "no", 0, ""])
def test_tls_is_never_left_unchecked(server: Running, value: object) -> None:
    with pytest.raises(ConfigError, match=r"verify.*path of"):
        client_for(server, extra={"verify": value})


def test_a_ca_file_that_is_not_there_is_said_before_any_request(server: Running) -> None:
    with pytest.raises(ConfigError, match=r"verify.*no such file"):
        client_for(server, extra={"verify": "/nowhere/ca.pem"})
    assert server.requests == []


@pytest.mark.parametrize("value", [True, "true", "True"])
def test_true_means_the_usual_authorities(server: Running, value: object) -> None:
    assert client_for(server, extra={"verify": value}).newest_change_version() is not None


def test_a_ca_file_is_taken(server: Running, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.touch()
    assert client_for(server, extra={"verify": str(file)}).newest_change_version() is not None


@pytest.mark.parametrize("match", [PATH, "availableChangeVersions"])
def test_an_answer_has_a_greatest_size(server: Running, match: str) -> None:
    server.faults.add(Fault("flood", match=match, by=3, times=99))
    naps: list[float] = []
    client = client_for(server, max_answer_mb=2, sleep=naps.append)
    with pytest.raises(ProtocolError, match=r"more than 2 MB.*page_size.*max_answer_mb"):
        full(client)
    assert naps == []


def test_an_answer_that_drips_ends_at_its_deadline(server: Running) -> None:
    server.faults.add(Fault("drip", match=PATH, times=99))
    naps: list[float] = []
    client = client_for(server, deadline_s=0.3, max_attempts=2, sleep=naps.append)
    with pytest.raises(UnreachableError, match=r"no whole answer within 0\.3 s.*2 attempts"):
        full(client)
    assert len(naps) == 1


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An authority's file, and a certificate of it for this machine, with its key."""
    return certificates(tmp_path_factory.mktemp("tls"))


def test_the_authority_of_a_private_certificate_is_named_by_its_file(
    certified: tuple[Path, Path],
) -> None:
    authority, certificate = certified
    with serve(store_of(30), certificate=certificate) as server:
        client = client_for(server, extra={"verify": str(authority)})
        assert len(read(full(client))) == 30
        with pytest.raises(UnreachableError, match=r"TLS failed.*CA file"):
            full(client_for(server))


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "under TLS"])
def test_headers_that_drip_end_at_the_deadline(certified: tuple[Path, Path], tls: bool) -> None:
    authority, certificate = certified
    with dripping(certificate if tls else None) as host:
        source = EdfiConfig(
            kind="edfi", connection="c", max_attempts=1, timeout_s=2, deadline_s=0.3
        )
        extra = {"verify": str(authority)} if tls else {}
        connection = Connection("c", host=host, login="k", password="s", extra=extra)
        with pytest.raises(UnreachableError, match=r"no whole answer within 0\.3 s"):
            edfi.Client(connection, source, sleep=no_sleep).newest_change_version()


@contextmanager
def dripping(certificate: Path | None) -> Iterator[str]:
    """A server whose answer never comes to the end of its first line."""
    over = threading.Event()
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve_one() -> None:
            with suppress(OSError):
                plain, _ = listener.accept()
                with context.wrap_socket(plain, server_side=True) if context else plain as peer:
                    while not over.wait(0.02):
                        peer.sendall(b"H")

        thread = threading.Thread(target=serve_one, daemon=True)
        thread.start()
        yield f"{'https' if context else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
        over.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        thread.join(timeout=5)
