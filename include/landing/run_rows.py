"""What the ledger says of single runs: the rows that one of them wrote.

Sources of one raw name whose DAGs start at one moment have one run id: `instance` tells them apart.
"""

from __future__ import annotations

import psycopg

from include.landing.request import LoadRequest
from include.records import Feed


def statuses_of_run(dsn: str, source: str, run_id: str, *, instance: str = "") -> dict[str, str]:
    """How each entity of a source, or of one delivery of it, ended in a run.

    None for what the run never came to.
    """
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            """
            select distinct on (entity) entity, status
            from ops.loads
            where source = %(source)s and run_id = %(run_id)s
                and instance = %(instance)s
            order by entity, load_id desc
            """,
            {"source": source, "run_id": run_id, "instance": instance},
        ).fetchall()
    return {str(entity): str(status) for entity, status in rows}


def windows_of_run(dsn: str, source: str, run_id: str) -> dict[Feed, set[str]]:
    """What a run wrote down of a source, well or not: the windows of its loads, by feed."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            "select entity, load_window from ops.loads where source = %s and run_id = %s",
            (source, run_id),
        ).fetchall()
    found: dict[Feed, set[str]] = {}
    for entity, window in rows:
        found.setdefault(Feed(source, str(entity)), set()).add(str(window))
    return found


def windows_of_last(dsn: str, source: str, prefix: str, *, not_of: str) -> set[str]:
    """The windows that begin so, of the newest run before this one that had some."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            """
            select load_window
            from ops.loads
            where source = %(source)s and starts_with(load_window, %(prefix)s)
                and run_id = (
                    select run_id
                    from ops.loads
                    where source = %(source)s and starts_with(load_window, %(prefix)s)
                        and run_id <> %(not_of)s
                    order by load_id desc
                    limit 1
                )
            """,
            {"source": source, "prefix": prefix, "not_of": not_of},
        ).fetchall()
    return {window for (window,) in rows}


def parked_beside(connection: psycopg.Connection, request: LoadRequest) -> list[str]:
    """Other entities that belong to the request's and whose last attempt in this run is parked."""
    others = sorted(request.together - {request.feed.entity})
    if not others:
        return []
    rows = connection.execute(
        """
        select entity
        from (
            select distinct on (entity) entity, status
            from ops.loads
            where source = %s and run_id = %s and entity = any(%s)
                and instance = %s
            order by entity, load_id desc
        ) as latest
        where status = 'parked'
        """,
        (
            request.feed.source,
            request.run.run_id,
            others,
            request.instance,
        ),
    ).fetchall()
    return [str(entity) for (entity,) in rows]
