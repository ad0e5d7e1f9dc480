"""Each row of the disclosure log holds a hash of the row before, and says when the server wrote it.

`python -m include.reporting_access` gives the log to a role that the warehouse's login is not in.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_UP = (
    """
    alter table ops.disclosures
        alter column disclosure_id set generated always,
        -- place in the chain: 1, 2, 3, … without a gap, which an identity does not promise
        add column position bigint,
        -- by the server's clock, and the login's name, whatever the insert says; null: of before
        add column logged_at timestamptz,
        add column logged_by text,
        add column previous_hash text,
        add column row_hash text
    """,
    """
    create function ops.disclosure_hash(previous text, entry ops.disclosures)
    returns text language sql stable as $body$
        select encode(sha256(convert_to(cast(jsonb_build_array(
            previous, entry.position, entry.disclosure_id, entry.outbox_id, entry.event,
            extract(epoch from entry.at), entry.actor, entry.run_id, entry.recipient, entry.vendor,
            entry.channel, entry.purpose, entry.legal_basis, entry.data_elements,
            entry.student_count, entry.student_unique_ids, entry.payload_sha256,
            extract(epoch from entry.logged_at), entry.logged_by
        ) as text), 'UTF8')), 'hex')
    $body$
    """,
    """
    create function ops.disclosures_chain() returns trigger language plpgsql as $body$
    begin
        -- one writer at a time, or two rows would follow the same one
        perform pg_advisory_xact_lock(hashtextextended('ops.disclosures', 0));
        select position, row_hash into new.position, new.previous_hash
        from ops.disclosures order by position desc limit 1;
        new.position := coalesce(new.position, 0) + 1;
        new.previous_hash := coalesce(new.previous_hash, '');
        new.logged_at := clock_timestamp();
        new.logged_by := session_user;
        new.row_hash := ops.disclosure_hash(new.previous_hash, new);
        return new;
    end
    $body$
    """,
    # the rows of before: chained as they stand today
    "alter table ops.disclosures disable trigger disclosures_stay",
    """
    do $body$
    declare
        entry ops.disclosures;
        place bigint := 0;
        before text := '';
    begin
        for entry in select * from ops.disclosures order by disclosure_id loop
            place := place + 1;
            entry.position := place;
            entry.previous_hash := before;
            before := ops.disclosure_hash(before, entry);
            update ops.disclosures
            set position = place, previous_hash = entry.previous_hash, row_hash = before
            where disclosure_id = entry.disclosure_id;
        end loop;
    end
    $body$
    """,
    "alter table ops.disclosures enable trigger disclosures_stay",
    """
    alter table ops.disclosures
        alter column position set not null,
        alter column previous_hash set not null,
        alter column row_hash set not null,
        add constraint disclosures_position unique (position)
    """,
    """
    create trigger disclosures_chain before insert on ops.disclosures
    for each row execute function ops.disclosures_chain()
    """,
)


def upgrade() -> None:
    """Chain what is there, and whatever follows."""
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    """Refuse: a log without its chain proves less than it did."""
    raise NotImplementedError("the chain of the disclosure log cannot be dropped; restore a backup")
