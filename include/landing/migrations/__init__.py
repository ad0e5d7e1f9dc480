"""Alembic migrations of schema ops; run by `landing.prepare`."""
