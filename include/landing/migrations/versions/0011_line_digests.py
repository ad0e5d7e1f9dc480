"""Raw tables hold digests of lines, by which rows of files are known again."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# apart from raw: who may read only that cannot try out what a line held; 244 random bits
_KEY = """
    create table ops.line_key as
    select uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) as line_key
"""
# the index holds all that is read of current records, so it is built anew
_UP = """
    do $body$
    declare
        place record;
    begin
        for place in
            select format('%I.%I', schemaname, tablename) as name,
                format('%I.%I', schemaname, indexname) as index_name, indexdef
            from pg_indexes
            where schemaname = 'raw'
                and indexdef like '% INCLUDE (payload_hash, is_deleted, scope)%'
        loop
            execute format('alter table %s add column line_digest bytea', place.name);
            execute format('drop index %s', place.index_name);
            execute replace(
                place.indexdef,
                'INCLUDE (payload_hash, is_deleted, scope)',
                'INCLUDE (payload_hash, is_deleted, scope, line_digest)'
            );
        end loop;
    end
    $body$
"""


def upgrade() -> None:
    """Make the key, add the column and build the index of current records with it."""
    op.execute(_KEY)
    op.execute(_UP)


def downgrade() -> None:
    """Refuse: an older build would not read the rows of these tables otherwise."""
    raise NotImplementedError("columns of raw are not dropped; restore a backup")
