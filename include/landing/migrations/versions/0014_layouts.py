"""What rows of files say of tests reaches dbt as data: `raw.layout_columns` and its neighbours."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_UP = (
    """
    create table raw.layout_columns (
        source text not null,
        entity text not null,
        -- which of the tests of a row; empty where a row is one test
        test_code text not null,
        -- what the column, or the constant, says: see include/sources/files/as_data.py
        role text not null,
        place integer not null,
        column_name text,
        value text,
        scope text,
        part_code text,
        part_name text,
        method text,
        norm_set text,
        from_window text,
        to_window text,
        lowest numeric,
        highest numeric,
        is_whole boolean,
        primary key (source, entity, test_code, role, place)
    )
    """,
    """
    create table raw.layout_codes (
        source text not null,
        entity text not null,
        test_code text not null,
        role text not null,
        place integer not null,
        column_name text,
        code text not null,
        meaning text not null,
        language text
    )
    """,
    # all rows of the files that layouts describe; landing writes it anew with the layouts
    """
    create view raw.layout_rows as
    select
        cast(null as text) as source,
        cast(null as text) as entity,
        cast(null as text) as record_key,
        cast(null as jsonb) as payload,
        cast(null as bigint) as load_id,
        cast(null as timestamptz) as loaded_at,
        cast(null as bigint) as superseded_by,
        cast(null as boolean) as is_deleted,
        cast(null as text) as source_ref,
        cast(null as text) as scope,
        cast(null as bigint) as cell_names_id
    where false
    """,
)


def upgrade() -> None:
    """Make room for the layouts; landing fills it when it prepares a database."""
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop what `landing.prepare` makes anew from the layouts."""
    op.execute("drop view raw.layout_rows")
    op.execute("drop table raw.layout_codes")
    op.execute("drop table raw.layout_columns")
