"""Load the vendors' test files (Star, MAP Growth, i-Ready) of a district into `raw`.

**Owner** data-platform

**If it fails** the other vendors' files are loaded and the failed one keeps its last good state;
the task's message names file, line and column. Runbook: docs/runbooks/ingest_assessments.md

**Safe to rerun** yes. A file already loaded (same hash) is skipped.
"""

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowSkipException

from include.config import District
from include.orchestration import assets, defaults, pools
from include.orchestration.context import (
    announce,
    announce_ingest,
    night,
    no_retry_when_pointless,
    stage,
)
from include.orchestration.factory import per_district


def build(dag_id: str, district: District):
    vendors = [name for name, source in district.sources.items() if source.kind == "files"]

    @dag(
        dag_id=dag_id,
        dag_display_name=f"{district.name}: 1 load test files",
        schedule=defaults.schedule(district),
        start_date=defaults.START,
        catchup=False,
        max_active_runs=1,
        default_args=defaults.ARGS,
        params={
            "as_of_date": defaults.AS_OF_DATE,
            "full_refresh": defaults.FULL_REFRESH,
            "release_parked": defaults.RELEASE_PARKED,
        },
        tags=["ingest", "pii", district.code],
        doc_md=defaults.page(__doc__),
    )
    def ingest_assessments():
        @task
        @no_retry_when_pointless
        def prepare() -> int:
            from include.night import prepare

            return prepare(night(district.code))

        @task(pool=pools.files(district.code))
        @no_retry_when_pointless
        def fetch(vendor: str) -> list[dict[str, str]]:
            from include.delivery import describe, fetch_files
            from include.night import file_sources

            found = fetch_files(night(district.code), vendor, file_sources(district)[vendor])
            return [describe(file) for file in found]

        @task(pool=pools.files(district.code))
        @no_retry_when_pointless
        def land(vendor: str, described: list[dict[str, str]]) -> dict[str, int]:
            from include.delivery import land_files, local_files
            from include.night import file_sources, totals

            current, source = night(district.code), file_sources(district)[vendor]
            fetched = local_files(current, vendor, source, described)
            return totals(land_files(current, vendor, source, fetched))

        # a vendor that fails must not keep the others' results from the next stage
        @task(outlets=[assets.assessments(district.code)], trigger_rule="all_done")
        def done(loaded: list[dict[str, int] | None]) -> int:
            arrived = [counts for counts in loaded if counts is not None]
            if not arrived:
                raise AirflowSkipException("no vendor was loaded")
            seen = sum(counts["seen"] for counts in arrived)
            announce_ingest(assets.assessments(district.code), night(district.code), rows=seen)
            return seen

        # also after a failure: that is what somebody has to be told
        @task(outlets=[assets.ingest_ended(district.code)], trigger_rule="all_done")
        def ended(fetched: list[list | None], loaded: list[dict | None]) -> None:
            from include.unread import note_end, note_vendors

            current = night(district.code)
            names = [
                None if files is None else [file["name"] for file in files] for files in fetched
            ]
            note_vendors(
                current,
                dict(zip(vendors, names, strict=True)),
                {v: counts is not None for v, counts in zip(vendors, loaded, strict=True)},
            )
            note_end(current, stage())
            announce(assets.ingest_ended(district.code), current)

        @task(trigger_rule="all_success")
        def all_vendors_loaded() -> None:
            """Its state is the run's: red when a vendor failed, although `done` has run."""

        ready, fetched, landed = prepare(), [], []
        for vendor in vendors:
            delivered = fetch.override(task_id=f"fetch_{vendor}")(vendor)
            ready >> delivered
            fetched.append(delivered)
            landed.append(land.override(task_id=f"land_{vendor}")(vendor, delivered))
        done(landed)
        landed >> all_vendors_loaded()
        ended(fetched, landed)

    return ingest_assessments()


per_district(__file__, build, globals())
