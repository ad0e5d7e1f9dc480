"""Load a district's Ed-Fi ODS/API into `raw`, up to one change version for all resources.

**Owner** data-platform

**If it fails** the marts keep the last good night. A group that failed can be cleared alone: it
reads up to the change version that `plan` fixed. Runbook: docs/runbooks/ingest_edfi.md

**Safe to rerun** yes. What was loaded is not written again, and a load is one transaction.
"""

from airflow.sdk import dag, task

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
    @dag(
        dag_id=dag_id,
        dag_display_name=f"{district.name}: 1 load Ed-Fi",
        schedule=defaults.schedule(district),
        start_date=defaults.START,
        catchup=False,
        max_active_runs=1,
        default_args=defaults.ARGS,
        params={
            "as_of_date": defaults.AS_OF_DATE,
            "full_refresh": defaults.FULL_REFRESH,
            "release_parked": defaults.RELEASE_PARKED,
            "resources": defaults.RESOURCES,
        },
        tags=["ingest", "pii", district.code],
        doc_md=defaults.page(__doc__),
    )
    def ingest_edfi():
        @task
        @no_retry_when_pointless
        def prepare() -> int:
            from include.night import prepare

            return prepare(night(district.code))

        @task(pool=pools.edfi(district.code))
        @no_retry_when_pointless
        def plan() -> int | None:
            from include.edfi import fix_ceiling
            from include.night import edfi_source

            return fix_ceiling(night(district.code), edfi_source(district))

        @task
        @no_retry_when_pointless
        def groups(params: dict | None = None) -> list[str]:
            from include.catalog import edfi_groups

            return list(edfi_groups((params or {}).get("resources") or ()))

        @task(
            pool=pools.edfi(district.code),
            map_index_template="{{ task.op_kwargs['group'] }}",
        )
        @no_retry_when_pointless
        def load(group: str, ceiling: int | None, params: dict | None = None) -> dict[str, int]:
            from include.catalog import edfi_groups
            from include.edfi import load_resources
            from include.night import edfi_source, totals

            chosen = edfi_groups((params or {}).get("resources") or ())[group]
            results = load_resources(night(district.code), edfi_source(district), chosen, ceiling)
            return totals(results)

        @task(outlets=[assets.edfi(district.code)])
        def done(loaded: list[dict[str, int]], params: dict | None = None) -> int:
            seen = sum(counts["seen"] for counts in loaded)
            announce_ingest(
                assets.edfi(district.code), night(district.code), rows=seen,
                is_partial=bool((params or {}).get("resources")),
            )  # fmt: skip
            return seen

        # also after a failure: that is what somebody has to be told
        @task(outlets=[assets.ingest_ended(district.code)], trigger_rule="all_done")
        def ended(params: dict | None = None) -> None:
            from include.unread import note_edfi, note_end

            current, resources = night(district.code), (params or {}).get("resources") or ()
            note_edfi(current, resources)
            note_end(current, stage(), is_partial=bool(resources))
            announce(assets.ingest_ended(district.code), current)

        ready, ceiling, names = prepare(), plan(), groups()
        ready >> ceiling >> names
        loaded = load.partial(ceiling=ceiling).expand(group=names)
        done(loaded)
        loaded >> ended()

    return ingest_edfi()


per_district(__file__, build, globals())
