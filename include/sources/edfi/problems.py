"""Error answers of the API, in both manners, and the errors that we raise for them.

What a server writes in sentences may quote a student's key or name, and no mask knows a name. So
its sentences are read here and never repeated: messages show codes that are known to be harmless.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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
from include.net import problems
from include.net.problems import TOKEN_ERRORS, Problem

# titles of problem details that say more than the status; they are constants of the API
_TITLES = frozenset(
    {
        "Authentication Failed",
        "Authorization Denied",
        "Parameter Validation Failed",
        "Data Validation Failed",
        "Method Not Allowed with Profile",
        "Security Configuration Error",
        "System Configuration Error",
        "System Error",
        "Too Many Tokens",
    }
)
# URNs of the API in words without digits, below one of its own headings
_TYPE = re.compile(
    r"urn:ed-fi:api:((?:bad-request|conflict|data-conflict|data-policy-enforced|gone"
    r"|method-not-allowed|not-found|profile|security|service-unavailable|snapshots?|system"
    r"|system-configuration|too-many-requests)(?::[a-z]+(?:-[a-z]+)*)*)"
)
# a UUID, a W3C trace, or the id of a connection and its request
_CORRELATION = re.compile(
    r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}"
    r"|[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}"
    r"|0H[0-9A-V]{11}:[0-9A-F]{8}",
    re.IGNORECASE,
)
# what else a refused token can mean: hosts say it as a wrong secret, or as 429
TOO_MANY = (
    "it has 15 live tokens, which is the limit of most hosts: stop what else uses this key, or "
    "wait half an hour"
)
_LIMIT = re.compile(r"between \d+ and (\d+)")


@dataclass(frozen=True, slots=True)
class EdfiProblem(Problem):
    """Problem details (7.2 and later) or `{"message": …}` (before)."""

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


class RefusedError(problems.RefusedError):
    """An error answer of the ODS/API that a repetition does not cure."""

    problem: EdfiProblem


class EdfiManner:
    """How the ODS/API speaks."""

    system = "Ed-Fi"
    too_large = (
        "Lower `page_size` of the district's Ed-Fi source; where records are really that large, "
        "raise its `max_answer_mb`."
    )
    not_json = "Check that the connection's host is the API and not a portal or proxy page."

    def problem(self, status: int, body: bytes) -> EdfiProblem:
        """Parse an error body of either shape."""
        return read_problem(status, body)

    def refused(self, problem: Problem) -> RefusedError:
        """The exception for a final refusal."""
        return RefusedError(problem)

    def exhausted(
        self, problem: Problem, *, host: str, what: str, params: Mapping[str, str | int],
        attempts: int,
    ) -> SourceError:  # fmt: skip
        """The error to raise when every attempt met a passing fault."""
        return exhausted(problem, host=host, asked=asked_for(what, params), attempts=attempts)


def read_problem(status: int, body: bytes) -> EdfiProblem:
    """Parse an error body of either shape; anything else (a gateway's HTML) is only its status."""
    try:
        values = orjson.loads(body)
    except orjson.JSONDecodeError:
        return EdfiProblem(status)
    if not isinstance(values, dict):
        return EdfiProblem(status)
    errors = values.get("errors")
    texts = [str(text) for text in errors] if isinstance(errors, list) else []
    title, token_error = str(values.get("title") or ""), str(values.get("error") or "")
    found = _TYPE.fullmatch(str(values.get("type") or ""))
    correlation_id = str(values.get("correlationId") or "")
    return EdfiProblem(
        status,
        "; ".join(texts) or str(values.get("detail") or values.get("message") or ""),
        title if title in _TITLES else "",
        found[1] if found else token_error if token_error in TOKEN_ERRORS else "",
        correlation_id if _CORRELATION.fullmatch(correlation_id) else "",
    )


def error_for(problem: EdfiProblem, *, host: str, resource: str) -> SourceError:
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
            next_step="Check that token and data URL belong to one host; or the key has more than "
            "15 live tokens, and a host ends the oldest: stop what else uses this key.",
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


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request was for; a page of rows is the only one that can be made smaller."""

    what: str
    is_page: bool

    def __str__(self) -> str:
        return self.what


def asked_for(what: str, params: Mapping[str, str | int]) -> Asked:
    """What these parameters ask for: a page, a count, or something else."""
    if "totalCount" in params:
        return Asked(f"{what} (count)", is_page=False)
    return Asked(what, is_page="limit" in params or "pageSize" in params)


def exhausted(problem: Problem, *, host: str, asked: Asked, attempts: int) -> SourceError:
    """The error to raise when every attempt met a passing fault."""
    where = f"Ed-Fi {asked} at {host}"
    if problem.status == HTTPStatus.TOO_MANY_REQUESTS:
        lower = "Lower `threads` of the district's Ed-Fi source, or run at a quieter hour."
        return RateLimitedError(
            where,
            seen=f"429 in each of {attempts} attempts",
            expected="an answer after waiting",
            next_step=f"The key is throttled, or {TOO_MANY}." if asked.what == "token" else lower,
        )
    again = "Run again later. If it stays, tell the host."
    if problem.status == HTTPStatus.GATEWAY_TIMEOUT and asked.is_page:
        again = "Run again later, or lower `page_size`. If it stays, tell the host."
    elif problem.status == HTTPStatus.GATEWAY_TIMEOUT:
        again = (
            "The host's gateway gave up before the API had answered: run at another hour. If it "
            "stays, tell the host; what was asked for cannot be made smaller."
        )
    return ServerError(
        where,
        seen=f"{problem} in each of {attempts} attempts",
        expected="an answer",
        next_step=again,
    )
