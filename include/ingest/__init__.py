"""Every source's way into raw, the same for all: prepare, plan, load each group, close.

prepare       bring the warehouse up to date, and log all that the district lacks
plan          what a source's run reads and how far, after its own checks
groups        the groups to load, one task each
load          read one group into raw; load_groups all of them
close_source  a failed ledger row for everything that the run should have loaded and did not
end           write down that an ingest has ended, well or not
half_loaded   what is behind of a district's systems of record, so that no tiers may be made

Which kinds of sources there are only include/sources/registry.py knows.
"""

from include.ingest.close import close_source, end, note_end
from include.ingest.health import Behind, half_loaded
from include.ingest.load import groups, load, load_groups, plan, raise_first, totals
from include.ingest.prepare import prepare, upgrade

__all__ = [
    "Behind",
    "close_source",
    "end",
    "groups",
    "half_loaded",
    "load",
    "load_groups",
    "note_end",
    "plan",
    "prepare",
    "raise_first",
    "totals",
    "upgrade",
]
