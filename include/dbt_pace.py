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
    """Let dbt run for the time of a `with` block without six costs that serve nobody.

    It holds the parsed project, millions of objects, to the end of its command: looking for
    garbage among them took a tenth of a build's processor time.

    For each of its 13 behavior flags it goes through the call stack, in search of the module that
    may stand in a warning. For each frame without a file (`python -m` makes two) that search goes
    through all modules, three times: 0.2 seconds per command under Airflow.

    For each node it opens a session and closes it (`_sessions_kept`).

    It puts into words what it does, some thirty times a node, and only then asks who listens
    (`_words_spared`, `_messages_made_late`).

    For each node it binds every macro anew, one by one (`_macros_bound_at_once`).
    """
    from dbt_common.behavior_flags import BehaviorFlagRendered

    before = gc.get_threshold()
    search = vars(BehaviorFlagRendered)["_default_source"]
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, 50, 50)
    BehaviorFlagRendered._default_source = staticmethod(lambda: "dbt")  # type: ignore[method-assign]
    try:
        with _sessions_kept(), _words_spared(), _messages_made_late(), _macros_bound_at_once():
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
def _messages_made_late() -> Iterator[None]:
    """Let dbt's events make their message when somebody reads it: nine in ten are never read.

    A message was made of each, field by field, before it was asked who listens.
    """
    from dbt_common.events.base_types import BaseEvent

    of_event = vars(BaseEvent)
    make, read, write = (of_event[f"__{name}__"] for name in ("init", "getattr", "setattr"))

    def keep(event: BaseEvent, *arguments: Any, **fields: Any) -> None:
        vars(event)["_given"] = arguments, fields

    # asked for what the event itself has not, so for its message before that is made
    def read_of_message(event: BaseEvent, name: str) -> Any:
        given = vars(event).pop("_given", None)
        if given is not None:
            arguments, fields = given
            make(event, *arguments, **fields)
        return vars(event)["pb_msg"] if name == "pb_msg" else read(event, name)

    def write_to_message(event: BaseEvent, name: str, value: Any) -> None:
        if name != "pb_msg" and "_given" in vars(event):
            read_of_message(event, "pb_msg")
        write(event, name, value)

    BaseEvent.__init__ = keep  # type: ignore[method-assign,assignment]
    BaseEvent.__getattr__ = read_of_message  # type: ignore[method-assign]
    BaseEvent.__setattr__ = write_to_message  # type: ignore[method-assign]
    try:
        yield
    finally:
        BaseEvent.__init__ = make  # type: ignore[method-assign]
        BaseEvent.__getattr__ = read  # type: ignore[method-assign]
        BaseEvent.__setattr__ = write  # type: ignore[method-assign]


@contextmanager
def _macros_bound_at_once() -> Iterator[None]:
    """Let dbt bind the macros that a node may call by package, and put them into one table.

    For each node, and for each of its calls of the adapter, it binds some 600 macros by a call
    each and looks each of them up in five tables: a millisecond of processor time, now a fifth.
    """
    from dbt.clients.jinja import MacroGenerator
    from dbt.context.macros import FlatNamespace, MacroNamespace, MacroNamespaceBuilder
    from dbt.contracts.graph.nodes import Macro
    from dbt.include.global_project import PROJECT_NAME

    one_by_one = vars(MacroNamespaceBuilder)["build_namespace"]

    class Table(dict[str, Any]):
        """All names that a node may say, as MacroNamespace finds them."""

        packages: dict[str, FlatNamespace]
        global_project_namespace: FlatNamespace
        get_from_package = MacroNamespace.get_from_package

    def build(
        builder: MacroNamespaceBuilder,
        macros_by_package: dict[str, dict[str, Macro]],
        ctx: dict[str, Any],
    ) -> Table:
        bound: dict[str, FlatNamespace] = {}
        for package, macros in macros_by_package.items():
            names = bound[package] = {}
            for name, macro in macros.items():
                caller = names[name] = MacroGenerator.__new__(MacroGenerator)
                caller.macro, caller.context = macro, ctx
                caller.node, caller.stack = builder.node, builder.thread_ctx
        of_dbt: FlatNamespace = {}
        for package in reversed(builder.internal_package_names_order):
            of_dbt.update(bound.pop(package, {}))
        # what is found first is put in last
        table = Table(of_dbt)
        table[PROJECT_NAME] = of_dbt
        table.update(bound)
        table.update(bound.get(builder.root_package, {}))
        table.update(bound.get(builder.search_package, {}))
        table.packages, table.global_project_namespace = bound, of_dbt
        return table

    MacroNamespaceBuilder.build_namespace = build
    try:
        yield
    finally:
        MacroNamespaceBuilder.build_namespace = one_by_one


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
