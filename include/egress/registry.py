"""The vendor registry as the warehouse publishes it: reporting.rpt_vendor_registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import dict_row

from include.egress.address import is_endpoint, is_host


@dataclass(frozen=True, slots=True)
class Recipient:
    """One row: the agreement with a recipient, and what may be sent there. Null is no."""

    recipient: str
    vendor: str
    dpa_signed: bool = False
    dpa_date: date | None = None
    dpa_expiry: date | None = None
    soc2_verified: bool = False
    soc2_expiry: date | None = None
    ferpa_attestation: bool = False
    coppa_compliant: bool = False
    data_deletion_policy: bool = False
    state_privacy_compliant: bool = False
    legal_basis: str | None = None
    purposes: frozenset[str] = frozenset()
    elements: frozenset[str] = frozenset()
    endpoints: frozenset[str] = frozenset()

    def covers(self, host: str) -> bool:
        """Whether the host is one of the endpoints, or a subdomain of one written `*.name`."""
        host = host.lower()
        return is_host(host) and any(
            host.endswith(known[1:]) if known.startswith("*.") else host == known
            for known in self.endpoints
            if is_endpoint(known)
        )

    @property
    def unusable(self) -> list[str]:
        """What stands among the endpoints and cannot be one; it covers nothing."""
        return sorted(known for known in self.endpoints if not is_endpoint(known))


def read(connection: psycopg.Connection, recipient: str) -> Recipient | None:
    """The recipient's row as it stands; None without one, or when the registry was never built."""
    with connection.cursor(row_factory=dict_row) as cursor:
        try:
            row = cursor.execute(
                "select * from reporting.rpt_vendor_registry where recipient = %s", (recipient,)
            ).fetchone()
        except psycopg.errors.UndefinedTable:
            return None
    return None if row is None else from_row(row)


def from_row(row: Mapping[str, Any]) -> Recipient:
    """One row as a Recipient."""
    return Recipient(
        recipient=row["recipient"],
        vendor=row["vendor"],
        dpa_signed=bool(row["dpa_signed"]),
        dpa_date=row["dpa_date"],
        dpa_expiry=row["dpa_expiry"],
        soc2_verified=bool(row["soc2_verified"]),
        soc2_expiry=row["soc2_expiry"],
        ferpa_attestation=bool(row["ferpa_attestation"]),
        coppa_compliant=bool(row["coppa_compliant"]),
        data_deletion_policy=bool(row["data_deletion_policy"]),
        state_privacy_compliant=bool(row["state_privacy_compliant"]),
        legal_basis=row["legal_basis"],
        purposes=_words(row["purposes"]),
        elements=_words(row["data_elements"]),
        endpoints=frozenset(word.lower() for word in _words(row["endpoints"])),
    )


def _words(text: str | None) -> frozenset[str]:
    return frozenset((text or "").split())
