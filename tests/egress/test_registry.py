"""The vendor registry is asked for each message as it is sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from demo.simulators import teams
from include import egress
from include.errors import NeedsAttentionError
from tests.egress.support import TODAY, House


@pytest.mark.parametrize(
    "changes",
    [{"dpa_expiry": TODAY - timedelta(days=1)}, {"soc2_expiry": TODAY - timedelta(days=1)}],
    ids=lambda value: next(iter(value)),
)
def test_a_row_that_expired_yesterday_blocks_and_is_shown(
    house: House, webhook: teams.Running, changes: dict[str, Any]
) -> None:
    house.register(**changes)
    house.cross(1)
    house.enqueue_alerts()
    assert house.send()["refused"] == 1
    assert webhook.kept.records == []
    (waiting,) = house.waiting()
    assert waiting.state == "refused"
    assert "expired" in (waiting.state_reason or "")
    with pytest.raises(NeedsAttentionError, match="expired") as raised:
        egress.check(house.night())
    assert "Testa1" not in str(raised.value)

    house.register()
    house.send()
    assert len(webhook.posted) == 1, "asked again by itself"
    egress.check(house.night())


def test_a_recipient_that_is_not_registered_is_blocked_and_shown(
    house: House, webhook: teams.Running
) -> None:
    house.channels["counselors"] = {"recipient": "somebody"}
    house.cross(1)
    house.enqueue_alerts()
    house.send()
    assert webhook.kept.records == []
    assert house.waiting()[0].state_reason == "recipient somebody is not in the vendor registry"


def test_an_agreement_that_ends_while_messages_are_sent_stops_the_rest(
    house: House, webhook: teams.Running
) -> None:
    for number in range(3):
        house.cross(number)
    house.enqueue_alerts()

    def revoke(seconds: float) -> None:
        house.clock.sleep(seconds)
        house.register(dpa_signed=False)

    # the pause before the second message: that one was allowed already
    done = egress.send_due(house.night(), clock=house.clock, sleep=revoke)
    assert (done["sent"], done["refused"]) == (2, 1)
    assert len(webhook.posted) == 2


def test_without_a_registry_nothing_leaves(house: House, webhook: teams.Running) -> None:
    house.cross(1)
    house.enqueue_alerts()
    house.query("drop table reporting.rpt_vendor_registry")
    assert house.send()["refused"] == 1
    assert webhook.kept.records == []


def test_the_districts_day_decides_not_utc(house: House, webhook: teams.Running) -> None:
    house.register(dpa_expiry=TODAY)
    house.cross(1)
    house.enqueue_alerts()
    # 23:00 in Chicago, already tomorrow in UTC
    house.clock.now += timedelta(hours=14)
    assert house.send()["sent"] == 1
