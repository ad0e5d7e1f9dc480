"""Who can read a district's reports: a role of its own, and no door for anybody else.

    python -m include.reporting_access --district grand_bend --reader district_bi

makes the district's roles, closes its database to everybody else, gives the disclosure log an owner
that the warehouse's login is not in, and lets the named logins read schema reporting. It connects
with FIRSTBELL_ADMIN_URL (an administrator of the server), or as the district's warehouse connection
where that is unset. Run it again at any time, and once more after the first night.

dbt's hooks do the same after each run as far as the warehouse's login may; what is missing then is
told where an operator looks.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from include import warehouse
from include.config import District, get_district
from include.connections import from_environment
from include.errors import ConfigError, FirstbellError

log = logging.getLogger(__name__)

ADMIN_URL = "FIRSTBELL_ADMIN_URL"

_STATE = """
    select
        coalesce(has_schema_privilege(role.oid, schema.oid, 'usage'), false),
        has_database_privilege('public', current_database(), 'connect')
            or has_database_privilege('public', current_database(), 'temporary')
    from (values (1)) as always (one)
    left join pg_roles as role on role.rolname = current_database() || '_reporting'
    left join pg_namespace as schema on schema.nspname = 'reporting'
"""
_CREATE = "create role {} nologin"
# What stands in the database now; what later runs build is granted by dbt.
_READ = (
    "grant usage on schema reporting to {reader}",
    "grant select on all tables in schema reporting to {reader}",
)
# In this order: the warehouse's login may be no owner and have only what PUBLIC has.
_CLOSE = (
    "grant connect, temporary on database {database} to {login}",
    "grant connect on database {database} to {reader}",
    "revoke connect, temporary on database {database} from public",
    "grant {sender} to {login}",
)
# The disclosure log: who writes it must not own it. What else a row holds is the server's word.
_KEEP = (
    "alter table ops.disclosures owner to {keeper}",
    "alter function ops.disclosure_hash owner to {keeper}",
    "alter function ops.disclosures_chain owner to {keeper}",
    "alter function ops.disclosures_stay owner to {keeper}",
    "grant usage on schema ops to {keeper}, {sender}",
    "grant select on ops.disclosures to {login}, {sender}",
    "grant insert (outbox_id, event, at, actor, run_id, recipient, vendor, channel, purpose,"
    " legal_basis, data_elements, student_count, student_unique_ids, payload_sha256)"
    " on ops.disclosures to {login}, {sender}",
)
# What a server's log shows of a statement that failed may be a value of a row: a cast that fails
# quotes its text. Only a superuser may set these, and for this database alone.
_QUIET = {
    "log_min_messages": ("log", "fatal", "panic"),
    "log_error_verbosity": ("terse",),
    "log_min_error_statement": ("panic",),
}
_IS_KEPT = "select to_regproc('ops.disclosures_chain') is not null"


def warn_if_closed(dsn: str, district: str) -> bool:
    """Warn when readers cannot read, or strangers may connect; returns whether it did.

    dbt's hook sees to both where it may. Its own warning goes to the server's log only.
    """
    with psycopg.connect(dsn) as connection:
        row = connection.execute(_STATE).fetchone()
        user, database = connection.info.user, connection.info.dbname
    can_read, is_ajar = row if row is not None else (False, True)
    command = f"python -m include.reporting_access --district {district}"
    if not can_read:
        log.warning(
            "%s: role %s is missing or may not read schema reporting of database %s, so only user"
            " %s can; expected a group role for readers. Let an administrator run"
            " `%s`: the next night grants the rest.",
            district, warehouse.role_of(database, "reporting"), database, user, command,
        )  # fmt: skip
    if is_ajar:
        log.warning(
            "%s: every login of the server may connect to database %s (PUBLIC has that right);"
            " expected its own readers only. Let its owner or an administrator run `%s`.",
            district, database, command,
        )  # fmt: skip
    return is_ajar or not can_read


def warn_if_logged(dsn: str, district: str) -> bool:
    """Warn when the server's log may hold values of rows; returns whether it did."""
    with psycopg.connect(dsn) as connection:
        found = {
            name: connection.execute("select current_setting(%s)", (name,)).fetchone()
            for name in _QUIET
        }
    wrong = [
        f"{name} = {row[0]}"
        for name, row in found.items()
        if row is not None and row[0] not in _QUIET[name]
    ]
    if wrong:
        log.warning(
            "%s: the Postgres server's log may show values of rows (%s); expected %s. Let a"
            " superuser run `python -m include.reporting_access --district %s`, or set them in"
            " postgresql.conf.",
            district, ", ".join(wrong),
            ", ".join(f"{name} = {good[0]}" for name, good in _QUIET.items()), district,
        )  # fmt: skip
    return bool(wrong)


def prepare(district: District, login: str, admin_url: str, readers: Sequence[str] = ()) -> None:
    """Make the roles of the district's database, close it, and let the named logins read.

    `login` is the warehouse's own. Raises ConfigError for what the server refuses.
    """
    try:
        with psycopg.connect(admin_url) as connection:
            _prepare(connection, login, readers)
    except psycopg.Error as error:
        raise ConfigError(
            f"{district.code}: access to database {district.database}",
            seen=f"{error.diag.message_primary or type(error).__name__}",
            expected="an administrator: a superuser (or, before the first night, a login with"
            " CREATEROLE that owns the database); and readers that exist",
            next_step=f"Set {ADMIN_URL} to such a login's URL, create the logins that are missing,"
            " then run the command again.",
        ) from None


def _prepare(connection: psycopg.Connection, login: str, readers: Sequence[str]) -> None:
    name = connection.info.dbname
    warehouse.require_room_for_roles(name)
    parts = {
        "database": sql.Identifier(name),
        "login": sql.Identifier(login),
        "reader": sql.Identifier(warehouse.role_of(name, "reporting")),
        "sender": sql.Identifier(warehouse.role_of(name, "egress")),
        "keeper": sql.Identifier(warehouse.role_of(name, "disclosures")),
    }
    for role in (warehouse.role_of(name, purpose) for purpose in warehouse.ROLES):
        known = connection.execute("select from pg_roles where rolname = %s", (role,)).fetchone()
        if known is None:
            connection.execute(sql.SQL(_CREATE).format(sql.Identifier(role)))
    for statement in _CLOSE:
        connection.execute(sql.SQL(statement).format(**parts))
    found = connection.execute("select from pg_namespace where nspname = 'reporting'").fetchone()
    if found is not None:
        for statement in _READ:
            connection.execute(sql.SQL(statement).format(**parts))
    if connection.execute(_IS_KEPT).fetchone() == (True,):
        for statement in _KEEP:
            connection.execute(sql.SQL(statement).format(**parts))
    row = connection.execute(
        "select rolsuper from pg_roles where rolname = current_user"
    ).fetchone()
    if row == (True,):
        for setting, (value, *_) in _QUIET.items():
            connection.execute(
                sql.SQL("alter database {} set {} = {}").format(
                    parts["database"], sql.Identifier(setting), sql.Literal(value)
                )
            )
    for reader in readers:
        connection.execute(
            sql.SQL("grant {} to {}").format(parts["reader"], sql.Identifier(reader))
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Prepare one district's database; says what is open to whom."""
    parser = argparse.ArgumentParser(prog="python -m include.reporting_access", description=__doc__)
    parser.add_argument("--district", required=True)
    parser.add_argument("--reader", action="append", default=[], help="a login that may read")
    options = parser.parse_args(arguments)
    try:
        district = get_district(options.district)
        connection = from_environment(district.warehouse_connection)
        own = warehouse.url_of(connection)
        given = os.environ.get(ADMIN_URL)
        database = urlsplit(own).path
        admin = urlsplit(given)._replace(path=database).geturl() if given else own
        prepare(district, connection.login or "", admin, options.reader)
    except FirstbellError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    name = database.lstrip("/")
    readers = warehouse.role_of(name, "reporting")
    sys.stdout.write(f"{name}: open to members of {readers} and to {connection.login} alone.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
