"""The Ed-Fi client: discovery, one token for all who read, and the five calls that we need."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from include.connections import Connection
from include.errors import ConfigError, ProtocolError, TokenRefusedError
from include.net.address import base_url, host_of, trusted
from include.net.oauth import OAuth
from include.net.problems import Problem
from include.net.transport import Answer, Transport
from include.sources.edfi.config import EdfiConfig
from include.sources.edfi.discovery import Api, read_discovery
from include.sources.edfi.problems import TOO_MANY, EdfiManner, RefusedError, error_for

Params = Mapping[str, str | int]
# where an answer does not say how long its token lives
LIFETIME_S = 1800.0


@dataclass(frozen=True, slots=True)
class Rows:
    """One page: the rows as parsed, and what its headers say."""

    rows: list[Any]
    next_token: str | None
    total: int | None


class Client:
    """Reads one ODS/API. Thread-safe; nothing is requested before it is needed.

    `tokens` is the folder in which the clients of several processes share one token; None: none do.
    """

    def __init__(
        self,
        connection: Connection,
        source: EdfiConfig,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        tokens: Path | None = None,
    ) -> None:
        if not connection.login or not connection.password:
            raise ConfigError(
                f"connection {connection.conn_id}",
                seen="no login or no password",
                expected="the key and the secret of an Ed-Fi API client",
                next_step="Set login to the key and password to the secret.",
            )
        self.source = source
        self.connection = connection
        self._base = base_url(connection, "the ODS/API", "https://edfi.example.org/api")
        self.host = host_of(self._base)
        self._transport = Transport(
            EdfiManner(),
            host=self.host,
            limits=source.limits,
            max_attempts=source.max_attempts,
            threads=source.threads,
            sleep=sleep,
            verify=trusted(connection),
        )
        self._oauth = OAuth(
            self._transport,
            connection,
            token_url=lambda: self.api.token_url,
            usual_lifetime_s=LIFETIME_S,
            refused=self._refused,
            strange=self._strange_token,
            clock=clock,
            folder=tokens,
        )
        self._lock = threading.RLock()
        self._api: Api | None = None
        self._snapshot_header: dict[str, str] | None = None

    def close(self) -> None:
        self._transport.close()

    @property
    def api(self) -> Api:
        """The discovery document, read once."""
        with self._lock:
            if self._api is None:
                try:
                    answer = self._transport.get(f"{self._base}/", what="discovery")
                except RefusedError as error:
                    raise ProtocolError(
                        f"Ed-Fi discovery at {self.host}",
                        seen=str(error.problem),
                        expected="the discovery document",
                        next_step="Check the connection's host and extra `path`.",
                    ) from None
                extra = self.connection.extra
                self._api = read_discovery(
                    answer.body,
                    self._base,
                    extra.get("context") or {},
                    hosts=[str(name) for name in extra.get("hosts") or ()],
                )
            return self._api

    def answers(self) -> bool:
        """Whether the host answers at all, by one request without a second attempt."""
        return self._transport.answers(f"{self._base}/")

    def newest_change_version(self) -> int | None:
        """The highest change version so far; None: change queries are off."""
        if self.api.changes_url is None:
            return None
        what = "availableChangeVersions"
        try:
            answer = self._get(f"{self.api.changes_url}{what}", what, {})
        except RefusedError as error:
            # the feature can be off although the document names it
            if error.problem.status == HTTPStatus.NOT_FOUND and not (
                error.problem.is_snapshot_missing
            ):
                return None
            raise error_for(error.problem, host=self.host, resource=what) from None
        body = answer.body if isinstance(answer.body, dict) else {}
        for name, value in body.items():
            if name.lower() == "newestchangeversion" and isinstance(value, int):
                return value
        raise ProtocolError(
            f"Ed-Fi {what} at {self.host}",
            seen=f"an answer with {', '.join(map(str, body)) or 'no fields'}",
            expected="newestChangeVersion, a whole number",
            next_step="Tell the host of the ODS/API; its change queries are broken.",
        )

    def page(self, path: str, params: Params) -> Rows:
        """One GET of a collection; raises RefusedError, to be judged by the caller."""
        answer = self._get(f"{self.api.data_url}{path}", path, params)
        if not isinstance(answer.body, list):
            raise ProtocolError(
                f"Ed-Fi {path} at {self.host}",
                seen=f"a JSON {type(answer.body).__name__}",
                expected="a JSON array",
                next_step="Check the connection's path; this is not a collection.",
            )
        total = answer.headers.get("Total-Count")
        return Rows(
            answer.body,
            answer.headers.get("Next-Page-Token"),
            int(total) if total is not None and total.isdigit() else None,
        )

    def count(self, path: str, filters: Params) -> int:
        """The source's own total for these filters."""
        asked = {**filters, "totalCount": "true"}
        try:
            total = self.page(path, {**asked, "limit": 0}).total
        except RefusedError as error:
            if not error.problem.is_over_limit:
                raise
            total = self.page(path, {**asked, "limit": 1}).total  # some builds refuse 0
        if total is None:
            raise ProtocolError(
                f"Ed-Fi {path} at {self.host}",
                seen="no Total-Count header",
                expected="one, as totalCount=true asks",
                next_step="A proxy may strip it: ask the host to let Total-Count pass.",
            )
        return total

    def partitions(self, path: str, number: int, filters: Params) -> list[str] | None:
        """Tokens that split the collection; None: this API does not offer it."""
        url = f"{self.api.data_url}{path}/partitions"
        try:
            answer = self._get(url, f"{path}/partitions", {**filters, "number": number})
        except RefusedError as error:
            if error.problem.status in {HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST}:
                return None
            raise
        tokens = answer.body.get("pageTokens") if isinstance(answer.body, dict) else None
        return [str(token) for token in tokens] if isinstance(tokens, list) else None

    def _get(self, url: str, what: str, params: Params) -> Answer:
        return self._oauth.get(url, what=what, params=params, headers=self._snapshot())

    def _snapshot(self) -> dict[str, str]:
        if not self.source.use_snapshot:
            return {}
        with self._lock:
            if self._snapshot_header is None:
                if self.api.has_use_snapshot:
                    self._snapshot_header = {"Use-Snapshot": "true"}
                else:
                    self._snapshot_header = {"Snapshot-Identifier": self._newest_snapshot()}
            return self._snapshot_header

    def _newest_snapshot(self) -> str:
        """Before 7.0 a snapshot is named; take the newest."""
        answer = None
        if self.api.changes_url is not None:
            try:
                answer = self._oauth.get(f"{self.api.changes_url}snapshots", what="snapshots")
            except RefusedError as error:
                raise error_for(error.problem, host=self.host, resource="snapshots") from None
        found = [s for s in answer.body if isinstance(s, dict)] if answer and answer.body else []
        if not found:
            raise ProtocolError(
                f"Ed-Fi snapshots at {self.host}",
                seen="no snapshot",
                expected="at least one, as `use_snapshot: true` asks",
                next_step="Ask the host to create one before the night, or set "
                "use_snapshot: false.",
            )
        newest = max(found, key=lambda snapshot: str(snapshot.get("snapshotDateTime") or ""))
        return str(newest.get("snapshotIdentifier"))

    def _refused(self, problem: Problem) -> TokenRefusedError:
        return TokenRefusedError(
            f"Ed-Fi token at {self.host}",
            seen=f"the key or secret was refused ({problem})",
            expected="a token",
            next_step=f"Check login (key) and password (secret) of connection "
            f"{self.connection.conn_id}; the key may be disabled or belong to another host, or "
            f"{TOO_MANY}.",
        )

    def _strange_token(self, seen: str) -> ProtocolError:
        return ProtocolError(
            f"Ed-Fi token at {self.host}",
            seen=seen,
            expected="an OAuth token",
            next_step="Check the connection's host: is this an Ed-Fi ODS/API?",
        )
