"""Raw tells several sources of one feed apart: column `instance`, part of a record's identity."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_LEDGER = (
    "alter table ops.loads add column instance text not null default ''",
    """
    update ops.loads
    set instance = notes ->> 'instance', notes = notes - 'instance'
    where notes ->> 'instance' <> ''
    """,
    # the scopes of a file began with its instance
    """
    update ops.loads
    set notes = jsonb_set(notes, '{scopes}', (
        select jsonb_agg(
            case
                when starts_with(scope, loads.instance || ': ')
                    then substr(scope, length(loads.instance) + 3)
                else scope
            end
        )
        from jsonb_array_elements_text(loads.notes -> 'scopes') as scopes (scope)
    ))
    where instance <> '' and jsonb_array_length(notes -> 'scopes') > 0
    """,
    "alter table ops.watermarks add column instance text not null default ''",
    "alter table ops.watermarks drop constraint watermarks_pkey",
    "alter table ops.watermarks add primary key (source, entity, instance)",
    """
    create table ops.source_instances (
        -- what its feeds have before the dot
        source text not null,
        instance text not null,
        -- its name in the district file, now or last
        source_name text not null,
        -- whether the district file has it
        is_listed boolean not null,
        settled_at timestamptz not null default clock_timestamp(),
        primary key (source, instance),
        unique (source, source_name)
    )
    """,
)
# The default is a constant: no row is written. The index is built anew, once. Of a district that
# has had several sources of a feed their rows get the instance that the ledger knows.
_RAW = """
    do $body$
    declare
        place record;
        many boolean;
    begin
        select exists (select from ops.loads where instance <> '') into many;
        for place in
            select format('%I.%I', schemaname, tablename) as name,
                format('%I.%I', schemaname, indexname) as index_name, indexdef
            from pg_indexes
            where schemaname = 'raw'
                and indexdef like '% (record_key) INCLUDE (payload_hash, is_deleted, scope, %'
        loop
            execute format(
                'alter table %s add column instance text not null default ''''', place.name
            );
            execute format('drop index %s', place.index_name);
            if many then
                execute format(
                    'update %s as landed'
                    ' set instance = loads.instance, scope = case'
                    '     when starts_with(landed.scope, loads.instance || '': '')'
                    '         then substr(landed.scope, length(loads.instance) + 3)'
                    '     else landed.scope end'
                    ' from ops.loads'
                    ' where loads.load_id = landed.load_id and loads.instance <> ''''',
                    place.name
                );
            end if;
            execute replace(
                place.indexdef, '(record_key) INCLUDE', '(record_key, instance) INCLUDE'
            );
        end loop;
    end
    $body$
"""
_ROWS = """
    do $body$
    declare
        body text;
    begin
        select string_agg(
            format(
                'select cast(%L as text) as source, cast(%L as text) as entity, record_key,'
                ' payload, load_id, loaded_at, superseded_by, is_deleted, source_ref, scope,'
                ' cell_names_id, instance from raw.%I',
                source, entity, source || '__' || entity
            ),
            ' union all '
        )
        into body
        from (select distinct source, entity from raw.layout_columns) as feeds;
        execute 'create or replace view raw.layout_rows as ' || coalesce(
            body,
            'select cast(null as text) as source, cast(null as text) as entity,'
            ' cast(null as text) as record_key, cast(null as jsonb) as payload,'
            ' cast(null as bigint) as load_id, cast(null as timestamptz) as loaded_at,'
            ' cast(null as bigint) as superseded_by, cast(null as boolean) as is_deleted,'
            ' cast(null as text) as source_ref, cast(null as text) as scope,'
            ' cast(null as bigint) as cell_names_id, cast(null as text) as instance'
            ' where false'
        );
    end
    $body$
"""


def upgrade() -> None:
    """Add the columns, give rows of known instances theirs, and build the indexes with it."""
    for statement in (*_LEDGER, _RAW, _ROWS):
        op.execute(statement)


def downgrade() -> None:
    """Refuse: an older build would take the records of several sources for one another's."""
    raise NotImplementedError("columns of raw are not dropped; restore a backup")
