"""Rows of files are arrays of cells; `raw.cell_names` says which cell is which.

Rows of before stay objects, without a number: readers take both.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_UP = (
    """
    create table raw.cell_names (
        cell_names_id bigint primary key,
        -- place of each cell in the array, from 0, by its name
        positions jsonb not null
    )
    """,
    """
    do $body$
    declare
        raw_table regclass;
    begin
        for raw_table in
            select attrelid from pg_attribute
            inner join pg_class on pg_class.oid = attrelid
            where attname = 'payload_hash' and relkind = 'r'
                and relnamespace = cast('raw' as regnamespace)
        loop
            execute format('alter table %s add column cell_names_id bigint', raw_table);
        end loop;
    end
    $body$
    """,
    # for people who look into raw: select raw.record(payload, cell_names_id) from raw.star__results
    """
    create function raw.record(payload jsonb, cell_names_id bigint)
    returns jsonb language sql stable as $body$
        select case
            when record.cell_names_id is null then record.payload
            else (
                select
                    jsonb_object_agg(place.name, record.payload -> cast(place.position as integer))
                from raw.cell_names as known
                cross join jsonb_each_text(known.positions) as place (name, position)
                where known.cell_names_id = record.cell_names_id
                    and record.payload ->> cast(place.position as integer) <> ''
            )
        end
    $body$
    """,
)


def upgrade() -> None:
    """Make room for the names; no row is written."""
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    """Refuse: without the names nobody knows which cell is which."""
    raise NotImplementedError("raw.cell_names cannot be dropped; restore a backup")
