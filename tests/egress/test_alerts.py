"""Which crossings become an alert, and which are told no more."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest

from demo.simulators import teams
from demo.simulators.receiver import Fault
from include import egress
from include.errors import StaleReportError
from tests.egress.support import TODAY, House, text_of


def test_a_crossing_is_sent_once_however_often_the_night_is_repeated(
    house: House, webhook: teams.Running
) -> None:
    house.cross(1)
    house.cross(2)
    for run_id in ("run-1", "run-1", "run-2"):
        house.enqueue_alerts(run_id)
        house.send()
    assert sorted(text_of(posted).split("\n")[0] for posted in webhook.posted) == [
        "Testa1 Studentson1 is now at High Risk",
        "Testa2 Studentson2 is now at High Risk",
    ]
    assert house.states() == ["sent", "sent"]


def test_a_crossing_that_the_nights_after_offer_again_is_sent_once(
    house: House, webhook: teams.Running
) -> None:
    for night in range(3):
        house.cross(1, changed_on=TODAY)
        assert house.enqueue_alerts()["enqueued"] == (night == 0)
        house.send()
        house.new_day()
    assert len(webhook.posted) == 1


def test_a_crossing_whose_own_night_told_nobody_is_sent_by_the_next(
    house: House, webhook: teams.Running
) -> None:
    house.new_day()
    house.cross(1, changed_on=TODAY)
    assert house.enqueue_alerts()["enqueued"] == 1
    house.send()
    (posted,) = webhook.posted
    assert "Since: 2026-11-25" in text_of(posted)


def test_a_night_enqueued_late_leaves_its_crossings_to_the_newer_report(
    house: House, webhook: teams.Running
) -> None:
    house.new_day()
    house.cross(1, changed_on=TODAY)
    house.as_of = TODAY
    with pytest.raises(StaleReportError, match="Clear send_alerts of 2026-11-26"):
        house.enqueue_alerts()
    house.as_of += timedelta(days=1)
    for _ in range(2):
        house.enqueue_alerts()
        house.send()
    assert len(webhook.posted) == 1


def test_a_report_older_than_the_run_asks_for_its_transformation(house: House) -> None:
    house.as_of += timedelta(days=1)
    with pytest.raises(StaleReportError, match="Run transform for 2026-11-26"):
        house.enqueue_alerts()


def test_a_rise_that_a_rerun_finds_on_an_earlier_day_is_no_second_alert(
    house: House, webhook: teams.Running
) -> None:
    house.cross(1)
    house.enqueue_alerts()
    house.send()
    assert house.states() == ["sent"], "what it was made from is gone"
    house.new_day()
    # Tuesday was run again: the rise of Wednesday was Tuesday's
    house.cross(1, crossing_key=91, changed_on=TODAY - timedelta(days=1))
    house.cross(2, changed_on=TODAY - timedelta(days=1))
    assert house.enqueue_alerts()["enqueued"] == 1, "another student's rise is news"
    house.send()
    assert len(webhook.posted) == 2


@pytest.mark.parametrize("tier", [None, "At Risk", "Insufficient data"])
def test_a_waiting_alert_is_withdrawn_when_its_student_has_left_or_fallen_back(
    house: House, webhook: teams.Running, tier: str | None
) -> None:
    house.register(dpa_signed=False)
    house.cross(1)
    house.cross(2)
    house.enqueue_alerts()
    assert house.send()["refused"] == 2
    house.new_day()
    house.fall(1, tier)
    house.cross(2, changed_on=TODAY)
    assert house.enqueue_alerts() == {"crossings": 1, "enqueued": 0, "withdrawn": 1}
    house.register()
    house.send()
    (posted,) = webhook.posted
    assert "Testa2" in text_of(posted)
    (row,) = house.query("select state_reason, facts from ops.outbox where state = 'withdrawn'")
    assert row == {"state_reason": "the student has left or no longer has that tier", "facts": None}
    egress.check(house.night())


def test_an_alert_that_is_tried_again_is_withdrawn_too(
    house: House, webhook: teams.Running
) -> None:
    webhook.faults.add(Fault("throttle", retry_after="900"))
    house.cross(1)
    house.enqueue_alerts()
    assert house.send()["again"] == 1
    house.new_day()
    house.fall(1, None)
    assert house.enqueue_alerts()["withdrawn"] == 1
    house.send()
    assert webhook.posted == []


def test_a_waiting_alert_of_a_student_who_stands_worse_now_is_sent(
    house: House, webhook: teams.Running
) -> None:
    house.channels["counselors"] = {"when": {"tiers": ["At Risk"]}}
    house.cross(1, tier="At Risk")
    house.enqueue_alerts()
    house.new_day()
    house.stand(1, "High Risk")
    assert house.enqueue_alerts()["withdrawn"] == 0
    assert house.send()["sent"] == 1


def test_a_withdrawn_alert_comes_back_with_its_crossing(
    house: House, webhook: teams.Running
) -> None:
    """The day was run again with a mistake, and once more without it."""
    house.cross(1)
    house.enqueue_alerts()
    house.fall(1, "Low Risk")
    assert house.enqueue_alerts()["withdrawn"] == 1
    house.cross(1)
    assert house.enqueue_alerts()["enqueued"] == 1
    assert house.send()["sent"] == 1
    assert house.enqueue_alerts()["enqueued"] == 0


def test_a_withdrawn_alert_does_not_stand_for_a_rise_of_an_earlier_day(house: House) -> None:
    house.cross(1)
    house.enqueue_alerts()
    house.fall(1, "Low Risk")
    house.enqueue_alerts()
    house.new_day()
    house.cross(1, crossing_key=91, changed_on=TODAY - timedelta(days=1))
    assert house.enqueue_alerts()["enqueued"] == 1


def test_what_a_person_withdrew_stays_withdrawn(house: House) -> None:
    house.register(dpa_signed=False)
    house.cross(1)
    house.enqueue_alerts()
    house.send()
    (waiting,) = house.waiting()
    egress.resolve(
        house.night(), waiting.outbox_id, "withdrawn", who="A. Tester", clock=house.clock
    )
    assert house.enqueue_alerts()["enqueued"] == 0


def test_a_run_of_an_earlier_day_withdraws_nothing_of_a_later_one(house: House) -> None:
    house.cross(1)
    house.enqueue_alerts()
    house.new_day(-1)
    house.stand(1, "Low Risk")
    assert house.enqueue_alerts()["withdrawn"] == 0


def test_a_report_of_two_days_is_refused(house: House) -> None:
    house.cross(1)
    house.query("update reporting.vw_student_risk_scores set as_of_date = as_of_date - 1")
    with pytest.raises(StaleReportError, match="the tiers of 2026-11-24"):
        house.enqueue_alerts()


def test_the_next_rise_of_a_student_is_news(house: House, webhook: teams.Running) -> None:
    house.cross(1)
    house.enqueue_alerts()
    house.send()
    house.new_day(2)
    house.cross(1, changed_on=TODAY)
    house.cross(1, crossing_key=91, changed_on=TODAY + timedelta(days=2))
    assert house.enqueue_alerts()["enqueued"] == 1
    house.send()
    assert len(webhook.posted) == 2


def test_of_two_rises_told_late_the_newer_is_told(house: House, webhook: teams.Running) -> None:
    house.channels["counselors"] = {"when": {"tiers": ["At Risk", "High Risk"]}}
    house.new_day()
    house.cross(1, tier="At Risk", changed_on=TODAY)
    house.cross(1, crossing_key=91, changed_on=TODAY + timedelta(days=1))
    assert house.enqueue_alerts()["enqueued"] == 1
    house.send()
    assert "is now at High Risk" in text_of(webhook.posted[0])


def test_each_channel_hears_of_a_rise_for_itself(house: House) -> None:
    house.cross(1)
    house.enqueue_alerts()
    house.channels["principals"] = {
        "kind": "teams", "connection": "teams", "recipient": "microsoft_365",
    }  # fmt: skip
    assert house.enqueue_alerts()["enqueued"] == 1


def test_an_outbox_from_before_knows_whom_it_has_told(house: House) -> None:
    """Migration 0005 gives the messages of before their student and day."""
    house.cross(1)
    house.cross(2)
    house.enqueue_alerts()
    house.query("update ops.outbox set facts = null, state = 'failed' where outbox_id = 2")
    house.send()
    before = house.query("select subject, crossed_on from ops.outbox order by outbox_id")
    migration = import_module("include.landing.migrations.versions.0005_alerts_once_per_rise")
    house.query("update ops.outbox set subject = null, crossed_on = null")
    house.query(migration.FILL)
    after = house.query("select subject, crossed_on from ops.outbox order by outbox_id")
    assert after[0] == before[0]
    assert after[1] == {"subject": None, "crossed_on": TODAY}, "of this one nothing is left"


def test_only_the_tiers_and_schools_that_the_channel_wants(
    house: House, webhook: teams.Running
) -> None:
    house.channels["counselors"] = {"when": {"schools": ["255"]}}
    house.cross(1)
    house.cross(2, tier="Some Risk")
    house.cross(3, school_id="999")
    assert house.enqueue_alerts() == {"crossings": 3, "enqueued": 1, "withdrawn": 0}


def test_a_report_of_another_day_is_refused(house: House) -> None:
    house.cross(1)
    house.as_of = TODAY - timedelta(days=1)
    with pytest.raises(StaleReportError, match="the tiers of 2026-11-25"):
        house.enqueue_alerts()
    assert house.states() == []
