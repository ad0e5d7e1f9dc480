"""A bad night: the client survives what passes and says clearly what does not."""

from __future__ import annotations

import logging
import socket

import pytest

from demo.simulators.edfi import Fault, Running
from include.config import EdfiSource
from include.connections import Connection
from include.errors import (
    AuthenticationError,
    ProtocolError,
    RateLimitedError,
    ServerError,
    UnreachableError,
)
from include.records import Upsert
from include.sources import edfi
from include.sources.edfi.problems import read_problem
from tests.sources.edfi.helpers import PATH, client_for, full, keys, read


def test_wrong_secret_names_the_connection_and_never_the_secret(
    server: Running, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(AuthenticationError, match="test_edfi") as caught:
        full(client_for(server, secret="hunter2-very-secret"))
    text = str(caught.value) + repr(caught.value) + caplog.text
    assert "hunter2" not in text
    assert "invalid_client" in text


def test_unreachable_host_says_what_to_check() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    naps: list[float] = []
    client = edfi.Client(
        Connection("c", host=f"http://127.0.0.1:{port}", login="k", password="s3cr3t"),
        EdfiSource(kind="edfi", connection="c", max_attempts=3, timeout_s=2),
        sleep=naps.append,
    )
    with pytest.raises(UnreachableError, match=r"no connection.*3 attempts.*firewall") as caught:
        client.newest_change_version()
    assert len(naps) == 2
    assert "s3cr3t" not in str(caught.value)


def test_token_that_expires_between_pages_is_renewed_once(server: Running) -> None:
    server.faults.add(Fault("unauthorized", match=PATH, after=4))
    changes = read(full(client_for(server)))
    assert len(set(keys(changes, Upsert))) == 95
    assert server.tokens.issued == 2


def test_a_token_that_is_refused_again_is_an_error(server: Running) -> None:
    server.faults.add(Fault("unauthorized", match=PATH, times=2))
    with pytest.raises(AuthenticationError, match="a fresh token was refused"):
        full(client_for(server))


def test_retry_after_is_obeyed(server: Running) -> None:
    server.faults.add(Fault("throttle", match=PATH, retry_after="7"))
    naps: list[float] = []
    full(client_for(server, sleep=naps.append))
    assert naps == [7.0]


@pytest.mark.parametrize("zone", ["GMT", "-0000"])
def test_retry_after_may_be_a_date(server: Running, zone: str) -> None:
    long_ago = f"Wed, 21 Oct 2015 07:28:00 {zone}"
    server.faults.add(Fault("throttle", match=PATH, retry_after=long_ago))
    naps: list[float] = []
    full(client_for(server, sleep=naps.append))
    assert naps == [0.0]


def test_an_error_repeats_no_key_value_of_the_server() -> None:
    body = b'{"detail": "Student 604822 (name=\'Ana Sample\') is not yours", "status": 403}'
    text = str(read_problem(403, body))
    assert "604822" not in text
    assert "Ana" not in text


def test_429_without_retry_after_backs_off_exponentially_with_jitter(server: Running) -> None:
    server.faults.add(Fault("throttle", match=PATH, times=4))
    naps: list[float] = []
    full(client_for(server, sleep=naps.append))
    assert len(naps) == 4
    for attempt, nap in enumerate(naps):
        assert 2**attempt / 2 <= nap <= 2**attempt


def test_endless_429_says_to_lower_threads(server: Running) -> None:
    server.faults.add(Fault("throttle", match=PATH, times=99))
    with pytest.raises(RateLimitedError, match=r"429 in each of 3 attempts.*threads"):
        full(client_for(server, max_attempts=3))


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_passing_server_error_costs_nothing(server: Running, status: int) -> None:
    server.faults.add(Fault("error", match=PATH, status=status, after=2, times=2))
    changes = read(full(client_for(server)))
    assert len(set(keys(changes, Upsert))) == 95


def test_an_endless_server_error_shows_the_last_answer(server: Running) -> None:
    server.faults.add(Fault("error", match=PATH, status=500, times=99))
    with pytest.raises(ServerError, match="500 An unexpected problem"):
        full(client_for(server, max_attempts=2))


def test_a_hanging_connection_is_cut_and_tried_again(server: Running) -> None:
    server.faults.add(Fault("hang", match=PATH, seconds=3))
    naps: list[float] = []
    full(client_for(server, timeout_s=0.3, sleep=naps.append))
    assert len(naps) == 1


@pytest.mark.parametrize("kind", ["truncate", "cut"])
def test_half_an_answer_is_asked_for_again(server: Running, kind: str) -> None:
    server.faults.add(Fault(kind, match=PATH, after=1))
    changes = read(full(client_for(server)))
    assert len(set(keys(changes, Upsert))) == 95


def test_answers_that_are_never_json_are_a_protocol_error(server: Running) -> None:
    # after the count, so that a body is there to be cut
    server.faults.add(Fault("truncate", match=PATH, after=1, times=99))
    with pytest.raises(ProtocolError, match="not JSON"):
        read(full(client_for(server, max_attempts=2)))


def test_a_host_that_is_not_the_api_is_a_protocol_error(server: Running) -> None:
    client = client_for(server, extra={"path": "changeQueries/v1/availableChangeVersions"})
    with pytest.raises(ProtocolError, match="extra `path`"):
        client.newest_change_version()


def test_denied_resource_names_resource_and_claim_set(server: Running) -> None:
    server.behaviour.claim_denied.add("students")
    with pytest.raises(AuthenticationError, match=r"students.*claim set.*Read"):
        full(client_for(server))


def test_a_required_resource_that_is_missing_is_an_error(server: Running) -> None:
    server.behaviour.absent.add("students")
    with pytest.raises(ProtocolError, match=r"students.*no such resource"):
        full(client_for(server))
