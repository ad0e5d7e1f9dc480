"""Nights of a district whose only source is of the new kind; run where that kind was added."""

import json
import os
from dataclasses import replace
from datetime import date

import psycopg

from include import check, dbt_command, ingest, landing, unused
from include.config import get_district
from include.errors import FirstbellError
from include.orchestration import ids, pools
from include.records import Feed
from include.run import Run
from include.sources import registry

district = get_district("fake_town")
first = Run(district, date(2026, 9, 30), "first")
landing.prepare(first.dsn, registry.SOURCES["fake"].feeds())
said = {
    "lacks": [error.where for error in check.missing(first)],
    "dags": ids.ingests_of(district),
    "pools": [name for name, *_ in pools.of(district)],
    "feeds": [str(feed) for feed in registry.feeds() if feed.source == "fake"],
}
results = ingest.load_groups(first, "sis", ingest.plan(first, "sis"))
said["first"] = ingest.totals(results)
said["watermark"] = landing.read_watermark(first.dsn, Feed("fake", "people"))
said["closed"] = ingest.close_source(first, "sis", {})

second = replace(first, run_id="second")
os.environ |= {"FAKE_NOW": "an hour later", "FAKE_DOWN": "absences"}
found = ingest.plan(second, "sis")
said["plan"] = dict(found)
try:
    ingest.load_groups(second, "sis", found)
except FirstbellError as error:
    said["second"] = str(error)
said["behind"] = [str(behind) for behind in ingest.half_loaded(district, second.dsn)]
said["outage"] = ingest.close_source(replace(first, run_id="third"), "sis", None)

said["models"] = dbt_command.invoke(
    first,
    ["build", "--exclude-resource-type", "unit_test", "test", "--select", "+dim_student"],
    look=lambda manifest: said.update(
        unread=list(map(str, unused.unread_feeds(manifest, district)))
    ),
)
with psycopg.connect(first.dsn) as connection:
    said["students"] = connection.execute(
        "select student_unique_id, grade_level, enrollment_status from marts.dim_student order by 1"
    ).fetchall()
print(json.dumps(said))  # noqa: T201
