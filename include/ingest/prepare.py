"""What comes before every ingest: a warehouse that is up to date, and a word of what is missing."""

from __future__ import annotations

import logging

from include import check, landing
from include.bind import names_by_raw_name
from include.run import Run
from include.sources import registry

log = logging.getLogger(__name__)


def prepare(run: Run) -> int:
    """Bring schema ops and the raw tables up to date; returns how many feeds there are.

    The first thing that a night does: it logs all that the district lacks, and stops for what
    nothing can go on without. A source without its connection stops itself alone, later.
    """
    for error in check.missing(run):
        log.error("%s", error)
    check.check_warehouse(run)
    return upgrade(run)


def upgrade(run: Run) -> int:
    """Bring schema ops and the raw tables up to date; returns how many feeds there are."""
    feeds = registry.feeds()
    layouts = registry.layouts(run.district.sources.values())
    landing.prepare(run.dsn, feeds, layouts)
    landing.list_retired_feeds(run.dsn, feeds, unread=layouts.unread)
    landing.settle_instances(run.dsn, names_by_raw_name(run.district))
    return len(feeds)
