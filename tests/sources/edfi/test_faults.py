"""A bad night: the client survives what passes and says clearly what does not."""

from __future__ import annotations

import json
import logging
import socket

import pytest

from demo.simulators.edfi import Fault, Running
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
from include.sources.edfi.config import EdfiConfig
from include.sources.edfi.problems import RefusedError, error_for, read_problem
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
        EdfiConfig(kind="edfi", connection="c", max_attempts=3, timeout_s=2),
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


_WORDS = "Student S1234567 and 'A98', 604822 or \u201cZ9\u201d, with name Jane Sample is not yours"


@pytest.mark.parametrize(
    "body",
    [
        {"message": _WORDS},
        {"detail": _WORDS, "errors": [_WORDS], "title": _WORDS, "type": _WORDS},
        {"error": _WORDS, "correlationId": _WORDS},
        {"detail": _WORDS, "type": f"urn:ed-fi:api:{_WORDS}"},
        {"type": "urn:ed-fi:api:s1234567", "correlationId": "S1234567"},
    ],
    ids=["message", "problem details", "token", "type", "codes"],
)
def test_nothing_of_the_servers_own_words_is_repeated(body: dict[str, object]) -> None:
    problem = read_problem(403, json.dumps(body).encode())
    error = error_for(problem, host="host", resource="students")
    for text in (str(problem), repr(problem), str(error), str(RefusedError(problem))):
        assert "403 Forbidden" in text or text == repr(problem)
        for word in ("1234567", "A98", "604822", "Z9", "Jane", "Sample"):
            assert word not in text


def test_what_the_api_says_in_codes_is_repeated() -> None:
    correlation = "4f9a0f0a-6f0c-4b0e-9d3c-0a1b2c3d4e5f"
    body = {
        "title": "Authorization Denied",
        "type": "urn:ed-fi:api:security:authorization:access-denied:resource",
        "detail": _WORDS,
        "correlationId": correlation,
    }
    assert str(read_problem(403, json.dumps(body).encode())) == (
        "403 Authorization Denied, security:authorization:access-denied:resource"
        f" (correlation {correlation})"
    )


def test_the_page_size_of_a_refusal_is_understood_and_not_repeated() -> None:
    body = {"message": "Limit must be omitted or set to a value between 0 and 200."}
    problem = read_problem(400, json.dumps(body).encode())
    assert problem.is_over_limit
    assert problem.max_limit == 200
    assert str(problem) == "400 Bad Request"


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
    with pytest.raises(ServerError, match=r"500 (System|Internal Server) Error"):
        full(client_for(server, max_attempts=2))


def test_a_page_that_takes_too_long_advises_a_smaller_one(server: Running) -> None:
    server.faults.add(Fault("error", match=PATH, status=504, after=1, times=99))
    with pytest.raises(ServerError, match=r"504.*lower `page_size`"):
        read(full(client_for(server, max_attempts=2)))


@pytest.mark.parametrize("match", ["limit=0", "availableChangeVersions", "/oauth/token"])
def test_a_504_on_anything_but_a_page_advises_no_page_size(server: Running, match: str) -> None:
    server.faults.add(Fault("error", match=match, status=504, times=99))
    with pytest.raises(ServerError, match=r"504.*another hour") as caught:
        full(client_for(server, max_attempts=2))
    assert "page_size" not in str(caught.value)
    assert ("count" in str(caught.value)) == (match == "limit=0")


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
