"""What the processes that are killed import, those within functions too."""

# ruff: noqa: F401

import alembic.command
import alembic.runtime.migration
import asyncssh

import include.egress
import include.ingest
import include.landing
import include.night
import include.sources.edfi.source
import include.sources.edfi.stream
import include.sources.files.fetch
import include.sources.files.reader
import include.sources.powerschool.source
import include.sources.powerschool.stream
