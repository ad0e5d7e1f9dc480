"""Open one service-desk ticket per broken feed, and close it when the feed heals.

Starts when an ingest has ended, well or not, and again after a build, which alone can say whose
attendance is late and whose file matches nobody. A ticket never holds student data.

**Owner** data-platform

**If it fails** the failed feed still stands in `rpt_load_health` and in the red ingest; only the
service desk does not know. Runbook: docs/runbooks/open_tickets.md

**Safe to rerun** yes. A feed that is still broken has its ticket already.
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
        dag_display_name=f"{district.name}: 7 open tickets",
        schedule=defaults.any_of(
            [assets.ingest_ended(district.code), assets.warehouse(district.code)]
        ),
        start_date=defaults.START,
        catchup=False,
        max_active_runs=1,
        default_args=defaults.ARGS,
        params={"as_of_date": defaults.AS_OF_DATE},
        tags=["egress", district.code],
        doc_md=defaults.page(__doc__),
    )
    def open_tickets():
        @task
        @no_retry_when_pointless
        def enqueue() -> dict[str, int]:
            from include import egress

            return egress.enqueue_tickets(run_of(district.code))

        enqueue() >> send_and_check(district)

    return open_tickets()


per_district(__file__, build, globals())
