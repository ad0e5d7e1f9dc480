"""What tells, after a message is forgotten, that an alert of another date is the same rise."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Until now an alert was enqueued on the day of its crossing. Of a message that neither left nor
# holds its facts any more nobody can say whom it was about: it keeps no subject.
FILL = """
    update ops.outbox as message set
        crossed_on = message.as_of_date,
        subject = encode(sha256(convert_to(message.district_code || '|' || coalesce(
            message.facts ->> 'student_unique_id',
            (
                select disclosure.student_unique_ids[1]
                from ops.disclosures as disclosure
                where disclosure.outbox_id = message.outbox_id
                order by disclosure.disclosure_id
                limit 1
            )
        ), 'UTF8')), 'hex')
    where message.action = 'alert'
"""
_UP = (
    # `subject` stands for a student without naming one, as long as the message is kept.
    "alter table ops.outbox add column subject text, add column crossed_on date",
    FILL,
    "create index outbox_subject on ops.outbox (channel, subject, crossed_on)",
)


def upgrade() -> None:
    """Add the columns, and fill them for the alerts that are there."""
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop the columns."""
    op.execute("alter table ops.outbox drop column subject, drop column crossed_on")
