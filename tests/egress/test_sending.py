"""Sending: limits, patience, and what becomes of a message that a receiver did not take."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest

from demo.simulators import teams
from demo.simulators.receiver import Fault
from include import egress
from include.config import Channel
from include.errors import ChannelError, ConfigError
from tests.egress.support import House


def test_the_id_of_the_flows_run_is_kept(house: House, webhook: teams.Running) -> None:
    house.cross(1)
    house.enqueue_alerts()
    house.send()
    (row,) = house.query("select external_id from ops.outbox")
    assert row["external_id"] == webhook.kept.records[0]["run"]


def test_a_202_that_fails_later_is_accepted_and_can_be_found_by_its_run(
    house: House, webhook: teams.Running
) -> None:
    webhook.faults.add(Fault("fail_later"))
    house.cross(1)
    house.enqueue_alerts()
    house.send()
    assert webhook.posted == []
    (row,) = house.query("select state, external_id from ops.outbox")
    assert row == {"state": "sent", "external_id": webhook.kept.records[0]["run"]}


def test_too_old_messages_are_not_sent(house: House, webhook: teams.Running) -> None:
    house.cross(1)
    house.enqueue_alerts()
    house.clock.now += timedelta(days=8)
    house.send()
    assert webhook.kept.records == []
    assert house.states() == ["expired"]


@pytest.mark.parametrize("retry_after", ["40", "Wed, 25 Nov 2026 15:00:40 GMT"])
def test_a_429_is_honoured_for_the_whole_channel(
    house: House, webhook: teams.Running, retry_after: str
) -> None:
    webhook.faults.add(Fault("throttle", retry_after=retry_after))
    house.cross(1)
    house.cross(2)
    house.enqueue_alerts()
    house.send()
    assert house.clock.slept[0] == 40
    assert len(webhook.posted) == 2


def test_a_429_without_retry_after_waits_longer_each_time(
    house: House, webhook: teams.Running
) -> None:
    webhook.faults.add(Fault("throttle", times=3))
    house.cross(1)
    house.enqueue_alerts()
    house.send(patience=timedelta(hours=1))
    first, second, third = house.clock.slept
    assert 15 <= first < second < third
    assert len(webhook.posted) == 1


def test_beyond_its_patience_a_run_leaves_the_rest_to_the_next(
    house: House, webhook: teams.Running
) -> None:
    webhook.faults.add(Fault("throttle", retry_after="900"))
    house.cross(1)
    house.enqueue_alerts()
    assert house.send()["again"] == 1
    assert house.clock.slept == []
    house.clock.now += timedelta(seconds=900)
    assert house.send()["sent"] == 1


def test_a_500_is_tried_again_and_given_up_in_the_end(house: House, webhook: teams.Running) -> None:
    house.channels["counselors"] = {"max_attempts": 3}
    webhook.faults.add(Fault("error", times=9))
    house.cross(1)
    house.enqueue_alerts()
    house.send(patience=timedelta(hours=1))
    assert house.states() == ["failed"]
    assert house.waiting()[0].state_reason == "HTTP 500, 3 attempts"
    assert house.waiting()[0].attempts == 3


@pytest.mark.parametrize("kind", ["hang", "keep_then_hang"])
def test_a_hanging_webhook_leaves_an_ambiguous_message_that_is_not_sent_again(
    house: House, webhook: teams.Running, kind: Any
) -> None:
    house.timeout_s = 0.3
    webhook.faults.add(Fault(kind))
    house.cross(1)
    house.enqueue_alerts()
    assert house.send()["ambiguous"] == 1
    house.timeout_s = 5
    assert house.send()["sent"] == 0
    assert len(webhook.posted) == (kind == "keep_then_hang")
    (waiting,) = house.waiting()
    assert (waiting.state, waiting.state_reason) == ("ambiguous", "no answer in time")


def test_a_gateway_that_gave_up_leaves_an_ambiguous_message(
    house: House, webhook: teams.Running
) -> None:
    webhook.faults.add(Fault("keep_then_error", status=504))
    house.cross(1)
    house.enqueue_alerts()
    house.send()
    assert house.states() == ["ambiguous"]


@pytest.mark.parametrize(("decision", "posted"), [("pending", 1), ("sent", 0), ("withdrawn", 0)])
def test_a_person_decides_on_an_ambiguous_message(
    house: House, webhook: teams.Running, decision: Any, posted: int
) -> None:
    webhook.faults.add(Fault("error", status=504))
    house.cross(1)
    house.enqueue_alerts()
    house.send()
    (waiting,) = house.waiting()
    egress.resolve(house.night(), waiting.outbox_id, decision, who="A. Tester", clock=house.clock)
    house.send()
    assert len(webhook.posted) == posted
    egress.check(house.night())


def test_a_webhook_that_is_not_there_is_tried_again(house: House) -> None:
    house.teams_url = "http://127.0.0.1:9/workflows/x?sig=y"
    house.cross(1)
    house.enqueue_alerts()
    house.send()
    rows = house.query("select state, state_reason from ops.outbox")
    assert rows == [{"state": "pending", "state_reason": "no connection"}]
    assert house.query("select event from ops.disclosures where event = 'unknown'") == []


def test_a_wrong_signature_stops_the_channel_and_loses_nothing(
    house: House, webhook: teams.Running
) -> None:
    right = house.teams_url
    house.teams_url = f"{right}x"
    house.cross(1)
    house.cross(2)
    house.enqueue_alerts()
    with pytest.raises(ChannelError, match="HTTP 401") as raised:
        house.send()
    assert "sig=" not in str(raised.value)
    assert house.states() == ["pending", "pending"]
    house.teams_url = right
    house.clock.now += timedelta(minutes=16)
    assert house.send()["sent"] == 2


def test_a_redirect_is_not_followed(house: House, webhook: teams.Running) -> None:
    webhook.faults.add(Fault("error", status=307))
    house.cross(1)
    house.enqueue_alerts()
    house.send()
    assert house.waiting()[0].state_reason == "HTTP 307"


def test_the_webhooks_url_and_the_names_stay_out_of_the_logs(
    house: House, webhook: teams.Running, caplog: pytest.LogCaptureFixture
) -> None:
    webhook.faults.add(Fault("throttle", retry_after="1"))
    webhook.faults.add(Fault("error", status=400, after=1))
    house.cross(1)
    house.cross(2)
    with caplog.at_level(logging.DEBUG):
        house.enqueue_alerts()
        house.send()
    assert "HTTP 400" in caplog.text
    for secret in ("sig=", teams.FLOW, "Testa", "Studentson", "S0001"):
        assert secret not in caplog.text


def test_a_webhook_that_is_no_secret_url_is_refused_without_repeating_it(house: House) -> None:
    house.teams_url = "http://flows.example.org/abc?sig=topsecret"
    house.cross(1)
    house.enqueue_alerts()
    with pytest.raises(ConfigError) as raised:
        house.send()
    assert "topsecret" not in str(raised.value)


def test_requests_keep_their_distance(house: House, webhook: teams.Running) -> None:
    for number in range(4):
        house.cross(number)
    house.enqueue_alerts()
    house.send()
    assert house.clock.slept == [0.5, 0.5, 0.5]


def test_an_hours_number_holds_across_runs(house: House, webhook: teams.Running) -> None:
    house.channels["counselors"] = {"max_per_hour": 2}
    for number in range(3):
        house.cross(number)
    house.enqueue_alerts()
    house.send()
    house.send()
    assert len(webhook.posted) == 2
    house.clock.now += timedelta(hours=1)
    house.send()
    assert len(webhook.posted) == 3


def test_a_channel_of_an_unknown_kind_is_no_district() -> None:
    from pydantic import TypeAdapter, ValidationError

    with pytest.raises(ValidationError, match="kind"):
        TypeAdapter(Channel).validate_python({"kind": "fax", "connection": "x", "recipient": "y"})
