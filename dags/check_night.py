"""Look in the morning whether the night came to its end: red while an ingest waits for a build, or
where a source had no run, a school is late with its attendance, or the district file cannot be
read.

**Owner** data-platform

**If it fails** its message says what waits, never ran or is late, and what to do; nothing
else depends on it.
Runbook: docs/runbooks/check_night.md

**Safe to rerun** yes. It only reads.
"""

from datetime import timedelta

from airflow.sdk import dag, task

from include.config import District
from include.orchestration import defaults
from include.orchestration.context import moment, no_retry_when_pointless, run_of
from include.orchestration.factory import per_broken_file, per_district


def build(dag_id: str, district: District):
    @dag(
        dag_id=dag_id,
        dag_display_name=f"{district.name}: 8 check the night",
        schedule=defaults.check_schedule(district),
        start_date=defaults.START,
        catchup=False,
        max_active_runs=1,
        default_args={**defaults.ARGS, "execution_timeout": timedelta(minutes=10)},
        params={"as_of_date": defaults.AS_OF_DATE},
        tags=["check", district.code],
        doc_md=defaults.page(__doc__),
    )
    def check_night():
        @task
        @no_retry_when_pointless
        def is_everything_built(ti=None) -> None:
            from include.orchestration.readiness import require_built

            require_built(run_of(district.code), ti, moment())

        @task
        @no_retry_when_pointless
        def is_attendance_submitted() -> None:
            from include.orchestration.late_schools import require_attendance

            require_attendance(run_of(district.code))

        is_everything_built()
        is_attendance_submitted()

    return check_night()


def of_broken_file(dag_id: str, code: str):
    @dag(
        dag_id=dag_id,
        dag_display_name=f"{code}: 8 check the night (its district file cannot be read)",
        schedule=defaults.broken_file_schedule(),
        start_date=defaults.START,
        catchup=False,
        max_active_runs=1,
        default_args={**defaults.ARGS, "execution_timeout": timedelta(minutes=10)},
        tags=["check", code],
        doc_md=defaults.page(__doc__),
    )
    def check_night():
        @task
        @no_retry_when_pointless
        def is_everything_built() -> None:
            from include.config import get_district

            get_district(code)  # says what is wrong with it

        is_everything_built()

    return check_night()


per_district(__file__, build, globals())
per_broken_file(__file__, of_broken_file, globals())
