#!/usr/bin/env bash
# dbt-core 1.11.16 with dbt-adapters 1.24.5 and dbt-duckdb 1.11.1: the expected rows of a unit test are
# put together by position, so a row that lists its columns in another order is read with its values
# exchanged, and a unit test with a wrong expectation passes.
#
# Rows are given as {column: value}. The expected ones become `select … union all select …`, each with
# the columns in the order of its own row, and SQL takes the names of the first. Below the second row
# says gained 3 and lost 7; the model says gained 7 and lost 3; the test passes. With the columns in the
# order of the first row the same expectation fails, as it should. Rows under `given` are not concerned:
# those are completed in the order of their relation's columns.
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
echo "select 1 as week, 5 as gained, 2 as lost union all select 2, 7, 3" > models/weeks.sql
cat > models/weeks.yml <<'YML'
unit_tests:
  - name: in_another_order
    model: weeks
    given: []
    expect:
      rows:
        - {week: 1, gained: 5, lost: 2}
        - {week: 2, lost: 7, gained: 3}
  - name: in_one_order
    model: weeks
    given: []
    expect:
      rows:
        - {week: 1, gained: 5, lost: 2}
        - {week: 2, gained: 3, lost: 7}
YML
"$folder/venv/bin/dbt" --no-use-colors run --profiles-dir .
"$folder/venv/bin/dbt" --no-use-colors test --profiles-dir . || true
"$folder/venv/bin/python" - <<'PY'
import json
import pathlib

results = json.loads(pathlib.Path("target/run_results.json").read_text())["results"]
found = {r["unique_id"].rpartition(".")[2]: r["status"] for r in results if "unit_test" in r["unique_id"]}
print(found)
assert found == {"in_another_order": "pass", "in_one_order": "fail"}, "the behaviour changed"
PY
echo "As told: the wrong expectation passes when its second row lists the columns in another order."
