"""Whether anybody but the owner can read schema reporting, told where an operator looks."""

from __future__ import annotations

import logging

import psycopg

log = logging.getLogger(__name__)

ROLE = "firstbell_reporting"

_MAY_READ = """
    select coalesce(bool_or(has_schema_privilege(role.oid, schema.oid, 'usage')), false)
    from pg_roles as role, pg_namespace as schema
    where role.rolname = %s and schema.nspname = 'reporting'
"""


def warn_if_closed(dsn: str, district: str) -> bool:
    """Warn when the group role for readers is missing or may not read; returns whether it did.

    dbt's hook makes the role where it may. Its own warning goes to the server's log only.
    """
    with psycopg.connect(dsn) as connection:
        row = connection.execute(_MAY_READ, (ROLE,)).fetchone()
        is_open = row is not None and bool(row[0])
        user, database = connection.info.user, connection.info.dbname
    if not is_open:
        log.warning(
            "%s: role %s is missing or may not read schema reporting of database %s, so only user"
            " %s can; expected a group role for readers. Let an administrator run"
            " `create role %s nologin`: the next night grants the rest.",
            district, ROLE, database, user, ROLE,
        )  # fmt: skip
    return not is_open
