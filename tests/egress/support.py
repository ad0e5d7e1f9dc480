"""What the egress tests share: a district with two channels, its reports, a clock to turn."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from demo.simulators import psa
from include import egress
from include.config import District
from include.connections import Connection
from include.egress.gate import DataElement
from include.egress.waiting_messages import Waiting
from include.run import Run

ROOT = Path(__file__).parents[2]
# A Wednesday; the district is in Chicago, where it is the morning of the same day.
NOW = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)
# What an alert of a student may hold.
ALL = frozenset(DataElement) - {DataElement.PIPELINE}
REGISTERED: dict[str, Any] = {
    "recipient": "microsoft_365",
    "vendor": "Test collaboration",
    "recipient_kind": "collaboration",
    "dpa_signed": True,
    "dpa_date": date(2026, 7, 1),
    "dpa_expiry": date(2027, 6, 30),
    "soc2_verified": True,
    "soc2_expiry": date(2027, 6, 30),
    "ferpa_attestation": True,
    "coppa_compliant": True,
    "data_deletion_policy": True,
    "state_privacy_compliant": True,
    "legal_basis": "school_official",
    "purposes": "early_warning_alert",
    "data_elements": "student_name enrollment early_warning_tier early_warning_reasons",
    "endpoints": "127.0.0.1",
}
DESK: dict[str, Any] = {
    "recipient": "msp_helpdesk",
    "vendor": "Test desk",
    "recipient_kind": "helpdesk",
    "dpa_signed": False,
    "soc2_verified": False,
    "ferpa_attestation": False,
    "coppa_compliant": False,
    "data_deletion_policy": False,
    "state_privacy_compliant": False,
    "purposes": "pipeline_health",
    "data_elements": "pipeline_status",
    "endpoints": "127.0.0.1",
}
_REPORTS = """
    create schema reporting;
    create schema marts;
    create table marts.dim_student (first_name text);
    create table reporting.rpt_vendor_registry (
        recipient text, vendor text, recipient_kind text, dpa_signed boolean, dpa_date date,
        dpa_expiry date, soc2_verified boolean, soc2_expiry date, ferpa_attestation boolean,
        coppa_compliant boolean, data_deletion_policy boolean, state_privacy_compliant boolean,
        legal_basis text, purposes text, data_elements text, endpoints text
    );
    create table reporting.rpt_data_readiness (as_of_date date);
    create table reporting.rpt_tier_crossings (
        crossing_key bigint, student_unique_id text, first_name text, last_surname text,
        school_id text, school_name text, grade_level text, is_under_13 boolean, tier text,
        previous_tier text, changed_on date, direction text, reasons text, cause text,
        as_of_date date
    );
    create table reporting.vw_student_risk_scores (
        student_unique_id text, rule_tier text, as_of_date date
    );
    create table reporting.rpt_tier_calibration (
        group_level text, rule_tier text, tier_rank integer
    );
    insert into reporting.rpt_tier_calibration values
        ('district', 'Low Risk', 1), ('district', 'Some Risk', 2), ('district', 'At Risk', 3),
        ('district', 'High Risk', 4), ('school', 'High Risk', 4);
    create table reporting.rpt_load_health (
        source text, entity text, last_status text, last_good_at timestamptz, last_error text,
        last_window text, as_of_date date
    );
    create table reporting.rpt_attendance_submission (
        school_id text, last_submitted_date date, submission_status text, as_of_date date
    );
"""


@dataclass
class Clock:
    """A clock that stands until somebody sleeps."""

    now: datetime = NOW
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


@dataclass
class House:
    """A warehouse with reports in the shape of dbt's, and the receivers."""

    dsn: str
    teams_url: str
    psa_url: str = "http://127.0.0.1:9"
    teams_extra: dict[str, Any] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)
    timeout_s: float = 5
    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    as_of: date = TODAY

    def district(self) -> District:
        common = {"timeout_s": self.timeout_s}
        given = {
            "counselors": {
                "kind": "teams", "connection": "teams", "recipient": "microsoft_365", **common,
            },
            "helpdesk": {
                "kind": "psa", "connection": "psa", "recipient": "msp_helpdesk", **common,
            },
        }  # fmt: skip
        for name, more in self.channels.items():
            given[name] = {**given.get(name, {}), **more}
        return District.model_validate(
            {
                "code": "test_district",
                "name": "Test District",
                "time_zone": "America/Chicago",
                "sources": {},
                "channels": given,
            }
        )

    def connect(self, conn_id: str) -> Connection:
        if conn_id == "teams":
            return Connection("teams", password=self.teams_url, extra=self.teams_extra)
        if conn_id == "psa":
            return Connection(
                "psa", host=self.psa_url, login=psa.LOGIN, password=psa.PASSWORD,
                extra={
                    "client_id": psa.CLIENT_ID, "company": "TestDistrict", "board": "Data",
                    "closed_status": psa.CLOSED,
                },
            )  # fmt: skip
        parts = urlsplit(self.dsn)
        return Connection(
            conn_id, host=parts.hostname, port=parts.port, login=unquote(parts.username or ""),
            password=unquote(parts.password or ""), schema=parts.path.lstrip("/"),
        )  # fmt: skip

    def night(self, run_id: str = "run-1") -> Run:
        return Run(
            district=self.district(), as_of_date=self.as_of, run_id=run_id, connect=self.connect
        )

    def enqueue_alerts(self, run_id: str = "run-1") -> dict[str, int]:
        return egress.enqueue_alerts(self.night(run_id), clock=self.clock)

    def enqueue_tickets(self) -> dict[str, int]:
        return egress.enqueue_tickets(self.night(), clock=self.clock)

    def send(self, **options: Any) -> dict[str, int]:
        return egress.send_due(self.night(), clock=self.clock, sleep=self.clock.sleep, **options)

    def waiting(self) -> list[Waiting]:
        return egress.waiting(self.night())

    def query(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        with psycopg.connect(self.dsn, autocommit=True, row_factory=dict_row) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def states(self) -> list[str]:
        return [row["state"] for row in self.query("select state from ops.outbox order by 1")]

    def insert(self, table: str, row: Mapping[str, Any]) -> None:
        statement = sql.SQL("insert into {} ({}) values ({})").format(
            sql.Identifier("reporting", table),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join([sql.Placeholder()] * len(row)),
        )
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(statement, list(row.values()))

    def register(self, row: Mapping[str, Any] = REGISTERED, **changes: Any) -> None:
        self.query("delete from reporting.rpt_vendor_registry where recipient = %s",
                   row["recipient"])  # fmt: skip
        self.insert("rpt_vendor_registry", {**row, **changes})

    def new_day(self, days: int = 1) -> None:
        """Another day's transformation has run: what it found is told by `cross`."""
        self.as_of += timedelta(days=days)
        self.clock.now += timedelta(days=days)
        self.query("delete from reporting.rpt_tier_crossings")
        for report in ("rpt_data_readiness", "vw_student_risk_scores"):
            self.query(f"update reporting.{report} set as_of_date = %s", self.as_of)

    def cross(self, number: int, **changes: Any) -> None:
        """A made-up student crosses to High Risk."""
        row = {
            "crossing_key": number,
            "student_unique_id": f"S{number:04}",
            "first_name": f"Testa{number}",
            "last_surname": f"Studentson{number}",
            "school_id": "255",
            "school_name": "Maple Middle",
            "grade_level": "07",
            "is_under_13": True,
            "tier": "High Risk",
            "previous_tier": "At Risk",
            "changed_on": self.as_of,
            "direction": "up",
            "reasons": "Absent 30 of 60 days; two courses with an F",
            "cause": "data",
            "as_of_date": self.as_of,
        }
        row.update(changes)
        self.insert("rpt_tier_crossings", row)
        self.stand(number, row["tier"])

    def fall(self, number: int, tier: str | None) -> None:
        """A student is better off than the crossing said, or has left: it is offered no more."""
        self.query(
            "delete from reporting.rpt_tier_crossings where student_unique_id = %s",
            f"S{number:04}",
        )
        self.stand(number, tier)

    def stand(self, number: int, tier: str | None) -> None:
        """The tier of a student as of today; None: the student has left."""
        student = f"S{number:04}"
        self.query(
            "delete from reporting.vw_student_risk_scores where student_unique_id = %s", student
        )
        if tier is not None:
            row = {"student_unique_id": student, "rule_tier": tier, "as_of_date": self.as_of}
            self.insert("vw_student_risk_scores", row)

    def feed(
        self, entity: str, status: str, *, last_good: datetime | None = None, **more: Any
    ) -> None:
        """How a feed stands now."""
        self.query("delete from reporting.rpt_load_health where entity = %s", entity)
        self.insert(
            "rpt_load_health",
            {
                "source": "edfi", "entity": entity, "last_status": status,
                "last_good_at": last_good, "as_of_date": self.as_of, **more,
            },
        )  # fmt: skip

    def school(self, school_id: str, status: str | None, *, last: date | None = None) -> None:
        """How a school stands with its attendance; None: it owes none."""
        self.query(
            "delete from reporting.rpt_attendance_submission where school_id = %s", school_id
        )
        if status is not None:
            self.insert(
                "rpt_attendance_submission",
                {
                    "school_id": school_id, "last_submitted_date": last,
                    "submission_status": status, "as_of_date": self.as_of,
                },
            )  # fmt: skip


def hook(name: str) -> str:
    """What dbt runs after each run to give a role its rights, from the macro itself."""
    text = (ROOT / f"dbt_project/macros/engine/{name}.sql").read_text(encoding="utf-8")
    found = re.search(rf"postgres__{name}\(\) -%\}}\n(.*?)\{{%- endmacro", text, re.DOTALL)
    assert found is not None
    return found.group(1)


def grant_roles(dsn: str) -> None:
    """Give the database's role of egress its rights, as dbt does after each run."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(hook("egress_access"))  # type: ignore[arg-type]


def build_reports(dsn: str, as_of: date = TODAY) -> None:
    """Create the reports that egress reads, and grant them."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(_REPORTS)
        connection.execute("insert into reporting.rpt_data_readiness values (%s)", (as_of,))
    grant_roles(dsn)


def text_of(card: Mapping[str, Any]) -> str:
    """All text of a card, a line per block."""
    return "\n".join("".join(run["text"] for run in block["inlines"]) for block in card["body"])


class Ticks:
    """A clock for the simulated webhook's own rate limit: a second per request."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now
