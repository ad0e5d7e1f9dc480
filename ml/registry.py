"""The registry in schema `ml`: models with verdict and card, their evaluations, predictions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass, fields, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import psycopg
from psycopg.types.json import Jsonb

from ml.errors import ArtefactError
from ml.figure import Row

if TYPE_CHECKING:
    from ml.splits import Boundaries


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of ml.models; the artefact is absent where nothing could be trained."""

    model_id: str
    district_code: str
    state: str
    trained_at: datetime
    as_of_date: date
    train_from: date | None
    train_to: date | None
    algorithm: str | None
    code_version: str
    sklearn_version: str
    feature_names: list[str]
    feature_hash: str
    metrics: dict[str, object]
    gate: dict[str, object]
    card: str
    artefact: bytes | None
    artefact_sha256: str | None
    artefact_format: str | None

    @property
    def boundaries(self) -> Boundaries:
        """Where the model's history was cut in time."""
        # here, because it loads pandas, which who only asks what is published does not need
        from ml.splits import Boundaries

        kept = self.metrics["boundaries"]
        assert isinstance(kept, dict)
        return Boundaries.of(kept)

    @property
    def seats(self) -> int | None:
        """Students the district could support at one time, as the training was told."""
        seats = self.metrics.get("seats")
        return seats if isinstance(seats, int) else None


_COLUMNS = ", ".join(field.name for field in fields(Entry))
_VALUES = ", ".join(["%s"] * len(fields(Entry)))
_RENEWED = ", ".join(
    f"{field.name} = excluded.{field.name}" for field in fields(Entry) if field.name != "model_id"
)
_JSON = {"feature_names", "metrics", "gate"}


def write(
    connection: psycopg.Connection, entry: Entry, rows: Iterable[Row], *,
    card: Callable[[Entry], str],
) -> Entry:  # fmt: skip
    """Store a model with its evaluations, and return it in the state in which it was stored.

    Of a district's models the one of the newest as-of date counts, whenever it was trained. A
    refusal retires the model before it as well: what passed on older data has just failed on
    newer. A training of an older day touches no other model: it is stored as refused, or as
    retired if it passed. Repeating a training renews its row.
    """
    with connection.transaction():
        # two trainings at once would both retire the same champion and then collide
        connection.execute("lock table ml.models in share row exclusive mode")
        if entry.state == "champion" and _is_outranked(connection, entry):
            entry = replace(entry, state="retired")
        entry = replace(entry, card=card(entry))
        connection.execute(
            "update ml.models set state = 'retired' where district_code = %s"
            " and state = 'champion' and model_id <> %s and as_of_date <= %s",
            (entry.district_code, entry.model_id, entry.as_of_date),
        )
        values = [
            Jsonb(value) if field.name in _JSON else value
            for field, value in zip(fields(Entry), astuple(entry), strict=True)
        ]
        connection.execute(
            f"insert into ml.models ({_COLUMNS}) values ({_VALUES})"  # noqa: S608  (our own names)
            f" on conflict (model_id) do update set {_RENEWED}",
            values,
        )
        write_evaluations(connection, entry.model_id, rows, split=None)
    return entry


def _is_outranked(connection: psycopg.Connection, entry: Entry) -> bool:
    """Whether a model of a later day was decided; one that a person retired decides no more."""
    found = connection.execute(
        "select from ml.models where district_code = %s and as_of_date > %s and model_id <> %s"
        " and state in ('champion', 'refused') limit 1",
        (entry.district_code, entry.as_of_date, entry.model_id),
    )
    return found.fetchone() is not None


def write_evaluations(
    connection: psycopg.Connection, model_id: str, rows: Iterable[Row], *, split: str | None
) -> None:
    """Store evaluations instead of those of one split; None: of all."""
    connection.execute(
        "delete from ml.evaluations where model_id = %(model)s"
        " and (%(split)s::text is null or split = %(split)s)",
        {"model": model_id, "split": split},
    )
    names = ", ".join(field.name for field in fields(Row))
    command = f"copy ml.evaluations (model_id, {names}) from stdin"
    with connection.cursor().copy(command) as copy:
        for row in rows:
            copy.write_row((model_id, *astuple(row)))


def published(
    connection: psycopg.Connection, *, district_code: str | None = None
) -> tuple[Entry | None, str | None]:
    """The champion, or None with the reason in words."""
    found = _entries(
        connection,
        "where (%(district)s::text is null or district_code = %(district)s)"
        " order by (state = 'champion') desc, as_of_date desc, trained_at desc, model_id limit 1",
        district_code,
    )
    if not found:
        return None, "No model has been trained for this district yet."
    if found[0].state == "champion":
        return found[0], None
    latest = _entries(
        connection,
        "where (%(district)s::text is null or district_code = %(district)s)"
        " and state = 'refused' order by as_of_date desc, trained_at desc, model_id limit 1",
        district_code,
    )
    words = refusal(latest[0]) if latest else "it was retired"
    return None, f"No model is published: {words}"


def refusal(entry: Entry) -> str:
    """The reasons of a refused model, in one line."""
    checks = entry.gate.get("checks", [])
    assert isinstance(checks, list)
    return " ".join(check["words"] for check in checks if not check["passed"])


def get(connection: psycopg.Connection, model_id: str | None) -> Entry:
    """A model by id, or that of the newest day."""
    found = _entries(
        connection,
        "where (%(district)s::text is null or model_id = %(district)s)"
        " order by as_of_date desc, trained_at desc, model_id limit 1",
        model_id,
    )
    if not found:
        raise ArtefactError(
            "registry",
            seen=f"no model {model_id}" if model_id else "no model at all",
            expected="a trained model",
            next_step="Train one: python -m ml train --as-of <date>.",
        )
    return found[0]


def evaluations(connection: psycopg.Connection, model_id: str, split: str) -> list[Row]:
    """The stored figures of a model."""
    names = ", ".join(field.name for field in fields(Row))
    found = connection.execute(
        f"select {names} from ml.evaluations where model_id = %s and split = %s"  # noqa: S608
        " order by group_name, group_value, outcome, subject, metric",
        (model_id, split),
    )
    return [Row(*values) for values in found]


def replace_predictions(
    connection: psycopg.Connection, as_of: date, rows: Sequence[tuple[object, ...]]
) -> None:
    """Store the predictions of a date instead of those that were there."""
    with connection.transaction():
        connection.execute(
            "select pg_advisory_xact_lock(hashtextextended('ml.predictions', %s))",
            (as_of.toordinal(),),
        )
        connection.execute("delete from ml.predictions where as_of_date = %s", (as_of,))
        command = (
            "copy ml.predictions (student_key, as_of_date, model_id, probability,"
            " probability_fails_course, probability_becomes_chronic, ml_tier, reasons,"
            " predicted_at) from stdin"
        )
        with connection.cursor().copy(command) as copy:
            for row in rows:
                copy.write_row(row)


def _entries(connection: psycopg.Connection, tail: str, key: str | None) -> list[Entry]:
    query = f"select {_COLUMNS} from ml.models {tail}"  # noqa: S608  (texts of this module)
    found = connection.execute(query, {"district": key})
    return [Entry(*values) for values in found]
