"""Which instance of a feed each source of a district is: what keeps their records apart in raw.

The first source of a feed that a warehouse meets has the empty instance, a later one its own name.
Once settled it stays, whatever other sources come and go, so that no record changes its identity.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import psycopg

# nobody else settles meanwhile; who reads goes on
_LOCK = "lock table ops.source_instances in share row exclusive mode"

_SETTLED = """
    select source_name, instance, is_listed from ops.source_instances where source = %s
"""

_RENAME = """
    update ops.source_instances set source_name = %s, settled_at = clock_timestamp()
    where source = %s and source_name = %s
"""

_ADD = """
    insert into ops.source_instances (source, instance, source_name, is_listed)
    values (%s, %s, %s, true)
"""

_LIST = """
    update ops.source_instances set is_listed = source_name = any(%(names)s)
    where source = %(source)s and is_listed <> (source_name = any(%(names)s))
"""

# a ledger of before this table knows the names of several sources
_IN_LEDGER = "select distinct instance from ops.loads where source = %s and instance = any(%s)"


def settle_instances(dsn: str, sources: Mapping[str, Sequence[str]]) -> None:
    """Give each source of a district its instance: `sources` are their names by raw name.

    In the order of the district file, all of a raw name; a name in place of another, with no more
    to it, is the same source renamed. What a source that is gone has brought stays.
    """
    with psycopg.connect(dsn) as connection:
        connection.execute(_LOCK)
        known = connection.execute("select distinct source from ops.source_instances").fetchall()
        for (source,) in known:
            _settle(connection, source, sources.get(source, ()))
        for source in sources.keys() - {source for (source,) in known}:
            _settle(connection, source, sources[source])


def instance_of(dsn: str, source: str, name: str, names: Sequence[str]) -> str:
    """The instance of the source `name`, one of the district's `names` of this raw name."""
    with psycopg.connect(dsn) as connection:
        settled = _settled(connection, source)
        if name not in settled:
            connection.execute(_LOCK)
            _settle(connection, source, names)
            settled = _settled(connection, source)
    return settled[name][0]


def _settled(connection: psycopg.Connection, source: str) -> dict[str, tuple[str, bool]]:
    """By name: its instance, and whether the district file has it."""
    rows = connection.execute(_SETTLED, (source,)).fetchall()
    return {str(name): (str(instance), bool(is_listed)) for name, instance, is_listed in rows}


def _settle(connection: psycopg.Connection, source: str, names: Sequence[str]) -> None:
    settled = _settled(connection, source)
    new = [name for name in names if name not in settled]
    gone = [name for name, (_, is_listed) in settled.items() if is_listed and name not in names]
    if len(new) == len(gone) == 1:
        connection.execute(_RENAME, (new[0], source, gone[0]))
        new = []
    taken = {instance for instance, _ in settled.values()}
    in_ledger = connection.execute(_IN_LEDGER, (source, new)).fetchall() if new else []
    named = {str(instance) for (instance,) in in_ledger}
    for name in new:
        is_first = not settled and name not in named and "" not in taken
        instance = "" if is_first else _free(name, taken)
        connection.execute(_ADD, (source, instance, name))
        taken.add(instance)
    connection.execute(_LIST, {"source": source, "names": list(names)})


def _free(name: str, taken: set[str]) -> str:
    """The name, or with a number where another source, renamed since, has it as its instance."""
    instance, number = name, 2
    while instance in taken:
        instance, number = f"{name}-{number}", number + 1
    return instance
