"""What an error answer says. A server's own sentences are understood and never repeated.

They may quote a student's key or name, and no mask knows a name: messages show codes that are known
to be harmless.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Protocol

from include.errors import SourceError

# RFC 6749, 5.2: what a token endpoint may answer
TOKEN_ERRORS = frozenset(
    {
        "invalid_client",
        "invalid_grant",
        "invalid_request",
        "invalid_scope",
        "unauthorized_client",
        "unsupported_grant_type",
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """An error answer. `text` is the server's own: neither str nor repr shows it."""

    status: int
    text: str = field(default="", repr=False)
    title: str = ""
    kind: str = ""  # problem type or code of a token error, e.g. "not-found", "invalid_client"
    correlation_id: str = ""

    def __str__(self) -> str:
        kind = f", {self.kind}" if self.kind else ""
        reference = f" (correlation {self.correlation_id})" if self.correlation_id else ""
        return f"{self.status} {self.title or phrase(self.status)}".strip() + kind + reference


class RefusedError(Exception):
    """An error answer that a repetition does not cure; the caller decides what it means."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class Manner(Protocol):
    """How one vendor's API speaks, and what to advise where it does not."""

    # as people call it: begins every message
    system: str
    # the advice where one answer is too large, and where it is not JSON
    too_large: str
    not_json: str

    def problem(self, status: int, body: bytes) -> Problem:
        """Parse an error body; one of a gateway is only its status."""
        ...

    def refused(self, problem: Problem) -> RefusedError:
        """The exception for a final refusal."""
        ...

    def exhausted(
        self, problem: Problem, *, host: str, what: str, params: Mapping[str, str | int],
        attempts: int,
    ) -> SourceError:  # fmt: skip
        """The error to raise when every attempt met a passing fault."""
        ...


def phrase(status: int) -> str:
    """The standard's words for a status; empty for one that it does not know."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
