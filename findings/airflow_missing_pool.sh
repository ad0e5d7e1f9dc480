#!/usr/bin/env bash
# Airflow 3.3.2: a task whose pool does not exist stays "scheduled", and no DAG warning tells of it.
#
# Airflow has a warning of its own for this (table dag_warning, shown beside the DAG), made where DAGs
# are read by someone who knows the pools. The DAG processor reads them without (DagBag's known_pools is
# given by nobody), so that the warning is never made. The run goes on for ever, green so far; only a
# line in the scheduler's log names the pool. What an upgrade or a second server needs is a check of
# one's own that the pools are there. SQLite, no network.
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
from airflow.sdk import DAG, task

with DAG("load", schedule=None):

    @task(pool="of_the_vendor")
    def fetch():
        pass

    fetch()
PY
airflow() {
    "$folder/venv/bin/python" -m airflow "$@" > "$folder/said" 2>&1 || { cat "$folder/said"; exit 1; }
}
airflow db migrate
airflow dag-processor --num-runs 1
airflow dags trigger load
airflow scheduler --num-runs 30 --skip-serve-logs
"$folder/venv/bin/python" - "$folder" <<'PY'
import pathlib
import sqlite3
import sys

folder = pathlib.Path(sys.argv[1])
ask = sqlite3.connect(folder / "airflow.db").execute
(run,) = ask("select state from dag_run").fetchone()
(task,) = ask("select state from task_instance").fetchone()
warnings = ask("select * from dag_warning").fetchall()
log = (folder / "said").read_text()
in_the_log = "non-existent pool 'of_the_vendor' will not be scheduled" in log
print("run:", run, "task:", task, "DAG warnings:", warnings, "in the scheduler's log:", in_the_log)
assert (run, task, in_the_log) == ("running", "scheduled", True), "the behaviour changed"
assert warnings == [], "the behaviour changed"
PY
echo "As told: nothing beside the DAG says that its pool is missing."
