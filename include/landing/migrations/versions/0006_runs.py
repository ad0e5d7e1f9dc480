"""The runs of the stages: the day each answers for, and what a transformation has taken in."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_UP = """
    create table ops.runs (
        stage text not null,
        run_id text not null,
        kind text not null check (kind in ('ingest', 'build', 'reader')),
        as_of_date date not null,
        is_partial boolean not null default false,
        settled_at timestamptz not null default clock_timestamp(),
        begun_at timestamptz,
        finished_at timestamptz,
        primary key (stage, run_id)
    )
"""


def upgrade() -> None:
    """Create the table."""
    op.execute(_UP)


def downgrade() -> None:
    """Drop it: what the runs made does not depend on it."""
    op.execute("drop table ops.runs")
