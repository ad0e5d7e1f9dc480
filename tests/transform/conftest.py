"""A small dbt project in the shape of the real one, on a real database."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from include import dbt_command
from include.config import get_district
from include.connections import Connection
from include.run import Run
from include.settings import Settings

PROJECT_FILE = """\
name: firstbell
version: "1.0.0"
config-version: 2
profile: firstbell
flags: {send_anonymous_usage_stats: false, use_colors: false}
"""
MODELS = {
    "staging/stg_people.sql": "select 1 as code",
    "marts/fct_people.sql": "{{ config(materialized='table') }} select code"
    " from {{ ref('stg_people') }}",
}
NightOf = Callable[..., Run]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Write one model of the small project, by its path and SQL."""
    home = tmp_path / "project"
    home.mkdir()
    (home / "dbt_project.yml").write_text(PROJECT_FILE, encoding="utf-8")
    shutil.copy(dbt_command.PROJECT / "profiles.yml", home)
    monkeypatch.setattr(dbt_command, "PROJECT", home)

    def write(path: str, sql: str) -> None:
        file = home / "models" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(sql, encoding="utf-8")

    for path, sql in MODELS.items():
        write(path, sql)
    return write


def connection_to(url: str) -> Connection:
    parts = urlsplit(url)
    return Connection(
        conn_id="warehouse",
        host=parts.hostname,
        port=parts.port,
        login=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        schema=parts.path.lstrip("/"),
    )


@pytest.fixture
def night_of(tmp_path: Path) -> NightOf:
    """A night whose warehouse is the database of a URL or connection."""

    def build(where: str | Connection, run_id: str = "run_1") -> Run:
        connection = connection_to(where) if isinstance(where, str) else where
        return Run(
            district=get_district("grand_bend"),
            as_of_date=date(2022, 5, 27),
            run_id=run_id,
            connect=lambda conn_id: replace(connection, conn_id=conn_id),
            settings=Settings(work_dir=tmp_path / "work"),
        )

    return build
