"""Tell the schools' people of each upward crossing to High Risk, once.

**Owner** data-platform

**If it fails** alerts wait in the outbox and go out with the next run; what cannot be known to have
arrived is shown, not repeated. Runbook: docs/runbooks/send_alerts.md

**Safe to rerun** yes. The outbox holds one message per crossing and channel.
"""

from airflow.sdk import dag, task

from include.config import District
from include.orchestration import assets, defaults
from include.orchestration.context import no_retry_when_pointless, run_of
from include.orchestration.factory import per_district
from include.orchestration.outbound import send_and_check


def build(dag_id: str, district: District):
    @dag(
        dag_id=dag_id,
        dag_display_name=f"{district.name}: 6 send alerts",
        schedule=[assets.warehouse(district.code)],
        start_date=defaults.START,
        catchup=False,
        max_active_runs=1,
        default_args=defaults.ARGS,
        params={"as_of_date": defaults.AS_OF_DATE},
        tags=["egress", "pii", district.code],
        doc_md=defaults.page(__doc__),
    )
    def send_alerts():
        @task
        @no_retry_when_pointless
        def enqueue() -> dict[str, int]:
            from include import egress

            return egress.enqueue_alerts(run_of(district.code))

        enqueue() >> send_and_check(district)

    return send_alerts()


per_district(__file__, build, globals())
