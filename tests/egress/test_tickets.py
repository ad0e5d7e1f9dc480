"""One ticket per outage of a feed, closed when it is over, never with a student's data."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from demo.simulators import psa
from demo.simulators.receiver import Fault
from include import egress
from include.errors import ChannelError, ConfigError, EgressError
from tests.egress.support import DESK, NOW, House

GOOD = NOW - timedelta(days=2)


def settle(house: House) -> None:
    house.enqueue_tickets()
    house.send()


def open_tickets(desk: psa.Running) -> list[dict[str, Any]]:
    return [ticket for ticket in desk.tickets.values() if not ticket["closedFlag"]]


@pytest.mark.parametrize("status", ["failed", "parked", "unmatched", "missing"])
def test_a_broken_feed_opens_one_ticket_and_a_further_failure_no_second(
    house: House, desk: psa.Running, status: str
) -> None:
    house.feed("students", status, last_good=GOOD)
    settle(house)
    house.feed("students", "failed", last_good=GOOD)
    settle(house)
    (ticket,) = desk.tickets.values()
    assert "edfi.students" in ticket["summary"]
    assert ticket["externalXRef"] in ticket["summary"]


def test_the_ticket_is_closed_when_the_feed_heals(house: House, desk: psa.Running) -> None:
    house.feed("students", "failed", last_good=GOOD)
    settle(house)
    house.feed("students", "loaded", last_good=NOW)
    settle(house)
    settle(house)
    assert [r["change"] for r in desk.kept.records] == ["created", "patched"]
    assert open_tickets(desk) == []


def test_a_school_that_is_late_with_attendance_has_a_ticket_until_it_submits(
    house: House, desk: psa.Running
) -> None:
    house.school("255", "late", last=date(2026, 11, 16))
    house.school("256", "in_time", last=date(2026, 11, 24))
    settle(house)
    house.school("255", "stopped", last=date(2026, 11, 16))
    settle(house)
    (ticket,) = open_tickets(desk)
    assert "attendance.255 late" in ticket["summary"]
    assert "Last good data: 2026-11-16" in ticket["initialDescription"]
    assert "rpt_attendance_submission" in ticket["initialDescription"]
    house.school("255", "in_time", last=date(2026, 11, 25))
    settle(house)
    assert open_tickets(desk) == []


def test_each_school_that_is_late_has_a_ticket_of_its_own(house: House, desk: psa.Running) -> None:
    for school in ("255", "urn:256"):
        house.school(school, "late")
        settle(house)
        settle(house)
    assert len(open_tickets(desk)) == 2


def test_the_ticket_of_a_school_that_owes_no_attendance_any_more_is_closed(
    house: House, desk: psa.Running
) -> None:
    house.school("255", "late", last=date(2026, 11, 16))
    house.feed("students", "loaded", last_good=NOW)
    settle(house)
    house.school("255", None)
    settle(house)
    assert open_tickets(desk) == []


def test_the_ticket_of_a_feed_that_is_read_no_more_is_closed(
    house: House, desk: psa.Running
) -> None:
    house.feed("programs", "failed", last_good=GOOD)
    house.feed("students", "loaded", last_good=NOW)
    settle(house)
    house.query("delete from reporting.rpt_load_health where entity = 'programs'")
    settle(house)
    assert open_tickets(desk) == []


def test_a_ticket_stays_open_while_the_report_has_no_feed_at_all(
    house: House, desk: psa.Running
) -> None:
    house.feed("students", "failed", last_good=GOOD)
    house.school("255", "in_time")
    settle(house)
    house.query("delete from reporting.rpt_load_health")
    settle(house)
    assert len(open_tickets(desk)) == 1


@pytest.mark.parametrize(
    ("wanted", "other"), [("failed", "parked"), ("parked", "failed")], ids=["failed", "parked"]
)
def test_a_feed_that_is_broken_in_another_way_keeps_its_ticket_open(
    house: House, desk: psa.Running, wanted: str, other: str
) -> None:
    house.channels["helpdesk"] = {"when": {"statuses": [wanted]}}
    for status in (wanted, other, wanted):
        house.feed("students", status, last_good=GOOD)
        settle(house)
        assert len(open_tickets(desk)) == 1
    house.feed("students", "skipped", last_good=NOW)
    settle(house)
    assert open_tickets(desk) == []


def test_a_ticket_that_did_not_leave_yet_is_not_withdrawn_by_another_way_to_be_broken(
    house: House,
) -> None:
    house.channels["helpdesk"] = {"when": {"statuses": ["failed"]}}
    house.feed("students", "failed", last_good=GOOD)
    house.enqueue_tickets()
    house.feed("students", "parked", last_good=GOOD)
    assert house.enqueue_tickets()["withdraw"] == 0


def test_a_closing_is_sent_however_late(house: House, desk: psa.Running) -> None:
    house.feed("students", "failed", last_good=GOOD)
    settle(house)
    house.feed("students", "loaded", last_good=NOW)
    house.enqueue_tickets()
    house.clock.now += timedelta(days=8)
    house.send()
    assert open_tickets(desk) == []


def test_a_closing_that_expired_can_be_sent_again(house: House, desk: psa.Running) -> None:
    """It is made from nothing that was forgotten."""
    house.feed("students", "failed", last_good=GOOD)
    settle(house)
    house.feed("students", "loaded", last_good=NOW)
    house.enqueue_tickets()
    house.query(
        "update ops.outbox set state = 'expired', facts = null where action = 'close_ticket'"
    )
    house.clock.now += timedelta(days=8)
    (waiting,) = house.waiting()
    egress.resolve(house.night(), waiting.outbox_id, "pending", who="A. Tester", clock=house.clock)
    house.send()
    assert open_tickets(desk) == []
    egress.check(house.night())


def test_an_opening_that_expired_cannot_be_sent_again(house: House) -> None:
    house.feed("students", "failed", last_good=GOOD)
    house.enqueue_tickets()
    house.clock.now += timedelta(days=8)
    house.send()
    (waiting,) = house.waiting()
    with pytest.raises(EgressError, match="what it was made from is deleted"):
        egress.resolve(
            house.night(), waiting.outbox_id, "pending", who="A. Tester", clock=house.clock
        )


def test_the_next_outage_opens_a_ticket_of_its_own(house: House, desk: psa.Running) -> None:
    house.feed("students", "failed", last_good=GOOD)
    settle(house)
    house.feed("students", "loaded", last_good=NOW)
    settle(house)
    house.feed("students", "failed", last_good=NOW)
    settle(house)
    assert len(desk.tickets) == 2
    assert len(open_tickets(desk)) == 1


def test_a_feed_that_healed_and_broke_unseen_keeps_its_ticket(
    house: House, desk: psa.Running
) -> None:
    house.feed("students", "failed", last_good=GOOD)
    settle(house)
    house.feed("students", "failed", last_good=NOW)
    settle(house)
    assert len(desk.tickets) == 1


def test_a_feed_that_was_never_good_gets_its_ticket_too(house: House, desk: psa.Running) -> None:
    house.feed("students", "failed")
    settle(house)
    (ticket,) = desk.tickets.values()
    assert "Last good data: never" in ticket["initialDescription"]


def test_healthy_feeds_open_nothing(house: House, desk: psa.Running) -> None:
    for entity, status in (("students", "loaded"), ("schools", "unchanged"), ("x", "skipped")):
        house.feed(entity, status, last_good=GOOD)
    assert house.enqueue_tickets() == {"feeds": 3, "open": 0, "close": 0, "withdraw": 0}


def test_a_feed_that_healed_before_the_ticket_left_opens_none(
    house: House, desk: psa.Running
) -> None:
    house.feed("students", "failed", last_good=GOOD)
    house.enqueue_tickets()
    house.feed("students", "loaded", last_good=NOW)
    assert house.enqueue_tickets()["withdraw"] == 1
    house.send()
    assert desk.kept.records == []


def test_a_ticket_repeats_nothing_of_the_error_or_the_file_name(
    house: House, desk: psa.Running
) -> None:
    """The ledger's messages hold no student, but no ticket shall rest on that."""
    house.feed(
        "students", "failed", last_good=GOOD,
        last_error="record of Testa Studentson, S0001: bad date", last_window="Studentson.csv",
    )  # fmt: skip
    settle(house)
    text = json.dumps(desk.kept.records)
    for secret in ("Testa", "Studentson", "S0001"):
        assert secret not in text


def test_tickets_are_in_the_disclosure_log_without_a_student(house: House) -> None:
    house.feed("students", "failed", last_good=GOOD)
    settle(house)
    rows = house.query("select distinct student_count, data_elements from ops.disclosures")
    assert rows == [{"student_count": 0, "data_elements": ["pipeline_status"]}]


def test_a_desk_that_may_not_have_it_gets_nothing(house: House, desk: psa.Running) -> None:
    house.register(DESK, data_elements="")
    house.feed("students", "failed", last_good=GOOD)
    settle(house)
    assert desk.kept.records == []
    assert house.waiting()[0].state_reason == "msp_helpdesk: not permitted: pipeline_status"


@pytest.mark.parametrize("kind", ["keep_then_hang", "keep_then_error"])
def test_a_ticket_that_was_made_but_not_answered_is_found_and_not_doubled(
    house: House, desk: psa.Running, kind: Any
) -> None:
    house.timeout_s = 0.3
    desk.faults.add(Fault(kind, match="POST"))
    house.feed("students", "failed", last_good=GOOD)
    settle(house)
    assert len(desk.tickets) == 1
    assert house.states() == ["sent"]
    events = house.query("select event from ops.disclosures order by disclosure_id")
    assert [row["event"] for row in events] == ["attempted", "unknown", "attempted", "accepted"]


@pytest.mark.parametrize("kind", ["hang", "error", "throttle"])
@pytest.mark.parametrize("match", ["GET", "POST"])
def test_a_desk_in_trouble_gets_the_ticket_later(
    house: House, desk: psa.Running, kind: Any, match: str
) -> None:
    house.timeout_s = 0.3
    desk.faults.add(Fault(kind, match=match, retry_after="7"))
    house.feed("students", "failed", last_good=GOOD)
    settle(house)
    assert len(desk.tickets) == 1
    assert house.clock.slept


def test_a_closing_waits_until_the_opening_is_settled(house: House, desk: psa.Running) -> None:
    desk.faults.add(Fault("throttle", match="POST", retry_after="900"))
    house.feed("students", "failed", last_good=GOOD)
    settle(house)
    house.feed("students", "loaded", last_good=NOW)
    settle(house)
    assert desk.kept.records == []
    house.clock.now += timedelta(seconds=900)
    house.send()
    assert [r["change"] for r in desk.kept.records] == ["created", "patched"]


def test_a_ticket_that_a_person_closed_is_left_alone(house: House, desk: psa.Running) -> None:
    house.feed("students", "failed", last_good=GOOD)
    settle(house)
    (ticket,) = desk.tickets.values()
    closed = {**ticket, "status": {"name": psa.CLOSED}, "closedFlag": True}
    desk.kept.add({"change": "patched", "ticket": closed})
    house.feed("students", "loaded", last_good=NOW)
    settle(house)
    assert len(desk.kept.records) == 2


def test_wrong_keys_stop_the_channel_and_lose_nothing(
    house: House, desk: psa.Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.feed("students", "failed", last_good=GOOD)
    house.enqueue_tickets()
    monkeypatch.setattr(psa, "PASSWORD", "wrong")
    with pytest.raises(ChannelError, match="HTTP 401"):
        house.send()
    assert house.states() == ["pending"]


def test_one_channels_trouble_does_not_stop_the_others(house: House, desk: psa.Running) -> None:
    house.teams_url += "x"
    house.cross(1)
    house.enqueue_alerts()
    house.feed("students", "failed", last_good=GOOD)
    house.enqueue_tickets()
    with pytest.raises(ChannelError, match="counselors"):
        house.send()
    assert len(desk.tickets) == 1


def test_an_incomplete_connection_is_named(house: House) -> None:
    house.psa_url = "http://desk.example.org"
    with pytest.raises(ConfigError, match="connection psa: no https URL"):
        house.send()


def test_a_long_name_is_cut_to_the_desks_limit(house: House, desk: psa.Running) -> None:
    house.feed("x" * 200, "failed", last_good=GOOD)
    settle(house)
    (ticket,) = desk.tickets.values()
    assert len(ticket["summary"]) == psa.MAX_TEXT
    assert ticket["externalXRef"] in ticket["summary"]
