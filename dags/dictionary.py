"""Write the data dictionary of a district: every table and column, in one HTML page.

**Owner** data-platform

**If it fails** the last page stays; no figure depends on it. Runbook: docs/runbooks/dictionary.md

**Safe to rerun** yes. The page is replaced in one step.
"""

from datetime import timedelta

from airflow.sdk import dag, task

from include.config import District
from include.orchestration import assets, defaults, pools
from include.orchestration.context import no_retry_when_pointless, run_of
from include.orchestration.factory import per_district


def build(dag_id: str, district: District):
    @dag(
        dag_id=dag_id,
        dag_display_name=f"{district.name}: 3 write the dictionary",
        schedule=[assets.warehouse(district.code)],
        start_date=defaults.START,
        catchup=False,
        max_active_runs=1,
        default_args={**defaults.ARGS, "execution_timeout": timedelta(minutes=20)},
        params={"as_of_date": defaults.AS_OF_DATE},
        tags=["docs", district.code],
        doc_md=defaults.page(__doc__),
    )
    def dictionary():
        @task(pool=pools.warehouse(district.code))
        @no_retry_when_pointless
        def write() -> str:
            from include.transform import write_dictionary

            return str(write_dictionary(run_of(district.code)))

        write()

    return dictionary()


per_district(__file__, build, globals())
