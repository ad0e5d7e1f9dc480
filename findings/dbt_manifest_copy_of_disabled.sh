#!/usr/bin/env bash
# dbt-core 1.11.16: a manifest of a project with one disabled model cannot be copied.
#
# dbtRunner(manifest=...) takes a parsed project, and dbt writes compiled SQL into what it is given, so
# that who keeps one for several commands copies it. Manifest's own deepcopy() does, until any model
# is disabled: it keeps the disabled ones in lists and copies each list as if it were a node
# (AttributeError: 'list' object has no attribute 'from_dict'). dbt itself never calls it. Setting
# `disabled` to {} before, and back on the copy, gives a whole one. Seen with Python 3.11; no database
# is needed.
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
echo "select 1 as code" > "$folder/project/models/first.sql"
echo "{{ config(enabled=false) }} select 2 as code" > "$folder/project/models/second.sql"
cd "$folder/project"
"$folder/venv/bin/python" - <<'PY'
from dataclasses import replace

from dbt.cli.main import dbtRunner


def copied(manifest):
    """The names of a copy's models, or why there is none."""
    try:
        return sorted(node.name for node in manifest.deepcopy().nodes.values())
    except AttributeError as error:
        return str(error)


parsed = dbtRunner().invoke(["parse", "--profiles-dir", ".", "--log-level", "none"]).result
whole, without = copied(parsed), copied(replace(parsed, disabled={}))
print("as parsed:       ", whole)
print("without disabled:", without)
assert without == ["first"]
assert whole == "'list' object has no attribute 'from_dict'", "the behaviour changed"
PY
echo "As told: one disabled model, and the manifest cannot be copied."
