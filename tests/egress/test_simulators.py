"""The simulated receivers answer as the contracts say, and keep what they took."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests

from demo.simulators import psa, teams
from demo.simulators.receiver import Faults

CARD = {
    "type": "message",
    "attachments": [
        {
            "contentType": teams.CARD_TYPE,
            "content": {"type": "AdaptiveCard", "version": "1.5", "body": []},
        }
    ],
}


def post(url: str, body: object = CARD) -> requests.Response:
    return requests.post(url, json=body, timeout=5)


def test_the_webhook_refuses_a_wrong_signature_and_an_unknown_flow(
    webhook: teams.Running,
) -> None:
    assert post(f"{webhook.url}x").status_code == 401
    assert post(webhook.url.replace(teams.FLOW, "other")).status_code == 404
    assert webhook.kept.records == []


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"text": "no card"}, "NothingToPost"),
        ({**CARD, "padding": "x" * 24_453}, "MessageSizeExceeded"),
    ],
    ids=["shape", "size"],
)
def test_the_webhook_accepts_what_its_flow_cannot_post(
    webhook: teams.Running, body: object, error: str
) -> None:
    answer = post(webhook.url, body)
    assert (answer.status_code, answer.content) == (202, b"")
    assert [record["error"] for record in webhook.kept.records] == [error]


def test_the_webhook_takes_four_requests_a_second() -> None:
    with teams.serve(clock=lambda: 1.0) as webhook:
        assert [post(webhook.url).status_code for _ in range(5)] == [202] * 4 + [429]


def test_what_was_kept_is_on_disk_line_by_line(tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    with teams.serve(kept=kept) as webhook:
        post(webhook.url)
    (line,) = kept.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["outcome"] == "posted"


def test_a_control_file_adds_faults_while_it_runs(tmp_path: Path) -> None:
    control = tmp_path / "control.jsonl"
    with teams.serve(faults=Faults(control=control)) as webhook:
        assert post(webhook.url).status_code == 202
        control.write_text('{"kind": "throttle", "retry_after": "3"}\n', encoding="utf-8")
        refused = post(webhook.url)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3")
        assert post(webhook.url).status_code == 202


TICKET = {
    "summary": "s", "board": {"name": "b"}, "company": {"identifier": "c"},
    "externalXRef": "r", "initialDescription": "d",
}  # fmt: skip


def call(desk: psa.Running, method: str, path: str = "", **options: object) -> requests.Response:
    return requests.request(
        method, f"{desk.url}/service/tickets{path}", timeout=5, auth=(psa.LOGIN, psa.PASSWORD),
        headers={"clientId": psa.CLIENT_ID}, **options,  # type: ignore[arg-type]
    )  # fmt: skip


def test_the_desk_creates_finds_and_closes_a_ticket(desk: psa.Running) -> None:
    created = call(desk, "POST", json=TICKET)
    assert created.status_code == 201
    assert "initialDescription" not in created.json()
    number = created.json()["id"]
    found = call(desk, "GET", params={"conditions": 'closedFlag=false and externalXRef="r"'})
    assert [ticket["id"] for ticket in found.json()] == [number]
    close = [{"op": "replace", "path": "status", "value": {"name": psa.CLOSED}}]
    assert call(desk, "PATCH", f"/{number}", json=close).json()["closedFlag"] is True
    assert call(desk, "GET", params={"conditions": "closedFlag=false"}).json() == []


def test_the_desk_makes_a_second_ticket_for_the_same_reference(desk: psa.Running) -> None:
    assert {call(desk, "POST", json=TICKET).json()["id"] for _ in range(2)} == {1001, 1002}


@pytest.mark.parametrize("left_out", ["summary", "board", "company"])
def test_the_desk_refuses_an_incomplete_ticket(desk: psa.Running, left_out: str) -> None:
    body = {name: value for name, value in TICKET.items() if name != left_out}
    assert call(desk, "POST", json=body).status_code == 400


def test_the_desk_wants_its_client_id(desk: psa.Running) -> None:
    answer = requests.get(f"{desk.url}/service/tickets", auth=(psa.LOGIN, psa.PASSWORD), timeout=5)
    assert answer.status_code == 401


def test_the_desk_knows_its_tickets_after_a_restart(tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    with psa.serve(kept=kept) as desk:
        call(desk, "POST", json=TICKET)
    with psa.serve(kept=kept) as desk:
        assert call(desk, "POST", json=TICKET).json()["id"] == 1002
