"""Load one source of a district into `raw`: an API, or the files that a vendor delivers.

**Owner** data-platform

**If it fails** what the source brings stays as of the last good night, and while a system of record
is half loaded no tiers are made. A group that failed can be cleared alone: it reads as `plan` said.
Runbook: docs/runbooks/ingest.md

**Safe to rerun** yes. What was loaded is not written again, and a load is one transaction.
"""

from airflow.sdk import dag, task

from include.config import District
from include.orchestration import assets, defaults, pools
from include.orchestration.context import (
    announce,
    announce_ingest,
    no_retry_when_pointless,
    only_these,
    run_of,
    what_ended,
)
from include.orchestration.factory import per_source
from include.sources import registry


def build(dag_id: str, district: District, name: str):
    source = registry.of(district.sources[name])
    landed = assets.source(district.code, name)
    pool = pools.source(source.kind, district.code)

    @dag(
        dag_id=dag_id,
        dag_display_name=f"{district.name}: 1 load {name}",
        schedule=defaults.schedule(district),
        start_date=defaults.START,
        catchup=False,
        max_active_runs=1,
        default_args=defaults.ARGS,
        params={
            "as_of_date": defaults.AS_OF_DATE,
            "full_refresh": defaults.FULL_REFRESH,
            "release_parked": defaults.RELEASE_PARKED,
            **({"resources": defaults.RESOURCES} if source.can_read_some else {}),
        },
        tags=["ingest", "pii", district.code],
        doc_md=defaults.page(__doc__),
    )
    def ingest():
        @task
        @no_retry_when_pointless
        def prepare() -> int:
            from include.ingest import prepare

            return prepare(run_of(district.code))

        @task(pool=pool)
        @no_retry_when_pointless
        def plan() -> dict:
            from include.ingest import plan

            return dict(plan(run_of(district.code), name))

        @task
        @no_retry_when_pointless
        def groups() -> list[str]:
            from include.ingest import groups

            return groups(run_of(district.code), name, only_these())

        @task(pool=pool, map_index_template="{{ task.op_kwargs['group'] }}")
        @no_retry_when_pointless
        def load(group: str, found: dict) -> dict[str, int]:
            from include.ingest import load, totals

            return totals(load(run_of(district.code), name, found, group, only_these()))

        @task(outlets=[landed])
        @no_retry_when_pointless
        def done(loaded: list[dict[str, int]]) -> int:
            seen = sum(counts["seen"] for counts in loaded)
            announce_ingest(landed, run_of(district.code), rows=seen, is_partial=bool(only_these()))
            return seen

        # also after a failure: that is what somebody has to be told
        @task(outlets=[assets.ingest_ended(district.code)], trigger_rule="all_done")
        @no_retry_when_pointless
        def ended(ti=None) -> None:
            from include.ingest import note_end

            run = run_of(district.code)
            found, loaded = what_ended(ti)
            note_end(run, name, found, only_these(), done=loaded)
            announce(assets.ingest_ended(district.code), run)

        ready, found, names = prepare(), plan(), groups()
        ready >> found >> names
        loaded = load.partial(found=found).expand(group=names)
        done(loaded)
        loaded >> ended()

    return ingest()


per_source(__file__, build, globals())
