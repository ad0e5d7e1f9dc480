"""`python -m ml train|evaluate|predict|card`; the database comes from FIRSTBELL_ML_DSN."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from ml import card as cards
from ml import monitoring, prediction, registry, store, training
from ml.catalog import DISTRICT
from ml.errors import MlError
from ml.policy import Policy
from ml.session import session

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)

AsOf = Annotated[datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], help="the run's date")]
District = Annotated[str | None, typer.Option("--district", help="code of the district")]
PolicyFile = Annotated[Path | None, typer.Option("--policy", help="YAML file of ml.policy.Policy")]
Seats = Annotated[
    int | None,
    typer.Option("--seats", min=1, help="students the district can support at one time"),
]
ModelId = Annotated[str | None, typer.Option("--model", help="id of a model; default: the newest")]


@app.command()
def train(
    as_of: AsOf,
    district: Annotated[str, typer.Option("--district", help="code of the district")],
    policy: PolicyFile = None,
    seats: Seats = None,
) -> None:
    """Train on what is known by a date; publish the model if the gate lets it."""
    with _told():
        chosen = Policy.read(policy)
        if seats is not None:
            chosen = chosen.model_copy(update={"seats": seats})
        result = training.train(
            _dsn(), _day(as_of), district,
            os.environ.get("FIRSTBELL_CODE_VERSION", "unknown"), policy=chosen,
        )  # fmt: skip
    _say(f"{result.model_id}: {result.state}")
    for reason in result.reasons:
        _say(f"- {reason}")
    for name, value in result.figures.items():
        _say(f"{name:<42} {'–' if value is None else format(value, '.3f')}")


@app.command()
def evaluate(as_of: AsOf, model: ModelId = None, policy: PolicyFile = None) -> None:
    """Measure a model again on what nobody knew when it was trained."""
    with _told():
        result = monitoring.evaluate(
            _dsn(), _day(as_of), model_id=model, policy=Policy.read(policy)
        )
        with session(_dsn()) as connection:
            entry = registry.get(connection, result.model_id)
    if result.reason:
        _say(result.reason)
        return
    _say(cards.text(entry, result.rows, DISTRICT))


@app.command()
def predict(as_of: AsOf, district: District = None) -> None:
    """Predict for everyone enrolled on a date, with the published model."""
    with _told():
        result = prediction.predict(_dsn(), _day(as_of), district_code=district)
    if result.reason:
        _say(result.reason)
    _say(f"{result.count} predictions as of {as_of:%Y-%m-%d}, model {result.model_id or 'none'}")


@app.command()
def card(model: ModelId = None) -> None:
    """Print a model's card."""
    with _told(), session(_dsn()) as connection:
        _say(registry.get(connection, model).card)


def _day(as_of: datetime) -> date:
    """The day that somebody typed; one that has not come would stand above all until it does.

    Simulated days may be ahead of the clock: those that have features are there.
    """
    asked, today = as_of.date(), datetime.now(UTC).date()
    if asked <= today:
        return asked
    with session(_dsn()) as connection:
        newest = max(today, store.newest_day(connection) or today)
    if asked > newest:
        raise MlError(
            f"--as-of {asked}",
            seen="a day that has not come",
            expected=f"a day up to {newest}",
            next_step="Correct the day; nothing was stored.",
        )
    return asked


def _dsn() -> str:
    dsn = os.environ.get("FIRSTBELL_ML_DSN")
    if not dsn:
        raise MlError(
            "python -m ml",
            seen="FIRSTBELL_ML_DSN is not set",
            expected="the warehouse's connection string",
            next_step="Set it in the environment; it never belongs on a command line.",
        )
    return dsn


@contextmanager
def _told() -> Iterator[None]:
    """Errors of ours as one line and status 1, others as they are."""
    try:
        yield
    except MlError as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(1) from None


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
