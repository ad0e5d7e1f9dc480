"""Requests that survive a bad night: timeouts, 429, 5xx and broken answers are tried again."""

from __future__ import annotations

import email.utils
import logging
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import orjson
import requests
import tenacity

from include.errors import ProtocolError, SourceError, UnreachableError
from include.net.problems import Manner, Problem, RefusedError
from include.net.wire import Limits, RedirectedError, TooLargeError, TooLateError, Wire

log = logging.getLogger(__name__)

PASSING = frozenset({429, 500, 502, 503, 504})
FIRST_WAIT_S, LONGEST_WAIT_S, LONGEST_RETRY_AFTER_S = 1.0, 60.0, 300.0


class _PassingError(Exception):
    """This attempt failed in a way that another may not."""

    def __init__(self, problem: Problem | None, text: str, retry_after_s: float | None) -> None:
        super().__init__(text)
        self.problem, self.text, self.retry_after_s = problem, text, retry_after_s


class Answer:
    """A successful answer: parsed JSON and headers."""

    def __init__(self, body: Any, headers: Mapping[str, str]) -> None:
        self.body, self.headers = body, headers


class Transport:
    """A session with retries. Thread-safe; knows nothing of tokens.

    `before` is called before each attempt, for whoever wants requests to keep a distance.
    """

    def __init__(
        self,
        manner: Manner,
        *,
        host: str,
        limits: Limits,
        max_attempts: int,
        threads: int,
        sleep: Callable[[float], None],
        verify: bool | str = True,
        before: Callable[[], None] = lambda: None,
    ) -> None:
        self.manner, self.host, self.max_attempts = manner, host, max_attempts
        self._sleep, self._limits, self._before = sleep, limits, before
        self._wire = Wire(limits, connections=threads + 2, verify=verify)

    def close(self) -> None:
        self._wire.close()

    def get(self, url: str, *, what: str, **options: Any) -> Answer:
        """GET JSON; raises RefusedError for a final refusal. `what` names it in messages."""
        return self._call("GET", url, what, options)

    def post(self, url: str, *, what: str, **options: Any) -> Answer:
        """POST a form or JSON, read JSON; must be safe to repeat."""
        return self._call("POST", url, what, options)

    def answers(self, url: str) -> bool:
        """Whether one GET brings an answer that is no passing fault."""
        try:
            self._attempt("GET", url, {})
        except RefusedError:
            return True
        except (_PassingError, SourceError):
            return False
        return True

    def _call(self, method: str, url: str, what: str, options: dict[str, Any]) -> Answer:
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_PassingError),
            stop=tenacity.stop_after_attempt(self.max_attempts),
            wait=_wait,
            sleep=self._sleep,
            before_sleep=lambda state: log.warning(
                "%s %s", self.manner.system, _retry_note(what, state)
            ),
            reraise=True,
        )
        try:
            return retrying(self._attempt, method, url, options)
        except _PassingError as error:
            raise self._final(error, what, options.get("params") or {}) from None

    def _attempt(self, method: str, url: str, options: dict[str, Any]) -> Answer:
        self._before()
        try:
            response = self._wire.send(method, url, **options)
        except TooLateError:
            raise _PassingError(None, f"no whole answer {self._within()}", None) from None
        except TooLargeError:
            size = self._limits.max_bytes // 1_000_000
            raise ProtocolError(
                f"{self.manner.system} at {self.host}",
                seen=f"an answer of more than {size} MB",
                expected="a page of records",
                next_step=self.manner.too_large,
            ) from None
        except RedirectedError as error:
            raise ProtocolError(
                f"{self.manner.system} at {self.host}",
                seen=str(error),
                expected="an answer of this host: secret, token and records go nowhere else",
                next_step="Did the API move? Then set the connection's host to its new address.",
            ) from None
        except requests.exceptions.SSLError as error:
            raise UnreachableError(
                self.host,
                seen=f"TLS failed ({_reason(error)})",
                expected="a certificate that this machine trusts",
                next_step="Renew the certificate, or set the connection's extra `verify` to the "
                "path of the host's CA file.",
            ) from None
        except requests.exceptions.RequestException as error:
            # ours to log: the library's text may quote headers
            raise _PassingError(None, _reason(error), None) from None
        if response.status in PASSING:
            problem = self.manner.problem(response.status, response.body)
            raise _PassingError(problem, str(problem), _retry_after(response.headers))
        if response.status != HTTPStatus.OK:
            raise self.manner.refused(self.manner.problem(response.status, response.body))
        try:
            return Answer(orjson.loads(response.body), response.headers)
        except orjson.JSONDecodeError as error:
            kind = response.headers.get("Content-Type", "no content type")
            text = f"200 with a body that is not JSON ({kind}, breaks at byte {error.pos})"
            raise _PassingError(None, text, None) from None

    def _within(self) -> str:
        return f"within {self._limits.deadline_s:g} s"

    def _final(
        self, error: _PassingError, what: str, params: Mapping[str, str | int]
    ) -> SourceError:
        if error.problem is not None:
            return self.manner.exhausted(
                error.problem,
                host=self.host,
                what=what,
                params=params,
                attempts=self.max_attempts,
            )
        if error.text.startswith("200 "):
            return ProtocolError(
                f"{self.manner.system} {what} at {self.host}",
                seen=f"{error.text} in each of {self.max_attempts} attempts",
                expected="JSON",
                next_step=self.manner.not_json,
            )
        return UnreachableError(
            f"{self.manner.system} {what} at {self.host}",
            seen=f"{error.text} in each of {self.max_attempts} attempts",
            expected=f"an answer {self._within()}",
            next_step="Check host, port and firewall of the connection; is the API up?",
        )


def _wait(state: tenacity.RetryCallState) -> float:
    """What the server asks for, else exponential with full jitter so that clients spread out."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, _PassingError) and error.retry_after_s is not None:
        return min(error.retry_after_s, LONGEST_RETRY_AFTER_S)
    ceiling = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (state.attempt_number - 1))
    return random.uniform(ceiling / 2, ceiling)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by the Retry-After header: a number or an HTTP date."""
    text = (headers.get("Retry-After") or "").strip()
    if text.isdigit():
        return float(text)
    when = _http_date(text)
    if when is None:
        return None
    # an HTTP date is wall time by nature; the server's own Date header makes our clock irrelevant
    now = _http_date(headers.get("Date") or "") or datetime.now(UTC)
    return max(0.0, (when - now).total_seconds())


def _http_date(text: str) -> datetime | None:
    """The moment of an HTTP date, None when it is none; "-0000" means UTC as well."""
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _reason(error: requests.exceptions.RequestException) -> str:
    if isinstance(error, requests.exceptions.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the answer broke off"
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, OSError) and inner.strerror and inner.errno:
            return f"no connection ({inner.strerror})"
        reason = getattr(inner.args[0], "reason", None) if inner.args else None
        inner = reason if isinstance(reason, BaseException) else inner.__cause__
    return f"no connection ({type(error).__name__})"


def _retry_note(what: str, state: tenacity.RetryCallState) -> str:
    error = state.outcome.exception() if state.outcome else None
    seconds = state.next_action.sleep if state.next_action else 0.0
    return f"{what}: {error}; attempt {state.attempt_number}, again in {seconds:.1f} s"
