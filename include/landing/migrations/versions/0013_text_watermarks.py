"""Watermarks are text that only their source reads: a version, a timestamp, an event's id."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the columns' type."""
    op.execute("alter table ops.watermarks alter column watermark type text")
    op.execute("alter table ops.loads alter column watermark type text")


def downgrade() -> None:
    """Refuse: not every text is a number."""
    raise NotImplementedError("the type of watermarks is not changed back; restore a backup")
