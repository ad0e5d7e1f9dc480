#!/usr/bin/env bash
# Airflow 3.3.2 with psycopg2 and asyncpg 0.32.0: a database URL with libpq's options, as ?sslmode=require,
# works for all that connects by psycopg2, and for nothing that connects by asyncpg.
#
# Airflow keeps two engines and makes the URL of the second from that of the first: it exchanges the
# driver and leaves the rest. SQLAlchemy hands the options to asyncpg as arguments, and asyncpg has none
# of these names (TypeError). `airflow db migrate`, the scheduler and most of the API work, so that it
# shows late, in what uses the second engine: a request that waits for a run to end, a server of several
# teams. AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC with a URL of its own helps
# (postgresql+psycopg://, whose options are libpq's). apache/airflow pull request 49383 was closed without
# a change; sqlalchemy/sqlalchemy issue 6275 says why the driver does not translate. Nothing listens at
# the port below: the first engine gets as far as that, the second does not try.
#
# Ends with 0 while the behaviour is as told here.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    apache-airflow-core==3.3.2 asyncpg==0.32.0 psycopg2-binary==2.9.13
unset "${!AIRFLOW@}"
export AIRFLOW_HOME=$folder
export AIRFLOW__DATABASE__SQL_ALCHEMY_CONN="postgresql+psycopg2://x:x@127.0.0.1:1/x?sslmode=require"
"$folder/venv/bin/python" - <<'PY'
import asyncio

import airflow
from airflow import settings
from sqlalchemy.exc import OperationalError


async def second():
    async with settings.async_engine.connect():
        pass


settings.initialize()
said = {}
try:
    settings.engine.connect()
except OperationalError as error:
    said["psycopg2"] = "refused" if "refused" in str(error) else str(error)
try:
    asyncio.run(second())
except Exception as error:
    said["asyncpg"] = f"{type(error).__name__}: {error}"
print(airflow.__version__, settings.SQL_ALCHEMY_CONN_ASYNC.replace("x:x@", ""), said)
assert said["psycopg2"] == "refused", "the behaviour changed"
assert "unexpected keyword argument 'sslmode'" in said["asyncpg"], "the behaviour changed"
PY
echo "As told: the option that psycopg2 takes is handed to asyncpg, which has none of this name."
