"""What dbt 1.11 does for its developers at the cost of each command, left out of ours."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Objects made before Python looks for garbage among the youngest; its own default is 700.
_OBJECTS_BETWEEN_COLLECTIONS = 200_000


@contextmanager
def unhindered() -> Iterator[None]:
    """Let dbt run for the time of a `with` block without four costs that serve nobody.

    It holds the parsed project, millions of objects, to the end of its command: looking for
    garbage among them took a tenth of a build's processor time.

    For each of its 13 behavior flags it goes through the call stack, in search of the module that
    may stand in a warning. For each frame without a file (`python -m` makes two) that search goes
    through all modules, three times: 0.2 seconds per command under Airflow.

    For each node it opens a session and closes it (`_sessions_kept`).

    It puts into words what it does, some thirty times a node, and only then asks who listens
    (`_words_spared`).
    """
    from dbt_common.behavior_flags import BehaviorFlagRendered

    before = gc.get_threshold()
    search = vars(BehaviorFlagRendered)["_default_source"]
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, 50, 50)
    BehaviorFlagRendered._default_source = staticmethod(lambda: "dbt")  # type: ignore[method-assign]
    try:
        with _sessions_kept(), _words_spared():
            yield
    finally:
        gc.set_threshold(*before)
        BehaviorFlagRendered._default_source = search  # type: ignore[method-assign]


@contextmanager
def _words_spared() -> Iterator[None]:
    """Tell dbt's loggers of an event only where one of them writes events of its level.

    Each was made a message, and for the log file a line with its secrets taken out, before that
    file's level was looked at.
    """
    from dbt_common.events.base_types import BaseEvent, EventLevel
    from dbt_common.events.event_manager import EventManager
    from dbt_common.events.logger import PRINT_EVENT_NAMES

    # in this order; dbt has no number for them
    levels = list(EventLevel)
    tell = vars(EventManager)["fire_event"]

    def tell_who_listens(
        manager: EventManager,
        e: BaseEvent,
        level: EventLevel | None = None,
        node: Any = None,
        force_warn_or_error_handling: bool = False,
    ) -> None:
        its = levels.index(EventLevel(level or e.level_tag()))
        # what is at least a warning may be made an error, and dbt's own callback counts some
        if (
            its >= levels.index(EventLevel.WARN)
            or force_warn_or_error_handling
            # what a command was asked for, as `ls --quiet` is: printed whatever the level
            or type(e).__name__ in PRINT_EVENT_NAMES
            or any(its >= levels.index(logger.level) for logger in manager.loggers)
        ):
            tell(manager, e, level, node, force_warn_or_error_handling)

    EventManager.fire_event = tell_who_listens  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        EventManager.fire_event = tell  # type: ignore[method-assign]


@contextmanager
def _sessions_kept() -> Iterator[None]:
    """Let the nodes of a command take over each other's sessions on the warehouse.

    To log in and to learn the catalog anew costs ten milliseconds of processor time, half of them
    the warehouse's, and a night has six hundred nodes. What a node has set in its session, or made
    there for a while, is discarded before the next one gets it; one that has ended is passed over.
    """
    from dbt.adapters.contracts.connection import ConnectionState
    from dbt.adapters.postgres import connections
    from dbt.adapters.postgres.connections import PostgresConnectionManager as Manager

    # dbt's driver, which is none of our dependencies
    failure = connections.psycopg2.Error
    opened = vars(Manager)["open"]
    free: list[Any] = []

    def keep(connection: Any) -> None:
        # none where no session could be opened
        if connection.handle is not None:
            free.append(connection.handle)

    def take(connection: Any) -> Any:
        while connection.state != ConnectionState.OPEN:
            try:
                session = free.pop()
            except IndexError:
                return opened.__get__(None, Manager)(connection)
            if _is_as_new(session):
                connection.handle, connection.state = session, ConnectionState.OPEN
        return connection

    def _is_as_new(session: Any) -> bool:
        try:
            session.rollback()
            session.autocommit = True
            with session.cursor() as cursor:
                cursor.execute("discard all")
            session.autocommit = False
        except failure:
            return False
        return True

    Manager._close_handle, Manager.open = staticmethod(keep), staticmethod(take)
    try:
        yield
    finally:
        Manager.open = opened
        del Manager._close_handle
        for session in free:
            with contextlib.suppress(failure):
                session.close()
