"""One card per crossing, with no more than the registry permits."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from importlib import import_module
from typing import Any

import jsonschema
import pytest

from demo.simulators import teams
from demo.simulators.receiver import Fault
from include import egress
from include.config import Channel
from include.egress.channels import card
from include.egress.gate import DataElement
from include.errors import (
    CardTooLargeError,
    ChannelError,
    ConfigError,
    NeedsAttentionError,
    StaleReportError,
)
from tests.conftest import SAMPLES
from tests.egress.support import REGISTERED, TODAY, House, text_of

ALL = frozenset(DataElement) - {DataElement.PIPELINE}
FACTS: dict[str, Any] = {
    "first_name": "Testa", "last_surname": "O*[x](http://y)_", "school_name": "Maple Middle",
    "school_id": "255", "grade_level": "07", "tier": "High Risk", "previous_tier": None,
    "changed_on": "2026-11-25", "reasons": "Absent 30 of 60 days",
}  # fmt: skip


def body(**facts: Any) -> bytes:
    return card.message(
        {**FACTS, **facts}, reference="FB-1", district_name="Test District", permitted=ALL,
        link="https://firstbell.example.org/",
    )  # fmt: skip


def content(message: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(message)["attachments"][0]["content"]
    return found


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        ("policy", ["Note: the district's numbers for the tiers changed on this day too"]),
        ("code", ["Note: how Firstbell reads and judges the records changed on this day too"]),
        ("data", []),
        (None, []),
    ],
)
def test_a_card_says_what_changed_beside_the_records(
    house: House, webhook: teams.Running, cause: str | None, said: list[str]
) -> None:
    house.cross(1, cause=cause)
    house.enqueue_alerts()
    house.send()
    (posted,) = webhook.posted
    assert [line for line in text_of(posted).split("\n") if line.startswith("Note")] == said


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


def test_without_the_permission_no_name_and_no_reason(house: House, webhook: teams.Running) -> None:
    house.register(data_elements="enrollment early_warning_tier")
    house.cross(1)
    house.enqueue_alerts()
    house.send()
    (posted,) = webhook.posted
    assert "1 student is now at High Risk" in text_of(posted)
    assert "School: Maple Middle" in text_of(posted)
    text = json.dumps(posted)
    for secret in ("Testa1", "Studentson1", "S0001", "Absent"):
        assert secret not in text
    (row,) = house.query("select distinct data_elements from ops.disclosures")
    assert row["data_elements"] == ["early_warning_tier", "enrollment"]


def test_a_card_never_holds_the_students_id(house: House, webhook: teams.Running) -> None:
    house.cross(1)
    house.enqueue_alerts()
    house.send()
    assert "S0001" not in json.dumps(webhook.posted)


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


def test_every_send_is_in_the_disclosure_log(house: House) -> None:
    house.cross(1)
    house.enqueue_alerts()
    house.send()
    rows = house.query("select * from ops.disclosures order by disclosure_id")
    assert [row["event"] for row in rows] == ["attempted", "accepted"]
    for row in rows:
        assert row["recipient"] == "microsoft_365"
        assert row["vendor"] == REGISTERED["vendor"]
        assert row["purpose"] == "early_warning_alert"
        assert row["legal_basis"] == "school_official"
        assert row["student_unique_ids"] == ["S0001"]
        assert row["data_elements"] == sorted(ALL)
        assert row["run_id"] == "run-1"


@pytest.mark.parametrize(
    "statement", ["delete from ops.disclosures", "update ops.disclosures set vendor = 'x'"]
)
def test_the_disclosure_log_cannot_be_changed(house: House, statement: str) -> None:
    house.cross(1)
    house.enqueue_alerts()
    house.send()
    with pytest.raises(Exception, match="append-only"):
        house.query(statement)


def test_what_a_sent_message_was_made_from_is_forgotten(house: House) -> None:
    house.cross(1)
    house.enqueue_alerts()
    house.send()
    assert house.query("select facts from ops.outbox") == [{"facts": None}]


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


@pytest.mark.parametrize("field", ["reasons", "school_name"], ids=["shortened", "refused"])
def test_a_card_over_the_size_is_shortened_or_refused(
    house: House, webhook: teams.Running, field: str
) -> None:
    house.cross(1, **{field: "ü" * 15_000})
    house.enqueue_alerts()
    house.send()
    if field == "reasons":
        assert webhook.kept.records[0]["bytes"] <= card.MAX_BYTES
        assert " …" in text_of(webhook.posted[0])
    else:
        assert webhook.kept.records == []
        assert "expected at most 20,480" in (house.waiting()[0].state_reason or "")


def test_a_card_too_large_says_so() -> None:
    with pytest.raises(CardTooLargeError, match="20,480"):
        body(school_name="x" * 30_000)


def test_a_name_is_shown_as_it_is_and_never_as_markdown() -> None:
    shown = content(body())
    assert {block["type"] for block in shown["body"]} == {"RichTextBlock"}
    assert "O*[x](http://y)_ is now" in text_of(shown)


def test_the_card_has_the_structure_that_teams_needs() -> None:
    message = json.loads(body())
    assert message["type"] == "message"
    (attachment,) = message["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    shown = attachment["content"]
    assert shown["type"] == "AdaptiveCard"
    assert shown["version"] == "1.5"
    assert [action["type"] for action in shown["actions"]] == ["Action.OpenUrl"]
    for block in shown["body"]:
        assert block["inlines"]
        assert all(run["type"] == "TextRun" and run["text"] for run in block["inlines"])


def test_the_card_is_valid_by_the_published_schema() -> None:
    path = SAMPLES / "schemas" / "adaptive-card-1.5.0.json"
    if not path.is_file():
        pytest.skip(f"the published schema is not at {path}; set FIRSTBELL_SAMPLES")
    validator = jsonschema.Draft6Validator(json.loads(path.read_text(encoding="utf-8")))
    shown = content(body())
    assert list(validator.iter_errors(shown)) == []
    assert list(validator.iter_errors({**shown, "body": [{"type": "TextBlock"}]})) != []


def test_a_channel_of_an_unknown_kind_is_no_district() -> None:
    from pydantic import TypeAdapter, ValidationError

    with pytest.raises(ValidationError, match="kind"):
        TypeAdapter(Channel).validate_python({"kind": "fax", "connection": "x", "recipient": "y"})
