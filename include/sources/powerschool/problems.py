"""Error answers of PowerSchool, and the errors that we raise for them.

A refusal's sentences are read by nobody: which texts a version uses is not published, and they may
quote what was asked for. The status says enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import orjson

from include.errors import (
    AuthenticationError,
    ProtocolError,
    RateLimitedError,
    ServerError,
    SourceError,
)
from include.net.problems import TOKEN_ERRORS, Problem, RefusedError
from include.sources.powerschool.plugin import VERSION

PAGE = "docs/sources/powerschool.md"


class PowerSchoolManner:
    """How PowerSchool speaks."""

    system = "PowerSchool"
    too_large = (
        "Lower `page_size` of the district's PowerSchool source; where records are really that "
        "large, raise its `max_answer_mb`."
    )
    not_json = (
        "A log-in page or a portal answers instead of the API: check the connection's host, and "
        f"whether API access is allowed from here. See {PAGE}#errors."
    )

    def problem(self, status: int, body: bytes) -> Problem:
        """The status, and of a refused token its code."""
        try:
            values = orjson.loads(body)
        except orjson.JSONDecodeError:
            return Problem(status)
        said = str(values.get("error") or "") if isinstance(values, dict) else ""
        return Problem(status, kind=said if said in TOKEN_ERRORS else "")

    def refused(self, problem: Problem) -> RefusedError:
        """The exception for a final refusal."""
        return RefusedError(problem)

    def exhausted(
        self, problem: Problem, *, host: str, what: str, params: Mapping[str, str | int],
        attempts: int,
    ) -> SourceError:  # fmt: skip
        """The error to raise when every attempt met a passing fault."""
        where = f"PowerSchool {what} at {host}"
        if problem.status == HTTPStatus.TOO_MANY_REQUESTS:
            return RateLimitedError(
                where,
                seen=f"429 in each of {attempts} attempts",
                expected="an answer after waiting",
                next_step="Raise `min_interval_s` of the district's PowerSchool source, or run at "
                "a quieter hour.",
            )
        smaller = ", or lower `page_size`" if "pagesize" in params else ""
        return ServerError(
            where,
            seen=f"{problem} in each of {attempts} attempts",
            expected="an answer",
            next_step=f"Run again later{smaller}. If it stays, tell the district's PowerSchool "
            "administrator.",
        )


def error_for(problem: Problem, *, host: str, what: str) -> SourceError:
    """The error to raise for a refusal of a data request; `what` is a table or an address."""
    where = f"PowerSchool {what} at {host}"
    if problem.status == HTTPStatus.FORBIDDEN:
        return AuthenticationError(
            where,
            seen=f"access denied ({problem})",
            expected="a plugin that may read every field it asks for",
            next_step="Ask the district's PowerSchool administrator to enable the Firstbell "
            f"plugin, version {VERSION} or later, with all its fields, and whether one was taken "
            f"away. See {PAGE}#access.",
        )
    if problem.status == HTTPStatus.UNAUTHORIZED:
        return AuthenticationError(
            where,
            seen=f"a fresh token was refused ({problem})",
            expected="a token that lasts for its stated time",
            next_step="Was the plugin disabled, or installed anew? Then its client id and secret "
            f"are other ones. See {PAGE}#access.",
        )
    if problem.status == HTTPStatus.NOT_FOUND:
        return ProtocolError(
            where,
            seen=f"no such query ({problem})",
            expected=f"the queries of the Firstbell plugin, version {VERSION}",
            next_step="Ask the district's PowerSchool administrator to install or update the "
            f"plugin. See {PAGE}#access.",
        )
    return ProtocolError(
        where,
        seen=str(problem),
        expected="200 and records",
        next_step=f"The installed plugin may be another version than {VERSION}: update it. If it "
        f"stays, give this message to PowerSchool's support. See {PAGE}#errors.",
    )
