"""Which model of a district counts: that of the newest day, whenever it was trained."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from include.landing import prepare
from ml import registry
from ml.registry import Entry

NOON = datetime(2026, 11, 19, 12, tzinfo=UTC)
NEW, OLD = date(2026, 11, 19), date(2026, 6, 10)


@pytest.fixture
def connection(database_url: str) -> psycopg.Connection:
    prepare(database_url, [])
    return psycopg.connect(database_url, autocommit=True)


def entry(
    model_id: str, state: str, as_of: date, *, hours: int = 0, district_code: str = "maple_valley"
) -> Entry:
    """A decided model, trained so many hours after noon; a refused one says its own id."""
    is_refused = state == "refused"
    check = {"name": "c", "passed": not is_refused, "words": f"{model_id} failed."}
    return Entry(
        model_id=model_id, district_code=district_code, state=state,
        trained_at=NOON + timedelta(hours=hours), as_of_date=as_of, train_from=None, train_to=None,
        algorithm="logistic_regression", code_version="test", sklearn_version="1",
        feature_names=[], feature_hash="", metrics={}, gate={"checks": [check]}, card="",
        artefact=None if is_refused else b"{}", artefact_sha256=None if is_refused else "0",
        artefact_format=None,
    )  # fmt: skip


def write(connection: psycopg.Connection, *entries: Entry) -> list[str]:
    """Register the models in this order; the states as they were stored at the time."""
    return [
        registry.write(connection, one, [], card=lambda stored: stored.state).state
        for one in entries
    ]


def states(connection: psycopg.Connection) -> dict[str, str]:
    return dict(connection.execute("select model_id, state from ml.models").fetchall())


def test_the_model_of_a_later_day_retires_the_one_before(connection: psycopg.Connection) -> None:
    write(connection, entry("june", "champion", OLD), entry("november", "champion", NEW, hours=1))
    assert states(connection) == {"june": "retired", "november": "champion"}


def test_a_later_refusal_retires_the_model_before(connection: psycopg.Connection) -> None:
    write(connection, entry("june", "champion", OLD), entry("november", "refused", NEW, hours=1))
    assert states(connection) == {"june": "retired", "november": "refused"}
    found, why = registry.published(connection, district_code="maple_valley")
    assert (found, why) == (None, "No model is published: november failed.")


def test_the_same_day_trained_again_replaces_its_model(connection: psycopg.Connection) -> None:
    write(connection, entry("first", "champion", NEW), entry("second", "champion", NEW, hours=1))
    assert states(connection) == {"first": "retired", "second": "champion"}


@pytest.mark.parametrize(
    ("verdict", "stored"), [("champion", "retired"), ("refused", "refused")],
    ids=["passed", "refused"],
)  # fmt: skip
def test_an_older_day_trained_again_leaves_the_newest_model(
    connection: psycopg.Connection, verdict: str, stored: str
) -> None:
    kept = write(
        connection, entry("november", "champion", NEW), entry("june", verdict, OLD, hours=1)
    )
    assert kept == ["champion", stored]
    assert states(connection) == {"november": "champion", "june": stored}
    found, _ = registry.published(connection)
    assert found is not None
    assert found.model_id == "november"


def test_an_older_day_trained_again_does_not_undo_a_refusal(
    connection: psycopg.Connection,
) -> None:
    write(connection, entry("november", "refused", NEW), entry("june", "champion", OLD, hours=1))
    assert states(connection) == {"november": "refused", "june": "retired"}
    write(connection, entry("may", "refused", OLD, hours=2))
    found, why = registry.published(connection)
    assert (found, why) == (None, "No model is published: november failed.")


def test_a_cleared_run_of_a_retired_model_keeps_it_retired(connection: psycopg.Connection) -> None:
    june = entry("june", "champion", OLD)
    write(connection, june, entry("november", "champion", NEW, hours=1), june)
    assert states(connection) == {"june": "retired", "november": "champion"}


def test_a_model_that_a_person_retired_stands_in_nobodys_way(
    connection: psycopg.Connection,
) -> None:
    write(connection, entry("of_a_wrong_day", "champion", date(2027, 11, 19)))
    connection.execute("update ml.models set state = 'retired'")
    write(connection, entry("november", "champion", NEW, hours=1))
    assert states(connection)["november"] == "champion"


def test_another_district_has_models_of_its_own(connection: psycopg.Connection) -> None:
    other = entry("other", "champion", OLD, hours=1, district_code="grand_bend")
    write(connection, entry("november", "champion", NEW), other)
    assert states(connection) == {"november": "champion", "other": "champion"}


def test_the_newest_model_is_that_of_the_newest_day(connection: psycopg.Connection) -> None:
    write(connection, entry("november", "refused", NEW), entry("june", "refused", OLD, hours=1))
    assert registry.get(connection, None).model_id == "november"


def test_the_card_is_written_of_the_model_as_it_is_stored(connection: psycopg.Connection) -> None:
    write(connection, entry("november", "champion", NEW), entry("june", "champion", OLD, hours=1))
    assert registry.get(connection, "june").card == "retired"
