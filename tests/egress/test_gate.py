"""The gate says no unless the registry says yes, for that recipient, purpose, element and day."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.egress.address import is_endpoint
from include.egress.gate import Allowed, DataElement, Purpose, Refused, Request, check
from include.egress.registry import Recipient, from_row
from tests.egress.support import DESK, REGISTERED, ROOT

TODAY = date(2026, 11, 25)
ROW = from_row(REGISTERED)
ALERT = Request(
    recipient="microsoft_365",
    purpose=Purpose.ALERT,
    elements=frozenset({DataElement.STUDENT_NAME, DataElement.TIER}),
    endpoint="127.0.0.1",
    is_under_13=True,
)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def test_a_complete_row_lets_the_message_through() -> None:
    assert check(ALERT, ROW, TODAY) == Allowed(ROW)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"dpa_signed": False}, "not signed"),
        ({"dpa_date": None}, "DPA does not hold yet"),
        ({"dpa_date": TOMORROW}, "DPA does not hold yet"),
        ({"dpa_expiry": YESTERDAY}, "DPA has expired"),
        ({"dpa_expiry": None}, "no expiry date"),
        ({"soc2_verified": False}, "SOC 2 report is not verified"),
        ({"soc2_expiry": YESTERDAY}, "SOC 2 report has expired"),
        ({"soc2_expiry": None}, "no expiry date"),
        ({"ferpa_attestation": False}, "FERPA"),
        ({"coppa_compliant": False}, "COPPA"),
        ({"data_deletion_policy": False}, "deletion"),
        ({"state_privacy_compliant": False}, "state"),
        ({"legal_basis": None}, "legal basis"),
        ({"purposes": frozenset({"pipeline_health"})}, "purpose early_warning_alert"),
        ({"elements": frozenset({"early_warning_tier"})}, "student_name"),
        ({"endpoints": frozenset({"*.logic.azure.com"})}, "endpoint"),
        ({"recipient": "another"}, "not in the vendor registry"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_one_missing_thing_refuses(changes: dict[str, Any], named: str) -> None:
    decision = check(ALERT, replace(ROW, **changes), TODAY)
    assert isinstance(decision, Refused)
    assert named in decision.reason


@pytest.mark.parametrize("field", ["dpa_date", "dpa_expiry", "soc2_expiry"])
def test_the_first_and_the_last_day_count(field: str) -> None:
    assert isinstance(check(ALERT, replace(ROW, **{field: TODAY}), TODAY), Allowed)


def test_a_recipient_without_a_row_is_refused() -> None:
    decision = check(ALERT, None, TODAY)
    assert decision == Refused("recipient microsoft_365 is not in the vendor registry")


def test_a_message_that_does_not_say_what_it_holds_is_refused() -> None:
    assert isinstance(check(replace(ALERT, elements=frozenset()), ROW, TODAY), Refused)


@pytest.mark.parametrize(
    ("is_under_13", "is_allowed"), [(True, False), (None, False), (False, True)]
)
def test_coppa_matters_unless_the_student_is_known_to_be_13(
    is_under_13: bool | None, is_allowed: bool
) -> None:
    row = replace(ROW, coppa_compliant=False)
    decision = check(replace(ALERT, is_under_13=is_under_13), row, TODAY)
    assert isinstance(decision, Allowed) is is_allowed


def test_a_ticket_without_student_data_needs_no_agreement() -> None:
    row = from_row({"dpa_date": None, "dpa_expiry": None, "soc2_expiry": None,
                    "legal_basis": None, **DESK})  # fmt: skip
    ticket = Request(
        recipient="msp_helpdesk",
        purpose=Purpose.PIPELINE_HEALTH,
        elements=frozenset({DataElement.PIPELINE}),
        endpoint="127.0.0.1",
    )
    assert isinstance(check(ticket, row, TODAY), Allowed)
    with_tier = replace(ticket, elements=frozenset({DataElement.PIPELINE, DataElement.TIER}))
    assert isinstance(check(with_tier, row, TODAY), Refused)


@pytest.mark.parametrize(
    ("host", "is_covered"),
    [
        ("prod-07.westus.logic.azure.com", True),
        ("PROD-07.westus.logic.azure.com", True),
        ("logic.azure.com", False),
        ("evillogic.azure.com", False),
        ("logic.azure.com.example.org", False),
        ("attacker.com\\.logic.azure.com", False),
        ("attacker.com/.logic.azure.com", False),
        ("", False),
    ],
)
def test_an_endpoint_with_a_star_covers_subdomains_only(host: str, is_covered: bool) -> None:
    row = replace(ROW, endpoints=frozenset({"*.logic.azure.com"}))
    assert row.covers(host) is is_covered


@pytest.mark.parametrize(
    ("endpoint", "host"),
    [
        ("*.com", "attacker.com"),
        ("*.", "attacker.com"),
        ("*.0.0.1", "127.0.0.1"),
        ("localhost", "localhost"),
        ("example.org@attacker.com", "example.org@attacker.com"),
    ],
)
def test_an_endpoint_that_cannot_be_one_covers_nothing_and_is_named(
    endpoint: str, host: str
) -> None:
    row = replace(ROW, endpoints=frozenset({endpoint, "flows.example.org"}))
    decision = check(replace(ALERT, endpoint=host), row, TODAY)
    assert isinstance(decision, Refused)
    assert endpoint in decision.reason
    usual = check(replace(ALERT, endpoint="flows.example.org"), row, TODAY)
    assert isinstance(usual, Allowed), "the others hold"


@given(
    row=st.builds(
        Recipient,
        recipient=st.just("microsoft_365"),
        vendor=st.just("any"),
        dpa_signed=st.booleans(),
        dpa_date=st.none() | st.dates(),
        dpa_expiry=st.none() | st.dates(),
        soc2_verified=st.booleans(),
        soc2_expiry=st.none() | st.dates(),
        ferpa_attestation=st.booleans(),
        legal_basis=st.none() | st.just("school_official"),
        elements=st.frozensets(st.sampled_from(sorted(DataElement))),
        purposes=st.frozensets(st.sampled_from(sorted(Purpose))),
        endpoints=st.frozensets(st.sampled_from(["127.0.0.1", "*.example.org"])),
        coppa_compliant=st.booleans(),
        data_deletion_policy=st.booleans(),
        state_privacy_compliant=st.booleans(),
    )
)
def test_nothing_is_allowed_beyond_the_row(row: Recipient) -> None:
    if isinstance(check(ALERT, row, TODAY), Allowed):
        assert row.elements >= ALERT.elements
        assert row.dpa_signed
        assert row.coppa_compliant
        assert row.dpa_expiry is not None
        assert row.dpa_expiry >= TODAY


def test_the_seed_speaks_the_words_of_the_gate() -> None:
    path = ROOT / "dbt_project/seeds/privacy/vendor_registry.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert rows
    for row in rows:
        assert set(row["data_elements"].split()) <= set(DataElement), row["recipient"]
        assert set(row["purposes"].split()) <= set(Purpose), row["recipient"]


def test_every_endpoint_of_the_seed_can_be_one() -> None:
    path = ROOT / "dbt_project/seeds/privacy/vendor_registry.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    endpoints = [word for row in rows for word in row["endpoints"].split()]
    assert endpoints
    assert [word for word in endpoints if not is_endpoint(word)] == []


def test_no_default_row_of_the_seed_permits_student_data() -> None:
    """An agreement is a district's own: a fresh installation sends nothing about a student."""
    path = ROOT / "dbt_project/seeds/privacy/vendor_registry.csv"
    rows = [r for r in csv.DictReader(path.open(encoding="utf-8")) if r["district_code"] == "*"]
    assert {row["vendor"] for row in rows} >= {
        "Panorama Education", "Clever", "Renaissance Learning", "Microsoft (M365)",
    }  # fmt: skip
    assert not [row for row in rows if set(row["data_elements"].split()) - {"pipeline_status"}]
