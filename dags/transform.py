"""Turn a district's raw records into tiers with reasons: dbt, one task per layer.

Starts when an ingest has finished, waits while another still runs, and skips what an earlier run
already took in.

**Owner** data-platform

**If it fails** the layers after the failed one keep the last good night. Correct the cause, then
clear the failed layer: it resumes with what failed. Runbook: docs/runbooks/transform.md

**Safe to rerun** yes. The same raw records and as-of date give the same marts.
"""

from datetime import timedelta

from airflow.sdk import PokeReturnValue, dag, task

from include.config import District
from include.orchestration import assets, defaults, ids, pools
from include.orchestration.context import announce, moment, no_retry_when_pointless, run_of
from include.orchestration.factory import per_district
from include.transform import LAYERS


def build(dag_id: str, district: District):
    landed = [assets.source(district.code, name) for name in district.sources]

    @dag(
        dag_id=dag_id,
        dag_display_name=f"{district.name}: 2 transform",
        schedule=defaults.any_of([*landed, assets.left_waiting(district.code)]),
        start_date=defaults.START,
        catchup=False,
        max_active_runs=1,
        default_args=defaults.ARGS,
        params={
            "as_of_date": defaults.AS_OF_DATE,
            "full_refresh": defaults.FULL_REFRESH,
            "select": defaults.SELECT,
        },
        tags=["transform", "pii", district.code],
        doc_md=defaults.page(__doc__),
    )
    def transform():
        @task.sensor(poke_interval=10, timeout=timedelta(hours=6), mode="reschedule")
        @no_retry_when_pointless
        def wait_for_ingests(ti=None, triggering_asset_events=None) -> PokeReturnValue:
            # all ingests start each night; the last one decides when the night is complete
            from include.orchestration.readiness import are_ingests_finished

            return PokeReturnValue(is_done=are_ingests_finished(ti, ids.ingests_of(district)))

        @task.short_circuit(ignore_downstream_trigger_rules=True)
        @no_retry_when_pointless
        def is_there_anything_new(params: dict | None = None, triggering_asset_events=None) -> bool:
            from include.orchestration.readiness import begin

            return begin(
                run_of(district.code),
                triggering_asset_events,
                moment(),
                select=(params or {}).get("select") or "",
            )

        @task(pool=pools.warehouse(district.code))
        @no_retry_when_pointless
        def build_layer(layer: str, params: dict | None = None) -> dict[str, int]:
            from include.transform import run_layer

            given = params or {}
            result = run_layer(
                run_of(district.code),
                layer,
                select=given.get("select") or "",
                full_refresh=bool(given.get("full_refresh")),
            )
            return {"succeeded": result.succeeded, "warned": result.warned}

        @task(outlets=[assets.warehouse(district.code)])
        @no_retry_when_pointless
        def done() -> None:
            from include.transform import finish

            current = run_of(district.code)
            finish(current)
            announce(assets.warehouse(district.code), current)

        @task.short_circuit
        @no_retry_when_pointless
        def does_another_wait(params: dict | None = None) -> bool:
            from include.orchestration.readiness import does_another_wait

            # one of some models only has taken in nothing
            return not (params or {}).get("select") and does_another_wait(run_of(district.code))

        # `done` has not been reached
        @task.short_circuit(trigger_rule="one_failed")
        @no_retry_when_pointless
        def did_another_come(params: dict | None = None) -> bool:
            from include.orchestration.readiness import did_another_come

            return not (params or {}).get("select") and did_another_come(run_of(district.code))

        @task(outlets=[assets.left_waiting(district.code)])
        @no_retry_when_pointless
        def start_another() -> None:
            announce(assets.left_waiting(district.code), run_of(district.code))

        last = is_there_anything_new()
        wait_for_ingests() >> last
        for layer in LAYERS:
            built = build_layer.override(task_id=layer)(layer)
            last >> built
            last = built
        finished = done()
        last >> finished >> does_another_wait() >> start_another()
        start_after_failure = start_another.override(task_id="start_after_failure")
        finished >> did_another_come() >> start_after_failure()

    return transform()


per_district(__file__, build, globals())
