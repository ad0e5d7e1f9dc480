"""How the simulated PowerSchool behaves. What vendors' pages leave open is a switch here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

DEFAULT_PAGE = 100


@dataclass
class Behaviour:
    """One installation with its switches."""

    version: str = "23.7.2.0"
    district_name: str = "Sample Maple Valley School District"
    district_number: str = "990100"
    time_zone: str = "America/New_York"
    # set by the district for each plugin
    page_sizes: dict[str, int] = field(default_factory=dict)
    max_page: int = 100
    # a page that is larger than allowed: cut to the limit, or an error
    over_size: Literal["clamp", "refuse"] = "clamp"
    expires_as_text: bool = True
    token_lifetime_s: int = 2_592_000
    # the last page, or a page of one record: an object where a list is expected
    single_as_object: bool = True
    # an empty page: no `record`, or an empty list
    empty_as_list: bool = False
    # flat columns, or nested below the core table's name
    nested: bool = False
    # {"count": N} or {"resource": {"count": N}}
    counts: Literal["plain", "resource"] = "plain"
    # whether /ws/schema/table gives core tables, or only extensions
    core_tables: bool = True
    # a query that reads a field that was not granted: refused, or answered without the field
    ungranted: Literal["refuse", "omit"] = "refuse"
    error_key: Literal["message", "errorMessage"] = "message"
    # requests of one plugin closer than this are answered 429
    min_interval_s: float = 0.0
    retry_after: str | None = "1"
    discipline: Literal["log", "incident"] = "log"
    # fields ("log", "users.email_addr") that an administrator took away from the plugin again
    revoked: set[str] = field(default_factory=set)

    def page_size(self, kind: str) -> int:
        """The greatest page of a kind of list, e.g. `student` or `schema_table_query`."""
        return self.page_sizes.get(kind, self.max_page)
