"""Find what a district put on the tables of schema reporting: each build drops it.

dbt replaces a table by a new one and drops the old with all that hangs on it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from pathlib import Path

import psycopg

log = logging.getLogger(__name__)

# Grants that come again with each table are no loss: those of dbt's hooks and of the schema's
# default privileges. dbt names its own indexes by a digest.
_EXTRAS = """
    with tables as (
        select oid, relname, relowner, relacl, relrowsecurity from pg_class
        where relnamespace = to_regnamespace('reporting') and relkind = 'r'
    )
    select distinct 'view ' || upper.oid::regclass || ' on ' || tables.relname
    from tables
    inner join pg_depend as link
        on link.refobjid = tables.oid and link.refclassid = 'pg_class'::regclass
        and link.classid = 'pg_rewrite'::regclass
    inner join pg_rewrite as rule on rule.oid = link.objid
    inner join pg_class as upper on upper.oid = rule.ev_class and upper.oid <> tables.oid
    where upper.relname <> all(%(models)s)
    union
    select 'grant to ' || coalesce(role.rolname, 'PUBLIC') || ' on ' || tables.relname
    from tables
    cross join aclexplode(tables.relacl) as given
    left join pg_roles as role on role.oid = given.grantee
    where given.grantee <> tables.relowner
        and coalesce(role.rolname, '') not in (
            current_database() || '_reporting', current_database() || '_egress'
        )
        and not exists (
            select from pg_default_acl as lasting
            cross join aclexplode(lasting.defaclacl) as again
            where lasting.defaclobjtype = 'r'
                and lasting.defaclrole = tables.relowner
                and lasting.defaclnamespace in (0, to_regnamespace('reporting'))
                and again.grantee = given.grantee
                and again.privilege_type = given.privilege_type
        )
    union
    -- dbt and default privileges give no rights on single columns
    select
        'grant to ' || coalesce(role.rolname, 'PUBLIC') || ' on '
        || tables.relname || '.' || part.attname
    from tables
    inner join pg_attribute as part on part.attrelid = tables.oid
    cross join aclexplode(part.attacl) as given
    left join pg_roles as role on role.oid = given.grantee
    where given.grantee <> tables.relowner
    union
    select 'row security on ' || tables.relname from tables where tables.relrowsecurity
    union
    select 'policy ' || rule.polname || ' on ' || tables.relname
    from tables inner join pg_policy as rule on rule.polrelid = tables.oid
    union
    select 'trigger ' || rule.tgname || ' on ' || tables.relname
    from tables inner join pg_trigger as rule on rule.tgrelid = tables.oid and not rule.tgisinternal
    union
    select 'index ' || named.relname || ' on ' || tables.relname
    from tables
    inner join pg_index as link on link.indrelid = tables.oid
    inner join pg_class as named on named.oid = link.indexrelid
    where named.relname !~ '^[0-9a-f]{32}$'
    order by 1
"""


# Of these `found` says the name after the kind: index <name> on <table>.
_NAMED = ("index", "policy", "trigger")


def found(dsn: str, project: Path, own: Collection[str] = ()) -> list[str]:
    """Name what hangs on the tables of reporting and is made neither by the project nor by the
    models of one's `own`.
    """
    models = [*own, *(path.stem for path in (project / "models").rglob("*.sql"))]
    with psycopg.connect(dsn) as connection:
        return [row[0] for row in connection.execute(_EXTRAS, {"models": models}).fetchall()]


def warn(
    dsn: str,
    district: str,
    project: Path,
    own: Collection[str] = (),
    *,
    comes_again: Callable[[str], bool] = lambda name: False,
) -> None:
    """Warn of what the build that begins will drop, but of what `comes_again`, by its name."""
    extras = []
    for told in found(dsn, project, own):
        kind, name, *_ = told.split()
        if kind not in _NAMED or not comes_again(name):
            extras.append(told)
    if extras:
        log.warning(
            "%s: this build drops what was put on schema reporting by hand: %s. docs/privacy.md,"
            " *What a district adds to the reports*, says where such things stay.",
            district, ", ".join(extras),
        )  # fmt: skip
