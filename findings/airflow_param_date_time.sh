#!/usr/bin/env bash
# Airflow 3.3.2: Param(format="date-time") takes any text, where "date" and "time" are checked.
#
# A Param is checked with jsonschema, and jsonschema knows "date-time" only where the package
# rfc3339-validator is installed. Airflow does not ask for it, and jsonschema takes a format that it does
# not know. So a typing error in a trigger form starts a run, and whoever reads the value must check it.
# No database, no network.
#
# Ends with 0 while the behaviour is as told here.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check apache-airflow-core==3.3.2
unset "${!AIRFLOW@}"
export AIRFLOW_HOME=$folder
"$folder/venv/bin/python" - <<'PY'
from airflow.sdk import Param
from airflow.sdk.exceptions import ParamValidationError


def taken(value, form):
    try:
        Param(value, type="string", format=form).resolve()
    except ParamValidationError:
        return False
    return True


# the third is none of the three
values = {"date": "2026-03-01", "time": "02:30:00", "date-time": "2026-02-31 at noon"}
found = {form: [value for value in values.values() if taken(value, form)] for form in values}
print(found)
assert found["date"] == [values["date"]], "the behaviour changed"
assert found["time"] == [values["time"]], "the behaviour changed"
assert found["date-time"] == list(values.values()), "the behaviour changed"
PY
echo "As told: a date and a time are checked, a date-time is not."
