#!/usr/bin/env bash
# Airflow 3.3.2: an event of an asset that comes while its DAG is paused starts no run when the DAG is
# unpaused, and stands in the list of the next run all the same.
#
# Airflow notes who waits for an event when the event comes, and leaves out what is paused. Who unpauses
# a DAG must start it by hand once, or wait for another event; the run of that one then lists the event
# of the pause too, as if it had started it. apache/airflow issue 49857 tells of the first half. SQLite,
# no network.
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
listed() {
    "$folder/venv/bin/python" - "$folder/airflow.db" <<'PY'
import sqlite3
import sys

ask = sqlite3.connect(sys.argv[1]).execute
runs = ask("select id from dag_run where dag_id = 'build' order by id").fetchall()
print([[event for (event,) in ask("select event_id from dagrun_asset_event where dag_run_id = ?"
                                  " order by event_id", run)] for run in runs])
PY
}
airflow db migrate
airflow dags reserialize
airflow dags pause build
airflow dags test load
airflow dags unpause build
airflow scheduler --num-runs 20 --skip-serve-logs
after_the_pause=$(listed)
airflow dags test load
airflow scheduler --num-runs 20 --skip-serve-logs
after_another=$(listed)
echo "runs of build, each with the events in its list:"
echo "unpaused $after_the_pause, after another event $after_another"
[ "$after_the_pause $after_another" = "[] [[1, 2]]" ] || { echo "the behaviour changed"; exit 1; }
echo "As told: no run for the event of the pause, and the next run lists both."
