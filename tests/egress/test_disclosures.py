"""The disclosure log cannot be changed, dated back or emptied without the next check seeing it."""

from __future__ import annotations

import logging
from importlib import import_module
from urllib.parse import urlsplit

import psycopg
import pytest

from include import egress, reporting_access
from include.egress.session import session
from include.errors import DisclosureLogError, StorageError
from tests.egress.support import ALL, REGISTERED, House


@pytest.fixture
def told(house: House) -> House:
    """Two messages have left: four rows."""
    for number in (1, 2):
        house.cross(number)
    house.enqueue_alerts()
    house.send()
    assert len(house.query("select * from ops.disclosures")) == 4
    return house


def tamper(house: House, *statements: str) -> None:
    """What the log's owner could do: put its trigger to sleep first."""
    with psycopg.connect(house.dsn, autocommit=True) as owner:
        owner.execute("alter table ops.disclosures disable trigger user")
        for statement in statements:
            owner.execute(statement)  # type: ignore[arg-type]
        owner.execute("alter table ops.disclosures enable trigger user")


def test_a_whole_chain_is_told_with_its_last_hash(
    told: House, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        egress.check(told.night())
    last = told.query("select row_hash from ops.disclosures order by position desc limit 1")
    assert f"disclosure log whole, 4 rows, last hash {last[0]['row_hash']}" in caplog.text


@pytest.mark.parametrize(
    ("statement", "seen"),
    [
        ("update ops.disclosures set vendor = 'x' where position = 2", "row 2 is not as it was"),
        ("update ops.disclosures set at = at - interval '1 day' where position = 3", "row 3 is"),
        ("update ops.disclosures set student_unique_ids = '{}' where position = 4", "row 4 is"),
        ("delete from ops.disclosures where position in (2, 3)", "rows 2 to 3 are gone"),
        ("delete from ops.disclosures where position = 1", "rows 1 to 1 are gone"),
        ("delete from ops.disclosures where position > 2", "no row about 1 messages"),
        ("delete from ops.disclosures", "no row about 2 messages"),
        ("truncate ops.disclosures", "no row about 2 messages"),
        (
            "delete from ops.disclosures where position = 2;"
            " update ops.disclosures set position = position - 1 where position > 2",
            "row 2 is not as it was",
        ),
    ],
)
def test_the_check_says_where_the_chain_broke(told: House, statement: str, seen: str) -> None:
    tamper(told, statement)
    with pytest.raises(DisclosureLogError, match=seen) as raised:
        egress.check(told.night())
    assert "S000" not in str(raised.value)


def test_a_row_that_was_slipped_in_is_seen(told: House) -> None:
    tamper(
        told,
        "insert into ops.disclosures (outbox_id, event, at, actor, run_id, recipient, vendor,"
        " channel, purpose, data_elements, student_count, student_unique_ids, payload_sha256,"
        " position, previous_hash, row_hash) select outbox_id, event, at, actor, run_id, recipient,"
        " vendor, channel, purpose, data_elements, student_count, student_unique_ids,"
        " payload_sha256, 5, row_hash, row_hash from ops.disclosures where position = 4",
    )
    with pytest.raises(DisclosureLogError, match="row 5 is not as it was"):
        egress.check(told.night())


def test_who_wrote_a_row_and_when_is_the_servers_word(told: House) -> None:
    with psycopg.connect(told.dsn) as owner:
        owner.execute(
            "insert into ops.disclosures (outbox_id, event, at, actor, run_id, recipient, vendor,"
            " channel, purpose, data_elements, student_count, student_unique_ids, payload_sha256,"
            " position, logged_at, logged_by, previous_hash, row_hash)"
            " values (1, 'accepted', '2020-01-01', 'nobody', 'r', 'r', 'v', 'c', 'p', '{}', 0,"
            " '{}', 'h', 77, '2020-01-01', 'nobody', 'x', 'y')"
        )
        row = owner.execute(
            "select position, logged_at > now() - interval '1 hour', logged_by = session_user"
            " from ops.disclosures order by position desc limit 1"
        ).fetchone()
    assert row == (5, True, True)
    egress.check(told.night())


@pytest.mark.parametrize(
    "columns", ["disclosure_id", "position", "logged_at", "logged_by", "previous_hash", "row_hash"]
)
def test_the_role_of_egress_cannot_choose_them(told: House, columns: str) -> None:
    with pytest.raises(StorageError, match="SQLSTATE 42501"):
        with session(told.dsn) as connection:
            connection.execute(
                f"insert into ops.disclosures ({columns}) overriding system value values (null)"  # type: ignore[arg-type]
            )


def test_the_warehouses_login_is_no_owner_after_the_command(
    told: House, caplog: pytest.LogCaptureFixture
) -> None:
    name = urlsplit(told.dsn).path.lstrip("/")
    login = f"{name}_login"
    told.cross(3)
    with psycopg.connect(told.dsn, autocommit=True) as admin:
        admin.execute(f"create role {login} login password 'x'")  # type: ignore[arg-type]
        admin.execute(f"grant {name}_egress to {login}")  # type: ignore[arg-type]
        # as the migrations of that login leave it
        admin.execute(f"alter table ops.disclosures owner to {login}")  # type: ignore[arg-type]
    superuser, told.dsn = (
        told.dsn,
        told.dsn.replace(told.dsn.split("//")[1].split("@")[0], f"{login}:x"),
    )
    try:
        egress.check(told.night())
        assert f"the disclosure log belongs to {login}" in caplog.text
        caplog.clear()
        reporting_access.prepare(told.district(), login, superuser)
        egress.check(told.night())
        assert "the disclosure log belongs to" not in caplog.text
        for statement in ("alter table ops.disclosures disable trigger user",
                          "delete from ops.disclosures"):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                told.query(statement)
        told.enqueue_alerts()
        assert told.send()["sent"] == 1
        egress.check(told.night())
    finally:
        told.dsn = superuser
        with psycopg.connect(superuser, autocommit=True) as admin:
            admin.execute(f"drop owned by {login}")  # type: ignore[arg-type]
            admin.execute(f"drop role {login}")  # type: ignore[arg-type]


def test_a_log_of_before_is_chained_as_it_stands(told: House) -> None:
    migration = import_module("include.landing.migrations.versions.0008_disclosure_chain")
    with psycopg.connect(told.dsn, autocommit=True) as owner:
        owner.execute("drop trigger disclosures_chain on ops.disclosures")
        owner.execute("drop function ops.disclosures_chain")
        owner.execute("drop function ops.disclosure_hash")
        owner.execute(
            "alter table ops.disclosures drop position, drop logged_at, drop logged_by,"
            " drop previous_hash, drop row_hash,"
            " alter disclosure_id set generated by default"
        )
        for statement in migration._UP:
            owner.execute(statement)
    egress.check(told.night())
    tamper(told, "update ops.disclosures set vendor = 'x' where position = 2")
    with pytest.raises(DisclosureLogError, match="row 2 is not"):
        egress.check(told.night())


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
