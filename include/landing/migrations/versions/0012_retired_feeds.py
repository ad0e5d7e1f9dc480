"""The feeds that an earlier release read, and this one does not."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_UP = """
    create table ops.retired_feeds (
        source text not null,
        entity text not null,
        retired_at timestamptz not null default clock_timestamp(),
        primary key (source, entity)
    )
"""


def upgrade() -> None:
    """Add the table, without a row: the next run lists what it does not read."""
    op.execute(_UP)


def downgrade() -> None:
    """Drop it."""
    op.execute("drop table ops.retired_feeds")
