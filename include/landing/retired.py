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
    where loads.source || '.' || loads.entity <> all(%(read)s) and loads.source <> all(%(unread)s)
    on conflict (source, entity) do nothing
"""
_TAKE_BACK = """
    delete from ops.retired_feeds
    where source || '.' || entity = any(%(read)s) or source = any(%(unread)s)
"""


def list_retired_feeds(dsn: str, feeds: Iterable[Feed], *, unread: Iterable[str] = ()) -> None:
    """Write to ops.retired_feeds which feeds of the ledger are none of `feeds`, which are read.

    None of an `unread` source is: what would say its feeds could not be read.
    """
    told = {"read": [str(feed) for feed in feeds], "unread": list(unread)}
    with psycopg.connect(dsn) as connection:
        connection.execute(_RETIRE, told)
        connection.execute(_TAKE_BACK, told)
