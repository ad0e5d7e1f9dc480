"""A bad night: the client survives what passes and says clearly what does not."""

from __future__ import annotations

import logging
import socket
from functools import partial
from pathlib import Path

import pytest

from demo.simulators.powerschool import Fault, Running
from include.connections import Connection
from include.errors import (
    AuthenticationError,
    ConfigError,
    ProtocolError,
    RateLimitedError,
    ServerError,
    TokenRefusedError,
    UnreachableError,
)
from include.records import Upsert
from include.sources.powerschool.client import Client
from tests.sources.powerschool.helpers import (
    QUERY,
    client_for,
    config_of,
    connection_of,
    keys,
    read,
    stream,
)

PAGE = f"{QUERY}.students?"


def everybody(server: Running, **options: object) -> int:
    return len(set(keys(read(stream(client_for(server, **options))), Upsert)))  # type: ignore[arg-type]


def test_a_wrong_secret_names_the_connection_and_never_the_secret(
    server: Running, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(TokenRefusedError, match=r"test_powerschool.*installed anew") as caught:
        client_for(server, secret="hunter2-very-secret").district_number()
    text = str(caught.value) + repr(caught.value) + caplog.text
    assert "hunter2" not in text
    assert "invalid_client" in text


def test_an_unreachable_host_says_what_to_check() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    connection = Connection("c", host=f"http://127.0.0.1:{port}", login="k", password="s3cr3t")
    naps: list[float] = []
    client = Client(connection, config_of(max_attempts=3, timeout_s=2), sleep=naps.append)
    with pytest.raises(UnreachableError, match=r"PowerSchool.*no connection.*firewall") as caught:
        client.district_number()
    assert len(naps) == 2
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("host", ["http://sis.example.org", "https://user@sis.example.org"])
def test_a_secret_is_sent_to_nobody_in_clear(host: str) -> None:
    with pytest.raises(ConfigError, match="without TLS"):
        Client(Connection("c", host=host, login="k", password="s"), config_of())


def test_a_connection_without_a_secret_says_where_it_is_shown() -> None:
    with pytest.raises(ConfigError, match="Plugin Management"):
        Client(Connection("c", host="https://sis.example.org", login="k"), config_of())


def test_a_token_that_expires_between_pages_is_renewed_once(server: Running) -> None:
    server.faults.add(Fault("unauthorized", match=PAGE, after=4))
    assert everybody(server) == 95
    assert server.tokens.issued == 2


def test_a_token_that_is_refused_again_is_an_error(server: Running) -> None:
    server.faults.add(Fault("unauthorized", match=PAGE, times=2))
    with pytest.raises(AuthenticationError, match="a fresh token was refused"):
        everybody(server)


@pytest.mark.parametrize("as_text", [True, False], ids=["text", "number"])
def test_a_lifetime_may_be_text_and_a_token_is_kept_for_it(
    server: Running, *, as_text: bool
) -> None:
    server.behaviour.expires_as_text, server.behaviour.token_lifetime_s = as_text, 1000
    now = [0.0]
    client = client_for(server, clock=lambda: now[0])
    for moment in (0.0, 800.0, 900.0):
        now[0] = moment
        client.district_number()
    assert server.tokens.issued == 2  # renewed two minutes before its end


def test_clients_of_several_tasks_share_one_token(server: Running, tmp_path: Path) -> None:
    for _ in range(3):
        client_for(server, tokens=tmp_path / "tokens").district_number()
    assert server.tokens.issued == 1


def test_requests_keep_their_distance(server: Running) -> None:
    naps: list[float] = []
    client = client_for(server, sleep=naps.append, min_interval_s=0.25)
    client.district_number()  # the token comes first
    client.district_number()
    assert naps == [0.25, 0.25]


def test_retry_after_is_obeyed(server: Running) -> None:
    server.faults.add(Fault("throttle", match=PAGE, retry_after="7"))
    naps: list[float] = []
    assert everybody(server, sleep=naps.append) == 95
    assert naps == [7.0]


def test_endless_429_says_to_raise_the_interval(server: Running) -> None:
    server.faults.add(Fault("throttle", match=PAGE, times=99))
    with pytest.raises(RateLimitedError, match=r"429 in each of 3 attempts.*min_interval_s"):
        everybody(server, max_attempts=3)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_passing_server_error_costs_nothing(server: Running, status: int) -> None:
    server.faults.add(Fault("error", match=PAGE, status=status, after=2, times=2))
    assert everybody(server) == 95


def test_an_endless_server_error_advises_a_smaller_page_for_pages_only(server: Running) -> None:
    server.faults.add(Fault("error", match=PAGE, status=504, times=99))
    with pytest.raises(ServerError, match=r"students at .*504.*page_size"):
        everybody(server, max_attempts=2)
    server.faults.clear()
    server.faults.add(Fault("error", match="/count", status=504, times=99))
    with pytest.raises(ServerError, match=r"students \(count\)") as caught:
        everybody(server, max_attempts=2)
    assert "page_size" not in str(caught.value)


def test_a_hanging_connection_is_cut_and_tried_again(server: Running) -> None:
    server.faults.add(Fault("hang", match=PAGE, seconds=3))
    naps: list[float] = []
    assert everybody(server, timeout_s=0.3, sleep=naps.append) == 95
    assert len(naps) == 1


@pytest.mark.parametrize("kind", ["truncate", "cut", "html"])
def test_half_an_answer_or_a_page_is_asked_for_again(server: Running, kind: str) -> None:
    server.faults.add(Fault(kind, match=PAGE, after=1))  # type: ignore[arg-type]
    assert everybody(server) == 95


@pytest.mark.parametrize("match", [PAGE, "/count", "/ws/v1/metadata"])
def test_a_log_in_page_with_200_is_a_protocol_error(server: Running, match: str) -> None:
    server.faults.add(Fault("html", match=match, times=99))
    with pytest.raises(ProtocolError, match=r"not JSON \(text/html.*log-in page"):
        everybody(server, max_attempts=2)


@pytest.mark.parametrize(
    ("match", "seen"),
    [
        ("oauth", "token at .*without access_token"),
        ("/district", "district at .*without a district number"),
        ("/count", r"students \(count\) at .*without a count"),
        (PAGE, "students at .*a JSON list without records"),
    ],
)
def test_json_of_another_system_is_a_protocol_error(server: Running, match: str, seen: str) -> None:
    server.faults.add(Fault("flood", match=match, by=0, times=99))  # an empty list, with 200
    ask = client_for(server).district_number if match == "/district" else partial(everybody, server)
    with pytest.raises(ProtocolError, match=rf"{seen}.*Check the connection's host"):
        ask()


def test_an_answer_that_drips_for_ever_is_cut_at_its_deadline(server: Running) -> None:
    server.faults.add(Fault("drip", match=PAGE))
    assert everybody(server, deadline_s=0.3) == 95


def test_a_flood_and_a_redirect_are_refused(server: Running) -> None:
    server.faults.add(Fault("flood", match=PAGE, by=3))
    with pytest.raises(ProtocolError, match=r"more than 1 MB.*PowerSchool source"):
        everybody(server, max_answer_mb=1)
    server.faults.clear()
    server.faults.add(Fault("redirect", match=PAGE, to="https://elsewhere.example.org/"))
    with pytest.raises(ProtocolError, match="another host"):
        everybody(server)


@pytest.mark.parametrize("what", ["students", "students.dob"], ids=["table", "field"])
def test_what_the_plugin_may_not_read_names_the_table_and_the_plugin(
    server: Running, what: str
) -> None:
    server.behaviour.revoked.add(what)
    with pytest.raises(AuthenticationError, match=r"students.*403 Forbidden.*Firstbell plugin"):
        everybody(server)


def test_a_field_that_is_left_out_of_the_answer_is_missing_and_no_zero(server: Running) -> None:
    server.behaviour.ungranted = "omit"
    server.behaviour.revoked.add("students.dob")
    changes = read(stream(client_for(server)))
    assert not any("dob" in change.payload for change in changes if isinstance(change, Upsert))


def test_a_plugin_that_is_not_installed_says_so(server: Running) -> None:
    server.faults.add(Fault("error", match="/count", status=404))
    with pytest.raises(ProtocolError, match=r"no such query.*install or update the plugin"):
        everybody(server)


def test_words_of_a_refusal_are_not_repeated(server: Running) -> None:
    server.behaviour.error_key = "errorMessage"
    server.faults.add(Fault("error", match="/count", status=400))
    with pytest.raises(ProtocolError, match="400 Bad Request") as caught:
        everybody(server)
    assert "unexpected error" not in str(caught.value)


def test_tls_is_never_left_unchecked(server: Running) -> None:
    with pytest.raises(ConfigError, match="switches TLS off"):
        Client(connection_of(server, verify=False), config_of())
