"""A receiver cannot hold the sender longer, nor fill it with more, than its channel allows."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import repeat

import pytest

from include.egress import http
from include.errors import ConfigError
from tests.egress.support import House

OK = b"HTTP/1.1 202 Accepted\r\n"


@contextmanager
def receiver(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A webhook that reads a whole request and then answers as told; yields its URL."""

    def serve() -> None:
        with suppress(OSError):  # closed
            while True:
                caller, _ = listener.accept()
                with suppress(OSError), caller:
                    read_request(caller)
                    answer(caller)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/workflows/x?sig=y"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=10)


def read_request(caller: socket.socket) -> None:
    with caller.makefile("rb") as stream:
        length = 0
        while (line := stream.readline()).strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        stream.read(length)


def drip(caller: socket.socket, what: bytes, then: bytes = b"\r\n\r\n") -> None:
    """One byte at a time, in shorter steps than any socket's timeout, and then a whole answer."""
    step = threading.Event()
    for byte in what:
        caller.sendall(bytes([byte]))
        step.wait(0.05)
    caller.sendall(then)


def in_the_status(caller: socket.socket) -> None:
    drip(caller, b"HTTP/1.1 202 " + b"A" * 40, b"\r\nContent-Length: 0\r\n\r\n")


def in_a_header(caller: socket.socket) -> None:
    drip(caller, OK + b"X-Slow: " + b"a" * 40, b"\r\nContent-Length: 0\r\n\r\n")


def in_the_body(caller: socket.socket) -> None:
    caller.sendall(OK + b"Content-Length: 41\r\n\r\n")
    drip(caller, b"a" * 40, b"b")


def in_a_body_without_length(caller: socket.socket) -> None:
    caller.sendall(OK + b"\r\n")
    drip(caller, b"a" * 40, b"b")


def in_chunks(caller: socket.socket) -> None:
    caller.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    drip(caller, b"1\r\na\r\n" * 8, b"0\r\n\r\n")


def with_promises(caller: socket.socket) -> None:
    drip(caller, b"HTTP/1.1 100 Continue\r\n\r\n" * 2, OK + b"Content-Length: 0\r\n\r\n")


def send_one(house: House, url: str) -> None:
    house.teams_url = url
    house.cross(1)
    house.enqueue_alerts()
    house.send(patience=timedelta(0))


@pytest.mark.parametrize(
    "dripping",
    [
        in_the_status,
        in_a_header,
        in_the_body,
        in_a_body_without_length,
        in_chunks,
        with_promises,
    ],
)
def test_a_dripping_receiver_is_given_up_at_the_channels_timeout(
    house: House, dripping: Callable[[socket.socket], None]
) -> None:
    house.timeout_s = 0.5
    with receiver(dripping) as url:
        send_one(house, url)
    (waiting,) = house.waiting()
    assert (waiting.state, waiting.state_reason) == ("ambiguous", "no answer in time")


@pytest.mark.parametrize(
    "head",
    [
        OK + b"\r\n",
        OK + b"Content-Length: 99000000000000\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFF\r\n",
    ],
    ids=["without_length", "with_length", "chunk"],
)
def test_an_answer_without_end_is_not_read_to_its_end(house: House, head: bytes) -> None:
    def endless(caller: socket.socket) -> None:
        caller.sendall(head)
        for block in repeat(b"a" * 65536):
            caller.sendall(block)

    with receiver(endless) as url:
        send_one(house, url)
    (waiting,) = house.waiting()
    assert (waiting.state, waiting.state_reason) == (
        "ambiguous",
        f"an answer of more than {http.MAX_ANSWER_BYTES} bytes",
    )


def test_an_answer_that_breaks_off_leaves_the_message_in_doubt(house: House) -> None:
    with receiver(lambda caller: caller.sendall(OK + b"Content-Length: 9\r\n\r\na")) as url:
        send_one(house, url)
    (waiting,) = house.waiting()
    assert (waiting.state, waiting.state_reason) == ("ambiguous", "IncompleteRead")


def test_a_number_that_is_none_in_retry_after_says_nothing(house: House) -> None:
    answer = b"HTTP/1.1 429 Slow\r\nRetry-After: \xb2\r\nContent-Length: 0\r\n\r\n"
    with receiver(lambda caller: caller.sendall(answer)) as url:
        send_one(house, url)
    assert house.query("select state, state_reason from ops.outbox") == [
        {"state": "pending", "state_reason": "HTTP 429"}
    ]


@pytest.mark.parametrize("verify", [False, "false", "/nowhere/ca.pem", 0])
def test_a_channel_never_sends_without_checking_the_certificate(
    house: House, verify: object
) -> None:
    house.teams_extra = {"verify": verify}
    with pytest.raises(ConfigError, match="extra verify that names no certificates"):
        send_one(house, "https://127.0.0.1:9/workflows/x")
    assert house.query("select * from ops.disclosures") == []
