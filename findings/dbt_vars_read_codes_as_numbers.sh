#!/usr/bin/env bash
# dbt-core 1.11.16: of codes with a leading zero in --vars some become other numbers and some stay text.
#
# --vars is YAML 1.1. A code whose digits are all below 8 is an octal number (01234 is 668); with an 8 or
# a 9 in it the same kind of code is text and keeps its zero (01289); 12:30 is a number in base sixty; a
# day is no text but a date. So a run for school 01289 works and one for 01234 silently asks for
# another. The same in JSON, with quotes, stays as it is written. No database is needed.
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
cat > "$folder/project/models/first.sql" <<'SQL'
{% set seen = [var('school'), var('other_school'), var('begins'), var('day')] %}
{{ config(meta={'seen': seen | map('string') | list}) }}
select 1 as code
SQL
cd "$folder/project"
seen() {
    "$folder/venv/bin/dbt" --quiet parse --profiles-dir . --vars "$1"
    "$folder/venv/bin/python" -c "
import json
nodes = json.load(open('target/manifest.json'))['nodes']
print(*nodes['model.sample.first']['config']['meta']['seen'])"
}
yaml=$(seen '{school: 01234, other_school: 01289, begins: 12:30, day: 2026-03-01}')
json=$(seen '{"school": "01234", "other_school": "01289", "begins": "12:30", "day": "2026-03-01"}')
echo "YAML: $yaml"
echo "JSON: $json"
[ "$yaml" = "668 01289 750 2026-03-01" ] && [ "$json" = "01234 01289 12:30 2026-03-01" ] \
    || { echo "the behaviour changed"; exit 1; }
echo "As told: one code is another number, the other keeps its zero."
