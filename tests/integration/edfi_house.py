"""Ed-Fi nights of some resources, without Airflow and dbt: a simulated API and a warehouse."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg

from demo.simulators.edfi import Running
from include import ingest, landing
from include.config import get_district
from include.connections import Connection
from include.landing import LoadResult
from include.run import Run
from include.settings import Settings
from include.sources import base, edfi


@dataclass(frozen=True, slots=True)
class Plan:
    """A run whose ceiling is fixed."""

    run: Run
    found: base.Plan

    def read(self, *names: str) -> list[LoadResult]:
        return ingest.load_groups(self.run, "edfi", self.found, names)


@dataclass(frozen=True, slots=True)
class EdfiHouse:
    """A running API and the way to a warehouse."""

    server: Running
    dsn: str
    settings: Settings

    def night(self, run_id: str, **options: bool) -> Run:
        # waiting heals nothing here
        district = get_district("grand_bend")
        source = district.sources["edfi"].model_copy(update={"max_attempts": 1})
        sources = {**district.sources, "edfi": source}
        return replace(
            Run(
                district.model_copy(update={"sources": sources}), date(2022, 5, 27), run_id,
                connect=self.connect, settings=self.settings,
            ),
            **options,
        )  # fmt: skip

    def connect(self, conn_id: str) -> Connection:
        if conn_id.endswith("_edfi"):
            return Connection(
                conn_id, host=self.server.url, login=self.server.key, password=self.server.secret
            )
        parts = urlsplit(self.dsn)
        return Connection(
            conn_id, host=parts.hostname, port=parts.port, login=unquote(parts.username or ""),
            password=unquote(parts.password or ""), schema=parts.path.lstrip("/"),
        )  # fmt: skip

    def plan(self, run_id: str, **options: bool) -> Plan:
        current = self.night(run_id, **options)
        return Plan(current, ingest.plan(current, "edfi"))

    def read(self, run_id: str, *names: str, **options: bool) -> list[LoadResult]:
        return self.plan(run_id, **options).read(*names)

    def errors(self, run_id: str) -> dict[str, str]:
        """Why entities failed, by class."""
        return {str(entity): str(why) for entity, why in self._query(
            "select entity, error_class from ops.loads"
            " where run_id = %s and error_class is not null", run_id
        )}  # fmt: skip

    def ledger(self, run_id: str) -> list[tuple[str, str]]:
        return [(str(entity), str(status)) for entity, status in self._query(
            "select entity, status from ops.loads where run_id = %s order by load_id", run_id
        )]  # fmt: skip

    def held(self, entity: str = "students") -> int:
        query = (
            f"select count(*) from raw.edfi__{entity}"
            " where superseded_by is null and not is_deleted"
        )
        return int(str(self._query(query)[0][0]))

    def _query(self, text: str, *values: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.dsn) as connection:
            return connection.execute(text, values or None).fetchall()


@contextmanager
def edfi_house(
    dsn: str, server: Running, names: Collection[str], work: Path
) -> Iterator[EdfiHouse]:
    """Prepare the raw tables of these resources only."""
    landing.prepare(dsn, [r.feed for r in edfi.RESOURCES if r.name in names])
    yield EdfiHouse(server, dsn, Settings(work_dir=work))
