"""Alembic's entry: runs on the connection that `landing.prepare` hands over."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table="alembic_version",
    version_table_schema="ops",
)
with context.begin_transaction():
    context.run_migrations()
