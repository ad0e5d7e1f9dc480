"""What a build had to make: on which project it stood, and how much of it was to be renewed."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_UP = """
    alter table ops.runs
        add column fingerprint text,
        add column scope text check (scope in ('all', 'day'))
"""


def upgrade() -> None:
    """Add the columns; builds of before have none, so the next renews everything."""
    op.execute(_UP)


def downgrade() -> None:
    """Drop them."""
    op.execute("alter table ops.runs drop column fingerprint, drop column scope")
