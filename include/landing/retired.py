"""Which feeds of the ledger nobody reads any more.

Their rows stay in raw and in the ledger. Nothing waits for them: their last load may have failed,
and their watermark stays behind those of their source for ever.
"""

from __future__ import annotations

from collections.abc import Iterable

import psycopg

from include.records import Feed

_RETIRE = """
    insert into ops.retired_feeds (source, entity)
    select distinct loads.source, loads.entity
    from ops.loads
    where loads.source || '.' || loads.entity <> all(%(read)s)
    on conflict (source, entity) do nothing
"""
_TAKE_BACK = "delete from ops.retired_feeds where source || '.' || entity = any(%(read)s)"


def list_retired_feeds(dsn: str, feeds: Iterable[Feed]) -> None:
    """Write to ops.retired_feeds which feeds of the ledger are none of `feeds`, which are read."""
    read = [str(feed) for feed in feeds]
    with psycopg.connect(dsn) as connection:
        connection.execute(_RETIRE, {"read": read})
        connection.execute(_TAKE_BACK, {"read": read})
