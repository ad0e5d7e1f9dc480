"""A process that is killed at an exact point, for tests of what a crash leaves behind.

The child asks before each step through a pipe and goes on when it is told to; the parent answers
a chosen number of times and then kills it. No clock is involved.

    child:   crash.ask_before_each_statement()   then do the work
    parent:  crash.kill_after(steps, ["-m", "tests.landing.crash_child", url])
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import runpy
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).parents[2]


def ask_before_each_statement() -> None:
    """Make this process ask before each SQL statement, each piece of a COPY and each commit."""
    for owner, name in (
        (psycopg.Connection, "execute"),
        (psycopg.Cursor, "copy"),
        (psycopg.Copy, "write"),
        (psycopg.Transaction, "__exit__"),
    ):
        setattr(owner, name, _asking(getattr(owner, name)))


def _asking(call: Callable[..., Any]) -> Callable[..., Any]:
    def asking(*arguments: Any, **options: Any) -> Any:
        sys.stdout.write("?\n")
        sys.stdout.flush()
        if not sys.stdin.readline():
            os._exit(3)  # the parent is gone
        return call(*arguments, **options)

    return asking


def kill_after(steps: int | None, command: Sequence[str]) -> int:
    """Run Python with `command` (-m, a module, its arguments), let `steps` steps pass, and SIGKILL
    it before the next.

    With None it runs to its end. Returns how many steps passed.
    """
    _, module, *arguments = command
    ours, theirs = socket.socketpair()
    child = _starter().Process(
        target=_run, args=(module, arguments, dict(os.environ), theirs), daemon=True
    )
    child.start()
    theirs.close()
    passed = 0
    with ours, ours.makefile("rw") as talk:
        while talk.readline():
            if passed == steps:
                child.kill()
                break
            passed += 1
            talk.write("go\n")
            talk.flush()
    child.join()
    expected = 0 if steps is None else -signal.SIGKILL
    assert child.exitcode == expected, f"the child ended with {child.exitcode} after {passed} steps"
    return passed


@functools.cache
def _starter() -> ForkServerContext:
    """A process that has imported what the children need, and forks each of them.

    To import it anew took each of a hundred children most of its time.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([f"{__package__}.crash_imports"])
    return context


def _run(
    module: str, arguments: Sequence[str], environment: Mapping[str, str], parent: socket.socket
) -> None:
    """In the child: be `python -m module arguments`, whose standard streams end at the parent."""
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [module, *arguments]
    sys.stdin, sys.stdout = parent.makefile("r"), parent.makefile("w")
    runpy.run_module(module, run_name="__main__", alter_sys=True)
