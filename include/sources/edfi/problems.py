"""Error answers of the API, in both manners, and the errors that we raise for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus

import orjson

from include.errors import (
    AuthenticationError,
    ProtocolError,
    RateLimitedError,
    ServerError,
    SourceError,
)

_MAX_TEXT = 300
# a server may quote a key value in its text, and our logs must not repeat a student's
_IDENTIFIER = re.compile(r"\b\d{4,}\b|(?<==)\s*'[^']*'")
_LIMIT = re.compile(r"between \d+ and (\d+)")


@dataclass(frozen=True, slots=True)
class Problem:
    """What an error answer says: problem details (7.2 and later) or `{"message": …}` (before)."""

    status: int
    text: str
    kind: str = ""  # the last part of the problem type, e.g. "not-found"
    correlation_id: str = ""

    @property
    def is_snapshot_missing(self) -> bool:
        return self.status == HTTPStatus.GONE or "snapshot not found" in self.text.lower()

    @property
    def max_limit(self) -> int | None:
        """The page size that a refusal of ours allows, if it says one."""
        found = _LIMIT.search(self.text)
        return int(found.group(1)) if found else None

    @property
    def is_over_limit(self) -> bool:
        text = self.text.lower()
        return self.status == HTTPStatus.BAD_REQUEST and (
            text.startswith(("limit must", "pagesize must")) or " limit must be" in text
        )

    def __str__(self) -> str:
        reference = f" (correlation {self.correlation_id})" if self.correlation_id else ""
        return f"{self.status} {_IDENTIFIER.sub('…', self.text)}{reference}".strip()


class RefusedError(Exception):
    """An error answer that a repetition does not cure; the caller decides what it means."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def read_problem(status: int, body: bytes) -> Problem:
    """Parse an error body of either shape; anything else (a gateway's HTML) is only its status."""
    try:
        values = orjson.loads(body)
    except orjson.JSONDecodeError:
        return Problem(status, _phrase(status))
    if not isinstance(values, dict):
        return Problem(status, _phrase(status))
    errors = values.get("errors")
    texts = [str(text) for text in errors] if isinstance(errors, list) else []
    text = "; ".join(texts) or str(values.get("detail") or values.get("message") or "")
    kind = str(values.get("type") or "").removeprefix("urn:ed-fi:api:")
    return Problem(
        status,
        text[:_MAX_TEXT] or str(values.get("error") or _phrase(status)),
        kind,
        str(values.get("correlationId") or ""),
    )


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def error_for(problem: Problem, *, host: str, resource: str) -> SourceError:
    """The error to raise for a refusal of a data request."""
    where = f"Ed-Fi {resource} at {host}"
    if problem.is_snapshot_missing:
        return ProtocolError(
            where,
            seen=f"the snapshot is missing ({problem})",
            expected="a snapshot database, as `use_snapshot: true` asks",
            next_step="Ask the host to create the snapshot before the night, or set "
            "use_snapshot: false. See docs/sources/edfi.md#snapshots.",
        )
    if problem.status == HTTPStatus.FORBIDDEN:
        reading_changes = resource.endswith(("/deletes", "/keyChanges"))
        action = "ReadChanges" if reading_changes else "Read"
        return AuthenticationError(
            where,
            seen=f"access denied ({problem})",
            expected=f"a claim set with the action {action} on {resource.partition('/')[0]}",
            next_step=f"Ask the host's administrator to add {action} to the claim set of this "
            "key. See docs/sources/edfi.md#permissions.",
        )
    if problem.status == HTTPStatus.UNAUTHORIZED:
        return AuthenticationError(
            where,
            seen=f"a fresh token was refused ({problem})",
            expected="a token that lasts for its stated time",
            next_step="Check that token and data URL belong to one host, and that at most 15 "
            "tokens of this key live at a time.",
        )
    if problem.status == HTTPStatus.NOT_FOUND:
        return ProtocolError(
            where,
            seen=f"no such resource ({problem})",
            expected="a resource that every data standard from 3.3 to 6 has",
            next_step="Check the connection's path (tenant, school year) and that the feature "
            "is on. See docs/sources/edfi.md#errors.",
        )
    return ProtocolError(
        where,
        seen=str(problem),
        expected="200 and a JSON array",
        next_step="Give this message to the host of the ODS/API. See docs/sources/edfi.md#errors.",
    )


def exhausted(problem: Problem, *, host: str, what: str, attempts: int) -> SourceError:
    """The error to raise when every attempt met a passing fault."""
    where = f"Ed-Fi {what} at {host}"
    if problem.status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimitedError(
            where,
            seen=f"429 in each of {attempts} attempts",
            expected="an answer after waiting",
            next_step="Lower `threads` of the district's Ed-Fi source, or run at a quieter hour.",
        )
    return ServerError(
        where,
        seen=f"{problem} in each of {attempts} attempts",
        expected="an answer",
        next_step="Run again later; for 504 lower `page_size`. If it stays, tell the host.",
    )
