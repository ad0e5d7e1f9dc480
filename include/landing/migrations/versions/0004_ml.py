"""What ml/ writes: registry of models, their evaluations, and predictions."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_UP = (
    "create schema if not exists ml",
    """
    create table ml.models (
        model_id text primary key,
        district_code text not null,
        state text not null check (state in ('candidate', 'champion', 'refused', 'retired')),
        trained_at timestamptz not null,
        as_of_date date not null,
        train_from date,
        train_to date,
        algorithm text,
        code_version text not null,
        sklearn_version text not null,
        feature_names jsonb not null,
        feature_hash text not null,
        metrics jsonb not null default '{}',
        gate jsonb not null default '{}',
        card text not null,
        artefact bytea,
        artefact_sha256 text,
        artefact_format text,
        -- a model that was refused before it could be trained has no artefact
        check (state in ('refused', 'retired') or artefact is not null),
        check ((artefact is null) = (artefact_sha256 is null))
    )
    """,
    # one published model at a time
    "create unique index models_champion on ml.models (district_code) where state = 'champion'",
    """
    create table ml.evaluations (
        model_id text not null references ml.models on delete cascade,
        split text not null,
        group_name text not null,
        group_value text not null,
        subject text not null,
        outcome text not null,
        metric text not null,
        value double precision,
        low double precision,
        high double precision,
        row_count bigint,
        positive_count bigint,
        primary key (model_id, split, group_name, group_value, subject, outcome, metric)
    )
    """,
    """
    create table ml.predictions (
        student_key bigint not null,
        as_of_date date not null,
        model_id text not null references ml.models,
        probability double precision not null check (probability between 0 and 1),
        probability_fails_course double precision check (probability_fails_course between 0 and 1),
        probability_becomes_chronic double precision
            check (probability_becomes_chronic between 0 and 1),
        ml_tier text not null
            check (ml_tier in ('Low Risk', 'Some Risk', 'At Risk', 'High Risk')),
        reasons jsonb not null,
        predicted_at timestamptz not null,
        primary key (student_key, as_of_date)
    )
    """,
    "create index predictions_date on ml.predictions (as_of_date)",
)


def upgrade() -> None:
    """Create the schema and its tables."""
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    """Drop the schema: everything in it can be made again from the features."""
    op.execute("drop schema ml cascade")
