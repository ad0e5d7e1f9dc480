"""The gate: may these data elements go to this recipient, for this purpose, today?

A pure function of the vendor registry. Whatever it does not know for certain is a no.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from include.egress.registry import Recipient


class DataElement(StrEnum):
    """What a message can hold, in the words of the registry."""

    STUDENT_NAME = "student_name"
    ENROLLMENT = "enrollment"  # school and grade level
    TIER = "early_warning_tier"
    REASONS = "early_warning_reasons"
    PIPELINE = "pipeline_status"  # about feeds: no data of any student


class Purpose(StrEnum):
    """What a message is for, in the words of the registry."""

    ALERT = "early_warning_alert"
    PIPELINE_HEALTH = "pipeline_health"


ABOUT_STUDENTS = frozenset(DataElement) - {DataElement.PIPELINE}


@dataclass(frozen=True, slots=True)
class Request:
    """One message that wants to leave."""

    recipient: str
    purpose: Purpose
    elements: frozenset[DataElement]
    endpoint: str  # the host that the connection is opened to
    # Whether a student in it is younger than 13; None: not known.
    is_under_13: bool | None = None


@dataclass(frozen=True, slots=True)
class Allowed:
    """It may leave."""

    recipient: Recipient


@dataclass(frozen=True, slots=True)
class Refused:
    """It may not; the reason says what the registry lacks."""

    reason: str


def check(request: Request, found: Recipient | None, today: date) -> Allowed | Refused:
    """Decide on one message; `found` is the recipient's row of the registry, None without one."""
    if found is None or found.recipient != request.recipient:
        return Refused(f"recipient {request.recipient} is not in the vendor registry")
    reason = _not_permitted(request, found)
    if reason is None and request.elements & ABOUT_STUDENTS:
        reason = _lacking(found, is_under_13=request.is_under_13, today=today)
    return Allowed(found) if reason is None else Refused(f"{found.recipient}: {reason}")


def permitted(wanted: Iterable[DataElement], found: Recipient | None) -> frozenset[DataElement]:
    """Those of the wanted elements that the recipient may have at all."""
    return frozenset(e for e in wanted if found is not None and e in found.elements)


def _not_permitted(request: Request, found: Recipient) -> str | None:
    """Why this message may never go there; None when it may."""
    missing = sorted(e for e in request.elements if e not in found.elements)
    no_endpoint = "the connection's host is no registered endpoint"
    if found.unusable:
        no_endpoint += f" ({', '.join(found.unusable)}: not counted, an endpoint is an IP address"
        no_endpoint += " or a host name of two labels or more)"
    checks = (
        (bool(request.elements), "the message does not say which data elements it holds"),
        (request.purpose in found.purposes, f"purpose {request.purpose} is not permitted"),
        (not missing, f"not permitted: {', '.join(missing)}"),
        (found.covers(request.endpoint), no_endpoint),
    )
    return next((reason for holds, reason in checks if not holds), None)


def _lacking(found: Recipient, *, is_under_13: bool | None, today: date) -> str | None:
    """Why no data of a student may go there today; None when it may."""
    checks = (
        (found.dpa_signed, "the DPA is not signed"),
        (_begun(found.dpa_date, today), "the DPA does not hold yet, or has no date"),
        (_holds(found.dpa_expiry, today), "the DPA has expired, or has no expiry date"),
        (found.soc2_verified, "the SOC 2 report is not verified"),
        (_holds(found.soc2_expiry, today), "the SOC 2 report has expired, or has no expiry date"),
        (found.ferpa_attestation, "there is no FERPA attestation"),
        (found.data_deletion_policy, "no deletion is agreed"),
        (found.state_privacy_compliant, "the state's privacy terms are not met"),
        (found.legal_basis is not None, "no legal basis is recorded"),
        (
            found.coppa_compliant or is_under_13 is False,
            "COPPA is not covered, and the student is under 13 or of unknown age",
        ),
    )
    return next((reason for holds, reason in checks if not holds), None)


def _begun(day: date | None, today: date) -> bool:
    return day is not None and day <= today


def _holds(last_day: date | None, today: date) -> bool:
    """Both agreements and reports still hold on their last day."""
    return last_day is not None and today <= last_day
