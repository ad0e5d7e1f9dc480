"""The host that the gate judges is the host that is connected to: a URL is read once."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from demo.simulators import psa, teams
from include.egress.address import Address, AddressError
from include.errors import ConfigError
from tests.egress.support import House

# What two parsers read differently, or what hides the host from a reader.
REFUSED = [
    "http://localhost:{port}\\@127.0.0.1:{port}{path}",
    "http://x@127.0.0.1:{port}{path}",
    "http://127.0.0.1:{port}@127.0.0.1:{port}{path}",
    "http://127.0.0.1:{port}\t{path}",
    "http://127.0.0.1:{port}{path} ",
    "http://127.0.0.1%2f:{port}{path}",
    "http://127.1:{port}{path}",
    "http://2130706433:{port}{path}",
    "http://0x7f.0.0.1:{port}{path}",
    "http://１２７.0.0.1:{port}{path}",
]


@pytest.mark.parametrize("form", REFUSED)
def test_a_webhook_that_can_be_read_in_two_ways_gets_nothing(
    house: House, webhook: teams.Running, form: str
) -> None:
    right = urlsplit(house.teams_url)
    house.teams_url = form.format(port=right.port, path=f"{right.path}?{right.query}")
    house.cross(1)
    house.enqueue_alerts()
    with pytest.raises(ConfigError, match="connection teams") as raised:
        house.send()
    assert "sig=" not in str(raised.value)
    assert house.query("select * from ops.disclosures") == [], "nothing was attempted"


def test_a_desk_that_can_be_read_in_two_ways_gets_nothing(house: House, desk: psa.Running) -> None:
    port = urlsplit(house.psa_url).port
    house.psa_url = f"http://localhost:{port}\\@127.0.0.1:{port}"
    house.feed("students", "failed")
    house.enqueue_tickets()
    with pytest.raises(ConfigError, match="connection psa"):
        house.send()
    assert house.query("select * from ops.disclosures") == []


@pytest.mark.parametrize(
    "url",
    [
        "https://flows.example.org:port/x",
        "https:///x",
        "https://-flows.example.org/x",
        "https://flows..example.org/x",
        "https://flows_1.example.org/x",
        "https://flows.example.org./x",
        "https://flows.example.org;x/",
        "https://[::1%25eth0]/x",
        "https://[::ffff:127.0.0.1]/x",
        "ftp://flows.example.org/x",
        "http://flows.example.org/x",
        "flows.example.org/x",
        "",
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(AddressError) as raised:
        Address.read(url)
    assert "flows" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "host", "authority", "target"),
    [
        ("https://A-1.Example.org", "a-1.example.org", "a-1.example.org", "/"),
        ("https://a.org:443/x?sig=%2F#part", "a.org", "a.org", "/x?sig=%2F"),
        ("https://a.org:8443/x", "a.org", "a.org:8443", "/x"),
        ("http://[::1]:8080/x", "::1", "[::1]:8080", "/x"),
    ],
)
def test_an_address_is_taken_as_it_is_written(
    url: str, host: str, authority: str, target: str
) -> None:
    address = Address.read(url)
    assert (address.host, address.authority, address.target) == (host, authority, target)
    assert "sig" not in repr(address)
