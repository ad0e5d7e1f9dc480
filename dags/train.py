"""Train a district's model on what followed in earlier grading periods; publish it or say why not.

**Owner** data-platform

**If it fails** the published model stays in use; without one the tiers follow the rules alone.
Runbook: docs/runbooks/train.md

**Safe to rerun** yes. The same features and as-of date give the same model under the same id.
"""

from datetime import timedelta

from airflow.sdk import dag, task

from include.config import District
from include.orchestration import assets, defaults, pools
from include.orchestration.context import announce, no_retry_when_pointless, run_of
from include.orchestration.factory import per_district


def build(dag_id: str, district: District):
    @dag(
        dag_id=dag_id,
        dag_display_name=f"{district.name}: 4 train the model",
        schedule=defaults.training_schedule(district),
        start_date=defaults.START,
        catchup=False,
        max_active_runs=1,
        default_args={**defaults.ARGS, "retries": 1, "execution_timeout": timedelta(hours=4)},
        params={"as_of_date": defaults.AS_OF_DATE},
        tags=["model", "pii", district.code],
        doc_md=defaults.page(__doc__),
    )
    def train():
        @task(pool=pools.model(district.code))
        @no_retry_when_pointless
        def fit() -> dict[str, str]:
            import ml

            current = run_of(district.code)
            trained = ml.train(
                current.dsn,
                current.as_of_date,
                district_code=district.code,
                code_version=current.settings.code_version,
                policy=ml.Policy.of(
                    district.model_policy,
                    where=f"{district.code}.yaml: model_policy",
                    seats=district.support_seats,
                ),
            )
            return {"model": trained.model_id, "state": trained.state}

        @task(outlets=[assets.model(district.code)])
        @no_retry_when_pointless
        def done() -> None:
            announce(assets.model(district.code), run_of(district.code))

        fit() >> done()

    return train()


per_district(__file__, build, globals())
