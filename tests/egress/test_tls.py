"""What is known of a message when TLS fails: before it left, or after."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from include.errors import ChannelError
from tests.demo.tls_front import certificates
from tests.egress.support import House


@dataclass
class Receiver:
    """A webhook under a certificate of an authority of our own, and the bodies it got whole."""

    url: str
    authority: Path
    got: list[bytes] = field(default_factory=list)


@contextmanager
def receiver(folder: Path, *, speaks_tls: bool = True) -> Iterator[Receiver]:
    """It reads a whole request, then answers with bytes that are no TLS.

    `speaks_tls` False: it answers the greeting so, as a port that knows only plain HTTP does.
    """
    authority, certificate = certificates(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def answer(caller: socket.socket) -> None:
        if not speaks_tls:
            caller.recv(65536)
            caller.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return
        with context.wrap_socket(caller, server_side=True) as secured:
            running.got.append(_read_body(secured))
            # past the TLS object, onto the wire as they are
            socket.socket.sendall(secured, b"HTTP/1.1 502 Bad Gateway\r\n\r\n")

    def serve() -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:
                return  # closed
            with suppress(OSError), caller:
                answer(caller)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = Receiver(
            f"https://127.0.0.1:{listener.getsockname()[1]}/workflows/x?sig=y", authority
        )
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield running
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=10)


def _read_body(secured: ssl.SSLSocket) -> bytes:
    with secured.makefile("rb") as stream:
        length = 0
        while (line := stream.readline()).strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return stream.read(length)


def send_one(house: House, to: Receiver) -> dict[str, int]:
    house.teams_url = to.url
    house.cross(1)
    house.enqueue_alerts()
    return house.send(patience=timedelta(0))


def events(house: House) -> list[str]:
    rows = house.query("select event from ops.disclosures order by disclosure_id")
    return [row["event"] for row in rows]


def test_a_certificate_that_is_not_trusted_stops_the_channel_before_anything_left(
    house: House, tmp_path: Path
) -> None:
    with receiver(tmp_path) as webhook:
        with pytest.raises(ChannelError, match="certificate is not trusted"):
            send_one(house, webhook)
        assert webhook.got == []
    assert house.states() == ["pending"]
    assert events(house) == ["attempted", "not_received"]


def test_tls_that_breaks_after_the_message_left_is_in_doubt_and_not_sent_again(
    house: House, tmp_path: Path
) -> None:
    with receiver(tmp_path) as webhook:
        house.teams_extra = {"verify": str(webhook.authority)}
        assert send_one(house, webhook)["ambiguous"] == 1
        house.clock.now += timedelta(hours=1)
        assert house.send()["sent"] == 0
        assert len(webhook.got) == 1
        assert b"Testa1" in webhook.got[0], "it was received whole"
    assert house.states() == ["ambiguous"]
    assert events(house) == ["attempted", "unknown"]


def test_a_port_without_tls_has_certainly_not_got_it(house: House, tmp_path: Path) -> None:
    with receiver(tmp_path, speaks_tls=False) as webhook:
        assert send_one(house, webhook)["again"] == 1
    assert house.waiting() == []
    assert house.query("select state_reason from ops.outbox") == [
        {"state_reason": "no TLS connection"}
    ]
    assert events(house) == ["attempted", "not_received"]
