"""A dbt command runs without costs that serve nobody, and leaves everything as it was."""

from __future__ import annotations

import gc
import inspect
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from dbt.adapters.contracts.connection import Connection
from dbt.adapters.postgres.connections import PostgresConnectionManager, PostgresCredentials
from dbt.clients.jinja import MacroStack
from dbt.context.macros import MacroNamespaceBuilder
from dbt_common.behavior_flags import BehaviorFlag, BehaviorFlagRendered
from dbt_common.events import base_types, event_manager
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.types import Note

from include import dbt_command
from include.dbt_pace import unhindered
from tests.transform.conftest import NightOf

PID = "{{ config(materialized='table') }} select pg_backend_pid() as pid"

FLAG: BehaviorFlag = {"name": "a_flag", "default": True, "docs_url": "https://docs.example.org"}
During = Callable[[Callable[[], object]], list[object]]


@pytest.fixture
def during(database_url: str, night_of: NightOf, monkeypatch: pytest.MonkeyPatch) -> During:
    """What a function returns while a command runs, which then fails."""

    def look(at: Callable[[], object]) -> list[object]:
        seen: list[object] = []

        def fail(*arguments: object, **options: object) -> None:
            seen.append(at())
            raise RuntimeError

        monkeypatch.setattr(dbt_command, "_outcome", fail)
        with pytest.raises(RuntimeError):
            dbt_command.invoke(night_of(database_url), ["build"])
        return seen

    return look


def test_garbage_is_looked_for_seldom_during_a_command_and_as_before_after_it(
    during: During,
) -> None:
    before = gc.get_threshold()
    [threshold] = during(lambda: gc.get_threshold()[0])
    assert isinstance(threshold, int)
    assert threshold > 100 * before[0]
    assert gc.get_threshold() == before


def test_no_command_goes_through_its_call_stack_for_the_name_in_a_warning(
    during: During, monkeypatch: pytest.MonkeyPatch
) -> None:
    walks: list[object] = []
    real = inspect.stack

    def stack(context: int = 1) -> Any:
        walks.append(context)
        return real(context)

    monkeypatch.setattr(inspect, "stack", stack)
    during(lambda: BehaviorFlagRendered(FLAG, {}))
    assert walks == []
    BehaviorFlagRendered(FLAG, {})
    assert walks == [1]


def test_the_nodes_of_a_command_share_sessions_and_nothing_that_was_set_in_them(
    database_url: str,
    night_of: NightOf,
    project: Callable[[str, str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FIRSTBELL_DBT_THREADS", "1")
    before = dict(vars(PostgresConnectionManager))
    hooks = "{{ config(pre_hook=[\"set work_mem = '1MB'\", 'create temp table mine (n int)']) }}"
    project("marts/fct_a.sql", hooks + PID)
    state = "current_setting('work_mem') as work_mem, to_regclass('pg_temp.mine') as mine"
    project("marts/fct_b.sql", f"{PID}, {state} from {{{{ ref('fct_a') }}}}")
    project("marts/fct_c.sql", f"{PID} from {{{{ ref('fct_b') }}}}")
    dbt_command.invoke(night_of(database_url), ["run", "--select", "fct_a+"])
    with psycopg.connect(database_url) as reader:
        found = reader.execute(
            "select a.pid = b.pid, b.pid = c.pid, b.mine, b.work_mem = current_setting('work_mem')"
            " from fct_a as a, fct_b as b, fct_c as c"
        ).fetchone()
        left = reader.execute(
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and pid != pg_backend_pid()"
        ).fetchone()
    assert found == (True, True, None, True)
    assert left == (0,)
    assert dict(vars(PostgresConnectionManager)) == before


def test_a_session_that_ended_is_not_used_again(database_url: str) -> None:
    parts = urlsplit(database_url)
    assert parts.username
    assert parts.password
    assert parts.hostname
    credentials = PostgresCredentials(
        host=parts.hostname, port=parts.port or 5432, user=parts.username,
        password=parts.password, database=parts.path.lstrip("/"), schema="public",
    )  # fmt: skip

    def session() -> Connection:
        return PostgresConnectionManager.open(Connection("postgres", "a_node", credentials))

    with unhindered():
        first = session()
        pid = first.handle.get_backend_pid()
        PostgresConnectionManager.close(first)
        again = session()
        assert again.handle.get_backend_pid() == pid
        PostgresConnectionManager.close(again)
        with psycopg.connect(database_url, autocommit=True) as admin:
            admin.execute("select pg_terminate_backend(%s, 10000)", (pid,))
        other = session()
        assert other.handle.get_backend_pid() != pid
        PostgresConnectionManager.close(other)
    assert other.handle.closed


def test_what_no_log_takes_is_not_put_into_words(
    database_url: str,
    night_of: NightOf,
    project: Callable[[str, str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, words = vars(EventManager)["fire_event"], event_manager.msg_from_base_event
    levels = set()

    def told(event: BaseEvent, level: EventLevel | None = None) -> Any:
        message = words(event, level=level)
        levels.add(message.info.level)
        return message

    monkeypatch.setattr(event_manager, "msg_from_base_event", told)
    night = night_of(database_url)
    project("marts/fct_b.sql", "{{ exceptions.warn('look at this') }} select 1 as code")
    dbt_command.invoke(night, ["run", "--select", "fct_b"])
    assert levels == {"info", "warn"}
    said = (dbt_command.folder(night) / "logs" / "dbt.log").read_text("utf-8")
    assert "look at this" in said
    assert "Completed " in said
    assert vars(EventManager)["fire_event"] is before


def test_the_message_of_an_event_is_made_when_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    make = base_types.ParseDict

    def note(given: Any, message: Any) -> Any:
        made.append(message)
        return make(given, message)

    monkeypatch.setattr(base_types, "ParseDict", note)
    before = dict(vars(BaseEvent))
    earlier = Note(msg="earlier")
    with unhindered():
        unread, event = Note(msg="unread"), Note(msg="said")
        assert len(made) == 1
        assert (event.msg, event.message(), earlier.msg) == ("said", "said", "earlier")
        assert event.to_dict()["msg"] == "said"
        assert len(made) == 2
        unread.msg = "corrected"
        assert unread.message() == "corrected"
    assert dict(vars(BaseEvent)) == before


@pytest.mark.parametrize("of_node", ["firstbell", "shop", "dbt"])
def test_a_node_finds_the_macros_that_dbt_finds_one_by_one(
    of_node: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {
        "firstbell": ["ours", "all", "both"], "shop": ["theirs", "all", "both"],
        "dbt": ["basic", "all"], "dbt_postgres": ["basic", "engine", "all"],
    }  # fmt: skip
    macros: Any = {
        package: {name: SimpleNamespace(name=name, package_name=package) for name in some}
        for package, some in names.items()
    }
    node, stack, context = object(), MacroStack(), {"context": "of the node"}

    def macro(found: Any) -> Any:
        assert (found.node, found.stack) == (node, stack)
        assert found.context is context
        return found.macro

    def found() -> list[Any]:
        builder = MacroNamespaceBuilder("firstbell", of_node, stack, ["dbt_postgres", "dbt"], node)
        namespace = builder.build_namespace(macros, context)
        flat: dict[str, Any] = {}
        flat.update(namespace)
        by_name = {
            name: {n: macro(m) for n, m in one.items()} if isinstance(one, dict) else macro(one)
            for name, one in flat.items()
        }
        asked = [(None, "both"), (None, "engine"), ("dbt", "basic"), ("shop", "theirs")]
        return [by_name, *(macro(namespace.get_from_package(*where)) for where in asked)]

    expected, before = found(), dict(vars(MacroNamespaceBuilder))
    assert len(expected[0]) >= 8
    monkeypatch.delattr(MacroNamespaceBuilder, "add_macro")
    with unhindered():
        assert found() == expected
    monkeypatch.undo()
    assert dict(vars(MacroNamespaceBuilder)) == before
