"""A card: what it says, within what the registry permits and the channel takes."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from demo.simulators import teams
from include.egress.channels import card
from include.errors import CardTooLargeError
from tests.conftest import SAMPLES
from tests.egress.support import ALL, House, text_of

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
