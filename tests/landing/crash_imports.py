"""What the processes that are killed import, those within functions too."""

# ruff: noqa: F401

import alembic.command
import alembic.runtime.migration
import asyncssh

import include.delivery
import include.edfi
import include.egress
import include.landing
import include.night
