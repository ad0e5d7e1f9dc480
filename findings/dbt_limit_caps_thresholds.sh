#!/usr/bin/env bash
# dbt-core 1.11.16 with dbt-adapters 1.24.5 and dbt-duckdb 1.11.1: a test with `limit` passes whatever it
# finds, when error_if or warn_if stands above the limit.
#
# `limit` is meant for the rows that are kept of a failing test. dbt writes it into the query whose rows
# it counts, and compares that count with the thresholds: 1,000 nulls with limit 10 are 10, which is not
# over 100. The result is "pass", without a word, and the two settings look harmless side by side in the
# example of the pull request that brought both (dbt-labs/dbt-core 3336).
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
echo "select cast(null as integer) as code from range(1000)" > models/people.sql
cat > models/people.yml <<'YML'
models:
  - name: people
    columns:
      - name: code
        data_tests:
          - not_null: {name: with_a_limit, config: {error_if: ">100", warn_if: ">50", limit: 10}}
          - not_null: {name: without_one, config: {error_if: ">100", warn_if: ">50"}}
YML
"$folder/venv/bin/dbt" --no-use-colors run --profiles-dir .
"$folder/venv/bin/dbt" --no-use-colors test --profiles-dir . || true
"$folder/venv/bin/python" - <<'PY'
import json
import pathlib

results = json.loads(pathlib.Path("target/run_results.json").read_text())["results"]
found = {result["unique_id"].split(".")[2]: result["status"] for result in results}
print(found)
assert found == {"with_a_limit": "pass", "without_one": "fail"}, "the behaviour changed"
PY
echo "As told: the same 1,000 nulls pass with a limit of 10 and fail without one."
