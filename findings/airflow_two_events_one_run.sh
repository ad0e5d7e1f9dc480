#!/usr/bin/env bash
# Airflow 3.3.2: of two events of one asset that come before a run is made, the run lists the first only,
# and the second starts nothing.
#
# What waits for an asset is one row per asset and DAG, with the time of its first event. The run that
# is made of it takes the events up to that time, and the row is deleted: a later event stays without a
# run until another one comes. So a run cannot know from its events what is new, and after the last
# event of a day nothing need have run. apache/airflow issues 54659 and 56050 tell of it. Below an asset
# gets two events while no scheduler runs, as it may be for a minute in any upgrade. SQLite, no network.
#
# Ends with 0 while the behaviour is as told here.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    apache-airflow-core==3.3.2 apache-airflow-providers-standard==1.21.0
unset "${!AIRFLOW@}"
export AIRFLOW_HOME=$folder AIRFLOW__CORE__LOAD_EXAMPLES=false
export AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION=false AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=false
mkdir "$folder/dags"
cat > "$folder/dags/sample.py" <<'PY'
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Asset, task

landed = Asset("landed")
with DAG("load", schedule=None):

    @task(outlets=[landed])
    def add_an_event():
        pass

    add_an_event()
with DAG("build", schedule=landed):
    EmptyOperator(task_id="look")
PY
airflow() {
    "$folder/venv/bin/python" -m airflow "$@" > "$folder/said" 2>&1 || { cat "$folder/said"; exit 1; }
}
airflow db migrate
airflow dags reserialize
airflow dags test load
airflow dags test load
airflow scheduler --num-runs 20 --skip-serve-logs
"$folder/venv/bin/python" - "$folder/airflow.db" <<'PY'
import sqlite3
import sys

ask = sqlite3.connect(sys.argv[1]).execute
events = [number for (number,) in ask("select id from asset_event order by id")]
runs = [number for (number,) in ask("select id from dag_run where dag_id = 'build'")]
listed = [number for (number,) in ask("select event_id from dagrun_asset_event")]
(waiting,) = ask("select count(*) from asset_dag_run_queue").fetchone()
print("events:", events, "runs of build:", len(runs), "events in its list:", listed, "waiting:", waiting)
assert len(events) == 2 and len(runs) == 1, "the behaviour changed"
assert listed == events[:1] and waiting == 0, "the behaviour changed"
PY
echo "As told: two events, one run that lists the first, and nothing waits for the second."
