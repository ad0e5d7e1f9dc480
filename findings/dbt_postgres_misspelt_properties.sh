#!/usr/bin/env bash
# dbt-core 1.11.16 with dbt-postgres 1.11.0: a misspelt property drops a test or a contract in silence.
#
# dbt compares properties files with its own JSON schema for some adapters only, and Postgres is none
# of them. `data_test` for `data_tests`, `contrct` for `contract` and `materialised` for `materialized`
# parse without a warning, also under --warn-error: the model has no test, no contract, and is a view.
# No database is needed.
#
# Ends with 0 while the behaviour is as told here.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    dbt-core==1.11.16 dbt-postgres==1.11.0
mkdir -p "$folder/project/models"
cat > "$folder/project/dbt_project.yml" <<'YML'
name: sample
version: "1.0.0"
config-version: 2
profile: sample
flags: {send_anonymous_usage_stats: false}
YML
cat > "$folder/project/profiles.yml" <<'YML'
sample:
  target: dev
  outputs:
    dev: {type: postgres, host: 127.0.0.1, port: 1, user: x, password: x, dbname: x, schema: x}
YML
echo "select 1 as code" > "$folder/project/models/people.sql"
cat > "$folder/project/models/people.yml" <<'YML'
models:
  - name: people
    config: {materialised: table, contrct: {enforced: true}}
    columns:
      - name: code
        data_type: integer
        data_test: [unique, not_null]
YML
cd "$folder/project"
"$folder/venv/bin/dbt" --warn-error --no-use-colors parse --profiles-dir . --target-path "$folder/target" \
    | tee "$folder/said"
"$folder/venv/bin/python" - "$folder" <<'PY'
import json
import pathlib
import sys

folder = pathlib.Path(sys.argv[1])
nodes = json.loads((folder / "target" / "manifest.json").read_text())["nodes"]
people = nodes["model.sample.people"]
tests = [name for name in nodes if name.startswith("test.")]
print("tests:", tests, "materialized:", people["config"]["materialized"],
      "contract enforced:", people["config"]["contract"]["enforced"])
said = (folder / "said").read_text().lower()
silent = "materialised" not in said and "contrct" not in said and "data_test" not in said
assert (tests, people["config"]["materialized"]) == ([], "view"), "the behaviour changed"
assert not people["config"]["contract"]["enforced"] and silent, "the behaviour changed"
PY
echo "As told: three misspelt properties, no word of them."
