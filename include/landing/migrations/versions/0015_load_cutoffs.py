"""What a build sees of raw is called its load cutoff."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rename the table and its key; its rows stay."""
    op.execute("alter table ops.intakes rename to load_cutoffs")
    op.execute("alter table ops.load_cutoffs rename column intake_id to load_cutoff_id")


def downgrade() -> None:
    """Give the old names back."""
    op.execute("alter table ops.load_cutoffs rename column load_cutoff_id to intake_id")
    op.execute("alter table ops.load_cutoffs rename to intakes")
