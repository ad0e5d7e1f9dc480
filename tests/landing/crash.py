"""A process that is killed at an exact point, for tests of what a crash leaves behind.

The child asks before each step through a pipe and goes on when it is told to; the parent answers
a chosen number of times and then kills it. No clock is involved.

    child:   crash.ask_before_each_statement()   then do the work
    parent:  crash.kill_after(steps, ["-m", "tests.landing.crash_child", url])
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
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
    """Run Python with `command`, let `steps` steps pass, and SIGKILL it before the next.

    With None it runs to its end. Returns how many steps passed.
    """
    child = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    passed = 0
    try:
        while child.stdout.readline():
            if passed == steps:
                child.kill()
                break
            passed += 1
            child.stdin.write("go\n")
            child.stdin.flush()
    finally:
        child.stdin.close()
        child.stdout.close()
        status = child.wait()
    expected = 0 if steps is None else -signal.SIGKILL
    assert status == expected, f"the child ended with {status} after {passed} steps"
    return passed
