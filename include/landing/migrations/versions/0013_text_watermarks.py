"""Watermarks are text that only their source reads: a version, a timestamp, an event's id."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the type of the one column, and put a new one in the place of the other.

    Views of dbt read all columns of the ledger, and reports stand on them: the type of what a view
    reads cannot be changed, so the numbers stay beside their texts.
    """
    op.execute("alter table ops.watermarks alter column watermark type text")
    op.execute("alter table ops.loads rename column watermark to watermark_number")
    op.execute("alter table ops.loads add column watermark text")
    op.execute("update ops.loads set watermark = watermark_number::text")


def downgrade() -> None:
    """Refuse: not every text is a number."""
    raise NotImplementedError("the type of watermarks is not changed back; restore a backup")
