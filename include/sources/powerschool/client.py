"""The PowerSchool client: a token of the district's plugin, and the named queries that we need."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from include.connections import Connection
from include.errors import ConfigError, ProtocolError, TokenRefusedError
from include.net.address import base_url, host_of, trusted
from include.net.oauth import OAuth
from include.net.problems import Problem, RefusedError
from include.net.transport import Answer, Transport
from include.sources.powerschool.config import PowerSchoolConfig
from include.sources.powerschool.pace import Pace
from include.sources.powerschool.problems import PAGE, PowerSchoolManner, error_for
from include.sources.powerschool.tables import Table

Values = Mapping[str, str | int]
# what most installations allow, where the metadata does not say
USUAL_PAGE = 100
# a lifetime is often text; where it is neither, as long as the shortest that was seen
LIFETIME_S = 3600.0


class Client:
    """Reads one PowerSchool. Thread-safe; nothing is requested before it is needed.

    `tokens` is the folder in which the clients of several processes share one token; None: none do.
    """

    def __init__(
        self,
        connection: Connection,
        config: PowerSchoolConfig,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        tokens: Path | None = None,
    ) -> None:
        if not connection.login or not connection.password:
            raise ConfigError(
                f"connection {connection.conn_id}",
                seen="no login or no password",
                expected="the client id and the client secret of the Firstbell plugin",
                next_step="Set login to the id and password to the secret; PowerSchool shows them "
                "in System Settings, Plugin Management.",
            )
        self.config, self.connection = config, connection
        self._base = base_url(connection, "PowerSchool", "https://district.powerschool.com")
        self.host = host_of(self._base)
        self._transport = Transport(
            PowerSchoolManner(),
            host=self.host,
            limits=config.limits,
            max_attempts=config.max_attempts,
            threads=1,
            sleep=sleep,
            verify=trusted(connection),
            before=Pace(config.min_interval_s, clock=clock, sleep=sleep).keep,
        )
        self._oauth = OAuth(
            self._transport,
            connection,
            token_url=lambda: f"{self._base}/oauth/access_token",
            usual_lifetime_s=LIFETIME_S,
            refused=self._refused,
            strange=lambda seen: self._strange("token", seen),
            clock=clock,
            folder=tokens,
        )
        self._lock = threading.RLock()
        self._page_size: int | None = None

    def close(self) -> None:
        self._transport.close()

    def answers(self) -> bool:
        """Whether the host answers at all, by one request without a second attempt."""
        return self._transport.answers(f"{self._base}/ws/v1/metadata")

    def district_number(self) -> str:
        """What PowerSchool says that the district of this token is."""
        body = self._read("/ws/v1/district", "district")
        district = body.get("district") if isinstance(body, dict) else None
        number = district.get("district_number") if isinstance(district, dict) else None
        if number in (None, ""):
            raise self._strange("district", "an answer without a district number")
        return str(number)

    @property
    def page_size(self) -> int:
        """Rows per request: ours, or the plugin's limit if that is lower. Asked once."""
        with self._lock:
            if self._page_size is None:
                body = self._read("/ws/v1/metadata", "metadata")
                told = body.get("metadata", body) if isinstance(body, dict) else {}
                limit = str(told.get("schema_table_query_max_page_size"))
                most = int(limit) if limit.isdecimal() and int(limit) > 0 else USUAL_PAGE
                self._page_size = min(self.config.page_size, most)
            return self._page_size

    def page(self, table: Table, values: Values, *, after: int) -> list[Any]:
        """The rows that follow a key, at most a page of them, flat and with names in lower case."""
        body = self._query(
            table, f"/ws/schema/query/{table.query}", {**values, "after_key": after},
            params={"page": 1, "pagesize": self.page_size},
        )  # fmt: skip
        found = body.get("record", []) if isinstance(body, dict) else None
        if isinstance(found, dict):  # one row comes as an object
            found = [found]
        if not isinstance(found, list):
            raise self._strange(table.name, f"a JSON {type(body).__name__} without records")
        return [_flat(row, table.name) for row in found]

    def count(self, table: Table, values: Values) -> int:
        """The source's own total for these values."""
        path = f"/ws/schema/query/{table.query}/count"
        body = self._query(table, path, {**values, "after_key": 0}, params={})
        told = body.get("resource", body) if isinstance(body, dict) else None
        count = told.get("count") if isinstance(told, dict) else None
        if not str(count).isdecimal():
            raise self._strange(f"{table.name} (count)", "an answer without a count")
        return int(str(count))

    def _query(self, table: Table, path: str, values: Values, *, params: Values) -> Any:
        what = table.name if params else f"{table.name} (count)"
        return self._asked(self._oauth.post, path, what, json=dict(values), params=dict(params))

    def _read(self, path: str, what: str) -> Any:
        return self._asked(self._oauth.get, path, what)

    def _asked(self, call: Callable[..., Answer], path: str, what: str, **options: Any) -> Any:
        try:
            return call(f"{self._base}{path}", what=what, **options).body
        except RefusedError as error:
            raise error_for(error.problem, host=self.host, what=what) from None

    def _refused(self, problem: Problem) -> TokenRefusedError:
        return TokenRefusedError(
            f"PowerSchool token at {self.host}",
            seen=f"the client id or secret was refused ({problem})",
            expected="a token",
            next_step=f"Check login (id) and password (secret) of connection "
            f"{self.connection.conn_id}: a plugin that was installed anew has other ones, and a "
            f"disabled one none. See {PAGE}#access.",
        )

    def _strange(self, what: str, seen: str) -> ProtocolError:
        return ProtocolError(
            f"PowerSchool {what} at {self.host}",
            seen=seen,
            expected="an answer as PowerSchool's API gives it",
            next_step=f"Check the connection's host; is a proxy in between? See {PAGE}#errors.",
        )


def _flat(row: Any, table: str) -> Any:
    """A row as name and value; one that is bound to its core table is nested below its name."""
    if not isinstance(row, dict):
        return row
    tables = row.get("tables")
    if isinstance(tables, dict):
        found = {str(name).lower(): value for name, value in tables.items()}.get(table)
        row = found if isinstance(found, dict) else row
    return {str(name).lower(): value for name, value in row.items()}
