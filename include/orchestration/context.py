"""From Airflow's context to plain values: the run, its connections, its as-of date."""

from __future__ import annotations

import contextlib
import functools
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, ParamSpec, Protocol, TypeVar

from airflow.sdk import Asset, get_current_context
from airflow.sdk import Connection as AirflowConnection
from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException

from include.config import get_district
from include.connections import Connection
from include.errors import (
    AuthenticationError,
    ConfigError,
    DisclosureLogError,
    FeedError,
    FirstbellError,
    HostKeyError,
    LateAttendanceError,
    NeedsAttentionError,
    NotBuiltError,
    StaleReportError,
    TransformError,
    TransformInterruptedError,
    WatermarkError,
)
from include.orchestration import callbacks, days, ids
from include.run import Run, day_asked_for, today
from include.settings import Settings

# Waiting does not heal these: retries would only hide them for an hour.
PERMANENT = (
    ConfigError, AuthenticationError, HostKeyError, WatermarkError, FeedError, TransformError,
    NeedsAttentionError, LateAttendanceError, NotBuiltError, StaleReportError, DisclosureLogError,
)  # fmt: skip
# A kind of a permanent one that waiting does heal.
PASSING = (TransformInterruptedError,)

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")


def connect(conn_id: str) -> Connection:
    """One of Airflow's connections as plain data; raises ConfigError when it has none."""
    try:
        found = AirflowConnection.get(conn_id)
    except AirflowNotFoundException:
        raise ConfigError(
            f"connection {conn_id}",
            seen="Airflow has none of this name",
            expected="a connection for each system of the district",
            next_step="Add it (README, A district of your own), then clear the task.",
        ) from None
    return Connection(
        conn_id=conn_id,
        host=found.host,
        port=found.port,
        login=found.login,
        password=found.password,
        schema=found.schema,
        extra=found.extra_dejson,
    )


def run_of(district_code: str) -> Run:
    """The run that the running task belongs to."""
    context = get_current_context()
    district = get_district(district_code)
    params = context["params"]
    run = context["dag_run"]
    events = context.get("triggering_asset_events") or {}
    given = params.get("as_of_date")
    settings = Settings()
    # a run cleared the day after is still for its own day
    day = today(district, moment())
    if given:
        day = day_asked_for(
            district,
            date.fromisoformat(given),
            datetime.now(UTC),
            last_day=settings.last_day,
        )
    current = Run(
        district=district,
        as_of_date=day,
        run_id=str(run.run_id),
        full_refresh=bool(params.get("full_refresh", False)),
        release_parked=bool(params.get("release_parked", False)),
        connect=connect,
        settings=settings,
    )
    # Airflow may start a run by an event and list none
    if not given and (events or run.run_type == "asset_triggered"):
        current = replace(current, as_of_date=days.of_run(current, stage(), events))
    log.info("%s: as-of date %s", district_code, current.as_of_date)
    return current


def moment() -> datetime:
    """When the running task's run was due; a run cleared the day after still answers for then."""
    return get_current_context()["dag_run"].run_after or datetime.now(UTC)


def stage() -> str:
    """The stage of the running task, as the ledger of runs calls it."""
    return ids.parse(str(get_current_context()["dag_run"].dag_id)).ledger_stage


def only_these() -> list[str]:
    """The resources or groups that the running DAG was asked for; none: all."""
    return list(get_current_context()["params"].get("resources") or ())


class PullsXCom(Protocol):
    """The part of Airflow's task instance that is needed here."""

    def xcom_pull(self, task_ids: str, *, map_indexes: Iterable[int] = ...) -> Any: ...


def what_ended(instance: PullsXCom) -> tuple[dict[str, Any] | None, list[str]]:
    """The plan of the running ingest, None when it failed, and the groups that were loaded."""
    found = instance.xcom_pull(task_ids="plan") or None
    groups = instance.xcom_pull(task_ids="groups") or []
    counts = instance.xcom_pull(task_ids="load", map_indexes=range(len(groups))) if groups else []
    return found, [group for group, told in zip(groups, counts, strict=True) if told is not None]


def announce_ingest(asset: Asset, current: Run, *, rows: int, is_partial: bool = False) -> None:
    """Write down that an ingest brought something, and announce it."""
    from include import ingest

    ingest.end(current, stage(), brought=True, is_partial=is_partial)
    announce(asset, current, rows=rows)


def announce(asset: Asset, current: Run, **counts: int) -> None:
    """Give the event of a finished stage the as-of date, for whoever looks at it."""
    extra = get_current_context()["outlet_events"][asset].extra
    extra.update({"as_of_date": current.as_of_date.isoformat(), **counts})


def no_retry_when_pointless(work: Callable[P, R]) -> Callable[P, R]:
    """Fail at once, without retries, on errors that only a person can heal."""

    @functools.wraps(work)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return work(*args, **kwargs)
        except Exception as error:
            is_final = _is_final(error)
            _tell(error, is_final=is_final)
            if is_final:
                raise AirflowFailException(str(error)) from error
            raise

    return wrapper


def _tell(error: Exception, *, is_final: bool) -> None:
    """Log what broke where the task's log ends: what a callback says there is folded away."""
    with contextlib.suppress(RuntimeError):  # outside a task there is no log of it
        instance = get_current_context()["task_instance"]
        if is_final or instance.try_number > instance.max_tries:
            callbacks.tell(instance, error)
        else:
            callbacks.tell_attempt(instance, error)


def _is_final(error: Exception) -> bool:
    """Whether waiting does not heal it; errors of ml, which nothing here imports, say so."""
    if isinstance(error, FirstbellError):
        return isinstance(error, PERMANENT) and not isinstance(error, PASSING)
    return getattr(error, "is_final", False) is True
