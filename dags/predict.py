"""Score a district's students with the published model, and put the scores into the reports.

Runs after each transformation and each training, and skips unless a week has passed since the last
scores or the model is new.

**Owner** data-platform

**If it fails** the last scores stay, with their date; tiers follow the rules and do not depend on
it. Runbook: docs/runbooks/predict.md

**Safe to rerun** yes. The scores of an as-of date are replaced as a whole, unless the model is of a
later day: then they stay.
"""

from airflow.sdk import dag, task

from include.config import District
from include.orchestration import assets, defaults, pools
from include.orchestration.context import announce, no_retry_when_pointless, run_of
from include.orchestration.factory import per_district


def build(dag_id: str, district: District):
    @dag(
        dag_id=dag_id,
        dag_display_name=f"{district.name}: 5 predict",
        schedule=defaults.any_of([assets.warehouse(district.code), assets.model(district.code)]),
        start_date=defaults.START,
        catchup=False,
        max_active_runs=1,
        default_args=defaults.ARGS,
        params={"as_of_date": defaults.AS_OF_DATE},
        tags=["model", "pii", district.code],
        doc_md=defaults.page(__doc__),
    )
    def predict():
        @task.short_circuit(ignore_downstream_trigger_rules=True)
        @no_retry_when_pointless
        def is_it_due(triggering_asset_events=None) -> bool:
            import ml
            from include.orchestration.scores import are_scores_due

            current = run_of(district.code)
            now = ml.model_status(current.dsn, current.as_of_date, district.code)
            return are_scores_due(
                current, triggering_asset_events, has_model=now.model_id is not None,
                last_scored=now.last_scored,
            )  # fmt: skip

        @task(pool=pools.model(district.code))
        @no_retry_when_pointless
        def score() -> dict[str, str | int | None]:
            import ml

            current = run_of(district.code)
            scored = ml.predict(current.dsn, current.as_of_date, district_code=district.code)
            return {"students": scored.count, "model": scored.model_id, "reason": scored.reason}

        @task(pool=pools.warehouse(district.code))
        @no_retry_when_pointless
        def publish() -> int:
            from include.transform import publish_predictions

            return publish_predictions(run_of(district.code))

        @task(outlets=[assets.predictions(district.code)])
        @no_retry_when_pointless
        def done() -> None:
            announce(assets.predictions(district.code), run_of(district.code))

        is_it_due() >> score() >> publish() >> done()

    return predict()


per_district(__file__, build, globals())
