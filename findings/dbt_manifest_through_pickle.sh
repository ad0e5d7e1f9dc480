#!/usr/bin/env bash
# dbt-core 1.11.16: a manifest that went through pickle has its lookups exchanged.
#
# dbtRunner(manifest=...) takes a parsed project, so that a process need not parse it again. Handing
# one to another process goes through pickle. The copy is accepted, but where it looks up sources it
# has the lookup of models, so that every model with a source() fails to compile. Manifest's own
# deepcopy() gives a whole copy. Seen with Python 3.11; no database is needed.
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
echo "select code from {{ source('landed', 'people') }}" > "$folder/project/models/first.sql"
cat > "$folder/project/models/sources.yml" <<'YML'
sources: [{name: landed, tables: [{name: people}]}]
YML
cd "$folder/project"
"$folder/venv/bin/python" - <<'PY'
import pickle

from dbt.cli.main import dbtRunner


def found(manifest):
    """What the manifest says of the source, or why it cannot."""
    try:
        return manifest.source_lookup.find("landed.people", None, manifest).name
    except TypeError as error:
        return str(error)


parsed = dbtRunner().invoke(["parse", "--profiles-dir", ".", "--log-level", "none"]).result
whole, copied = parsed.deepcopy(), pickle.loads(pickle.dumps(parsed))
print("deepcopy:", found(whole))
print("pickled: ", found(copied))
assert found(whole) == "people"
assert "missing 1 required positional argument" in found(copied), "the behaviour changed"
PY
echo "As told: the pickled manifest looks up sources among the models."
