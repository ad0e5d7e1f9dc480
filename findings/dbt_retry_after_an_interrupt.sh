#!/usr/bin/env bash
# dbt-core 1.11.16 with dbt-adapters 1.24.5 and dbt-duckdb 1.11.1: after an interrupted run `dbt retry` is
# successful and builds nothing of what was left.
#
# An interrupted command (Ctrl-C, or SIGINT from a scheduler's time limit) writes run_results.json with
# the nodes that had ended, and neither the one under way nor those that were never reached. `dbt retry`
# takes what failed or was skipped from that file: it says "Nothing to do" and ends with 0. With one
# failure before the interrupt it retries that one alone. dbtRunner besides does not raise the interrupt
# but returns it. The documentation says that nodes must have been recorded, not that an interrupt leaves
# them out (dbt-labs/dbt-core issues 7302 and 7785 are the same for --fail-fast, which records them now).
#
# Ends with 0 while the behaviour is as told here.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    dbt-core==1.11.16 dbt-adapters==1.24.5 dbt-duckdb==1.11.1
mkdir -p "$folder/project/models"
cd "$folder/project"
cat > dbt_project.yml <<'YML'
name: sample
version: "1.0.0"
config-version: 2
profile: sample
flags: {send_anonymous_usage_stats: false}
YML
cat > profiles.yml <<'YML'
sample: {target: dev, outputs: {dev: {type: duckdb, path: sample.duckdb}}}
YML
echo "select 1 as code" > models/first.sql
# takes some seconds, so that the interrupt meets it under way
echo "{{ config(materialized='table') }} select count(*) as code from range(2000000000)" > models/second.sql
echo "-- depends_on: {{ ref('first') }}" >> models/second.sql
echo "select code from {{ ref('second') }}" > models/third.sql
echo "select code from {{ ref('third') }}" > models/fourth.sql
"$folder/venv/bin/python" - <<'PY'
import json
import os
import pathlib
import signal

from dbt.cli.main import dbtRunner


def interrupt(event):
    """Ctrl-C when the second model begins."""
    if event.info.name == "NodeStart" and event.data.node_info.node_name == "second":
        os.kill(os.getpid(), signal.SIGINT)


def results():
    found = json.loads(pathlib.Path("target/run_results.json").read_text())["results"]
    return [result["unique_id"].rpartition(".")[2] for result in found]


quiet = ["--profiles-dir", ".", "--quiet"]
interrupted = dbtRunner(callbacks=[interrupt]).invoke(["run", *quiet])
recorded = results()
retried = dbtRunner().invoke(["retry", *quiet])
print("interrupted:", repr(interrupted.exception), "recorded:", recorded)
print("retry: success", retried.success, "built:", results())
assert isinstance(interrupted.exception, KeyboardInterrupt), "the behaviour changed"
assert recorded == ["first"], "the behaviour changed"
assert retried.success and results() == [], "the behaviour changed"
PY
echo "As told: three of four models are left, and the retry is successful without them."
