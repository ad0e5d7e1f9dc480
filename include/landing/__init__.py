"""Landing: records of a source become versioned rows of schema raw, and never get lost.

prepare         create or upgrade schema ops and the raw tables of every feed
list_retired_feeds  write down which feeds of the ledger nobody reads any more
land            load one feed in one transaction
read_watermark  where the last committed load of a feed ended
was_loaded      whether a file of this content is already in
statuses_of_run how each entity of a source ended in a run
failed_last     which entities of a source failed or were parked at their latest attempt
watermarks      how far each entity of a source was read
windows_of_run  what a run wrote down of a source
windows_of_last     what an earlier run read under such a name
notes_of_committed  what earlier loads of a source noted
fix_load_cutoff      decide which loads a transformation sees
current_load_cutoff  the decision made last
changed_tables  which tables hold rows that the decision before left out
records_held    how many records of some feeds are current
waiting_ingests which ingests no build has taken in
seeds_stand     whether the seeds are as they were loaded last
remember_seeds  write down that they were loaded
reshaped_seeds  those whose table has other columns than their file
settle_instances    decide which instance of a feed each source of a district is
instance_of     which one it is
LEFT_ALONE      the note of a file in which there is nothing to load
record_skipped  write to the ledger that a file was left out on purpose
record_failed   write to the ledger that a load failed before `land` could start

The other names are of the ledger of runs: runs.py.
"""

from include.landing.instances import instance_of, settle_instances
from include.landing.ledger import (
    failed_last,
    notes_of_committed,
    raw_names_loaded,
    read_watermark,
    record_failed,
    record_skipped,
    records_held,
    was_loaded,
    watermarks,
)
from include.landing.load_cutoff import (
    LoadCutoff,
    changed_tables,
    current_load_cutoff,
    fix_load_cutoff,
)
from include.landing.prepare import prepare
from include.landing.request import LoadRequest, LoadResult
from include.landing.retired import list_retired_feeds
from include.landing.run_rows import statuses_of_run, windows_of_last, windows_of_run
from include.landing.runs import (
    Build,
    Ingest,
    Scope,
    begin_build,
    begun_at,
    day_of_run,
    end_ingest,
    finish_build,
    has_changed_since,
    last_build,
    last_day_built,
    last_day_ingested,
    last_ends,
    last_ingest,
    scope_of_run,
    settle_day,
    waiting_ingests,
    was_begun,
)
from include.landing.seeds import remember_seeds, reshaped_seeds, seeds_stand
from include.landing.writer import land
from include.records import LEFT_ALONE

__all__ = [
    "LEFT_ALONE",
    "Build",
    "Ingest",
    "LoadCutoff",
    "LoadRequest",
    "LoadResult",
    "Scope",
    "begin_build",
    "begun_at",
    "changed_tables",
    "current_load_cutoff",
    "day_of_run",
    "end_ingest",
    "failed_last",
    "finish_build",
    "fix_load_cutoff",
    "has_changed_since",
    "instance_of",
    "land",
    "last_build",
    "last_day_built",
    "last_day_ingested",
    "last_ends",
    "last_ingest",
    "list_retired_feeds",
    "notes_of_committed",
    "prepare",
    "raw_names_loaded",
    "read_watermark",
    "record_failed",
    "record_skipped",
    "records_held",
    "remember_seeds",
    "reshaped_seeds",
    "scope_of_run",
    "seeds_stand",
    "settle_day",
    "settle_instances",
    "statuses_of_run",
    "waiting_ingests",
    "was_begun",
    "was_loaded",
    "watermarks",
    "windows_of_last",
    "windows_of_run",
]
