"""What a dbt command came to, told without a value of any row.

dbt's messages quote what the database says, and the database quotes rows. So they are looked at
here, and only names, statuses and classes go further.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

FAILED = frozenset({"error", "fail", "runtime error", "partial success"})

_HEADER = re.compile(r"\w+ Error\b|.* failed, error:$")
# How libpq, psycopg2 and Postgres begin when the next try may succeed.
_PASSING = re.compile(
    r"(?:(?:connection to server\b.*? failed|could not connect to server): *)?"
    r"(?:(?:FATAL|ERROR): *)?"
    r"(?:connection (?:refused|timed out|reset by peer|already closed|not open)"
    r"|timeout expired|no route to host|network is unreachable|could not translate host name"
    r"|failed to resolve host"
    r"|server closed the connection unexpectedly|SSL SYSCALL error"
    r"|SSL connection has been closed unexpectedly|could not (?:receive|send) data (?:from|to) "
    r"|the database system is (?:starting up|shutting down|in recovery|not (?:yet )?accepting)"
    r"|sorry, too many clients|remaining connection slots|too many connections for"
    r"|terminating connection |cursor already closed|no connection to the server"
    r"|deadlock detected|canceling statement due to lock timeout|could not obtain lock"
    r"|could not serialize access)",
    re.IGNORECASE,
)
# How Postgres begins when its disk is full; the rest of the line names a file of its own.
_FULL = re.compile(
    r"(?:(?:connection to server\b.*? failed): *)?(?:(?:FATAL|ERROR|PANIC): *)?"
    r"(?:could not (?:extend|write(?: to)?|create|open|resize) .*: No space left on device"
    r"|.* wrote only \d+ of \d+ bytes)"
)
# The table in which dbt lists what a model and its contract disagree on: names and types alone.
_MISMATCH = re.compile(
    r"^\s*\| *(\w+) *\| *([\w ()]*?) *\| *([\w ()]*?) *\| *([a-z ]+?) *\|", re.MULTILINE
)
_NULL = re.compile(r'null value in column "(\w+)" of relation "\w+" violates not-null constraint')
_ROWS = re.compile(r"Got (\d+) results?, configured to")
# What macro keep_grain says: our own words, names of columns and numbers.
_GRAIN = re.compile(
    r"The grain is broken: ((?:rows (?:that repeat|without) \w+(?:, \w+)*: \d+(?:; |$))+)"
)
_NODE = re.compile(
    r"\b(?:model|test|unit_test|seed|snapshot|analysis|operation)[. ](?:\w+\.)?(\w+)"
)


@dataclass(frozen=True, slots=True)
class Node:
    """How one model, seed, test or hook ended; its repr shows no message."""

    name: str
    status: str
    message: str | None = field(default=None, repr=False)

    @property
    def has_failed(self) -> bool:
        return self.status in FAILED


def nodes(result: Any) -> list[Node]:
    """The nodes of a dbt result; some commands have none."""
    return [
        Node(r.node.name, str(r.status), r.message)
        for r in getattr(result, "results", None) or []
        if hasattr(r, "node")
    ]


def report(log: logging.Logger, where: str, ended: Iterable[Node]) -> None:
    """Log what needs a look, then one line with the counts."""
    counts: Counter[str] = Counter()
    for node in ended:
        if node.has_failed or node.status == "warn":
            log.log(
                logging.ERROR if node.has_failed else logging.WARNING,
                "%s: %s: %s", where, _told(node), node.status,
            )  # fmt: skip
        known = node.status in ("warn", "skipped")
        counts["failed" if node.has_failed else node.status if known else "succeeded"] += 1
    if not counts:
        return
    log.info(
        "%s: %d succeeded, %d warned, %d failed, %d skipped",
        where, counts["succeeded"], counts["warn"], counts["failed"], counts["skipped"],
    )  # fmt: skip


def was_interrupted(ended: Iterable[Node], exception: BaseException | None) -> bool:
    """True when only the connection or a lock is to blame, so that another try may succeed."""
    failed = [node for node in ended if node.has_failed]
    if failed:
        return all(is_passing(node.message) for node in failed)
    return exception is not None and is_passing(str(exception))


def is_passing(message: str | None) -> bool:
    """True when dbt's message is of a lost connection, a server that starts, or a lock."""
    return bool(_PASSING.match(_first_line(message)))


def is_disk_full(ended: Iterable[Node], exception: BaseException | None) -> bool:
    """True when the warehouse said that its disk is full."""
    said = [node.message for node in ended if node.has_failed]
    return any(_FULL.match(_first_line(message)) for message in (*said, str(exception or "")))


def reason(node: Node) -> str:
    """Why a node failed, as far as it can be said without a value of a row; empty when it cannot.

    Names of columns and their types, and numbers of rows, are no values.
    """
    said = _first_line(node.message)
    if said.startswith("This model has an enforced contract that failed"):
        found = [
            f"{name} ({why}: is {is_type or 'not there'}, contract says {wanted or 'nothing'})"
            for name, is_type, wanted, why in _MISMATCH.findall(node.message or "")
            if name != "column_name"
        ]
        return f"contract: {', '.join(found)}" if found else "contract"
    if found_null := _NULL.match(said):
        return f"no value in column {found_null[1]}"
    if found_grain := _GRAIN.fullmatch(said):
        return found_grain[1]
    if found_rows := _ROWS.match(said):
        return f"rows: {found_rows[1]}"
    return ""


def _first_line(message: str | None) -> str:
    """What the database said, without dbt's header; the lines after it may quote a row."""
    lines = [line.strip() for line in (message or "").splitlines() if line.strip()]
    if lines and _HEADER.match(lines[0]):
        lines = lines[1:]
    return lines[0] if lines else ""


def seen(ended: Sequence[Node], exception: BaseException | None) -> str:
    """What failed, by name; of an exception its class, and the node that does not compile."""
    failed = sorted(_told(node) for node in ended if node.has_failed)
    if failed:
        skipped = sum(node.status == "skipped" for node in ended)
        names = f"failed: {', '.join(failed[:8])}{' …' if len(failed) > 8 else ''}"
        return names + (f"; {skipped} skipped because of them" if skipped else "")
    if exception is None:
        return "dbt failed and named no node"
    kind = type(exception).__name__
    node = _does_not_compile(exception)
    return f"{kind} in {node}" if node else kind


def _told(node: Node) -> str:
    why = reason(node)
    return f"{node.name} ({why})" if why else node.name


def _does_not_compile(exception: BaseException) -> str | None:
    from dbt_common.exceptions import CompilationError

    if not isinstance(exception, CompilationError):
        return None
    if name := getattr(exception.node, "name", None):
        return str(name)
    # some compilation errors know their node only in their text, which quotes code, not rows
    found = _NODE.search(str(exception))
    return found[1] if found else None
