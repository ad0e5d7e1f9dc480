"""On which project the seeds were loaded last, and what they then held."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_UP = """
    create table ops.seeds (
        -- one row: seeds are loaded together
        is_last boolean primary key default true check (is_last),
        fingerprint text not null,
        contents text not null,
        loaded_at timestamptz not null default clock_timestamp()
    )
"""


def upgrade() -> None:
    """Add the table, without a row: the next build loads the seeds."""
    op.execute(_UP)


def downgrade() -> None:
    """Drop it."""
    op.execute("drop table ops.seeds")
