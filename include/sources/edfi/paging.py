"""Read a whole collection while others change it, and lose nothing that stays.

Cursor paging (7.3 and later) asks for the rows after a position, so nothing can shift. Offset
paging asks for the n-th rows, and rows shift: forward paging loses one when a row before it goes,
backward paging when one comes. So we read backward from the end, and every page must join what
was already read: it holds a row that we know, or it reaches the end; else we climb until it does.
A page is one consistent piece of the order, so the pieces join without a gap, whatever happens
between two requests. That needs one request after the other, never two at once.
A row that moved down is met twice. Only a row near the seam can be, so a bounded memory of the
rows read last is enough to drop it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from include.errors import ProtocolError
from include.sources.edfi.client import Client, Params, Rows
from include.sources.edfi.problems import RefusedError

# ids remembered at the seam, in pages: more rows than this must vanish in the middle of one read
# before a row could be passed on twice, and then landing merges it by its key
SEAM_PAGES = 20
FALLBACK_LIMITS = (100, 25)
MAX_CLIMBS = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one answer with their places: `refs[i]` belongs to `rows[i]`."""

    rows: list[Any]
    refs: list[str]


class Reader:
    """Reads collections of one client, with the page size that the API allows."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.limit = client.source.page_size

    def by_cursor(
        self, path: str, filters: Params, *, token: str | None = None, label: str = ""
    ) -> Iterator[Page] | None:
        """All pages from the token (or the start) on; None: this API gives no tokens."""
        if token is None:
            first = self._get(path, {**filters, "limit": self.limit}, "limit")
            if first.rows and first.next_token is None:
                return None
            return self._follow(path, filters, first, label)
        return self._follow(path, filters, Rows([], token, None), label)

    def _follow(self, path: str, filters: Params, first: Rows, label: str) -> Iterator[Page]:
        number, token = 0, "start"
        answer = first
        if answer.rows:
            number += 1
            yield _page(answer.rows, f"{label}page {number}", "")
        while answer.next_token is not None:
            token = answer.next_token
            answer = self._get(
                path, {**filters, "pageToken": token, "pageSize": self.limit}, "pageSize"
            )
            if not answer.rows:
                return
            if answer.next_token == token:
                raise ProtocolError(
                    f"Ed-Fi {path} at {self.client.host}",
                    seen="a Next-Page-Token that leads to the same page",
                    expected="a token of the next page",
                    next_step="Set `paging: offset` in the district file and tell the host.",
                )
            number += 1
            yield _page(answer.rows, f"{label}page {number}", f", token {token}")

    def by_offset(self, path: str, filters: Params, total: int) -> Iterator[Page]:
        """All pages from the last to the first; see the module's text."""
        # two rows at least: one of them is the seam
        self.limit = max(2, self.limit)
        seam = _Seam(SEAM_PAGES * self.limit)
        offset, number, climbs = (total // self.limit) * self.limit, 0, 0
        while True:
            rows = self._get(path, {**filters, "offset": offset, "limit": self.limit}, "limit").rows
            # a short page ends the collection, so nothing can lie between it and what we have
            if len(rows) >= self.limit and not seam.touches(rows):
                climbs += 1
                if climbs > MAX_CLIMBS:
                    raise _too_busy(path, self.client.host)
                offset += self.limit - 1
                continue
            number += 1
            fresh = seam.admit(rows)
            if fresh:
                yield _page(
                    [row for _, row in fresh],
                    f"page {number}",
                    f", offset {offset}",
                    [index for index, _ in fresh],
                )
            if offset == 0:
                return
            offset = max(0, offset - (self.limit - 1))

    def _get(self, path: str, params: dict[str, str | int], size: str) -> Rows:
        """One page; where the page size is refused, with the one that the API allows."""
        while True:
            try:
                return self.client.page(path, params)
            except RefusedError as error:
                if not error.problem.is_over_limit:
                    raise
                asked = int(params[size])
                allowed = error.problem.max_limit or 0
                if not 0 < allowed < asked:
                    allowed = next((n for n in FALLBACK_LIMITS if n < asked), 0)
                if allowed == 0:
                    raise
                params = {**params, size: allowed}
                self.limit = allowed


class _Seam:
    """The rows read last: enough of them to recognise one that is met again."""

    def __init__(self, size: int) -> None:
        self._order: deque[object] = deque()
        self._known: set[object] = set()
        self._size = size

    def touches(self, rows: list[Any]) -> bool:
        """Whether the rows join what was read."""
        return any(_identity(row) in self._known for row in rows)

    def admit(self, rows: list[Any]) -> list[tuple[int, Any]]:
        """The rows not met before, with their index in the page."""
        fresh: list[tuple[int, Any]] = []
        for index, row in enumerate(rows):
            identity = _identity(row)
            if identity not in self._known:
                fresh.append((index, row))
                self._known.add(identity)
                self._order.append(identity)
        while len(self._order) > self._size:
            self._known.discard(self._order.popleft())
        return fresh


def _identity(row: Any) -> object:
    if isinstance(row, dict) and isinstance(row.get("id"), str):
        # one record can have several key changes: the version tells them apart
        return (row["id"], row.get("changeVersion"))
    return orjson.dumps(row)


def _too_busy(path: str, host: str) -> ProtocolError:
    return ProtocolError(
        f"Ed-Fi {path} at {host}",
        seen="rows come in faster than pages can be read",
        expected="a collection that holds still for the length of one page",
        next_step="Run at a quieter hour, or use a snapshot (use_snapshot: true).",
    )


def _page(rows: list[Any], label: str, tail: str, indexes: list[int] | None = None) -> Page:
    numbers = indexes if indexes is not None else range(len(rows))
    return Page(rows, [f"{label} row {number + 1}{tail}" for number in numbers])
