"""A district whose student system is PowerSchool: nights killed between pages and tables, half
loaded, and with a code that nobody has mapped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from demo.simulators.powerschool import Fault, Running, Store, serve
from include import ingest, landing, night
from include.config import get_district
from include.sources import registry
from tests.conftest import copied, filled_once
from tests.dbt.conftest import run_dbt
from tests.integration.night import Nights, warehouse_of
from tests.landing import crash
from tests.sources.powerschool.helpers import PLUGIN, QUERY, store_of

CODE = "grand_bend"
AS_OF = date(2026, 11, 20)
DISTRICT = f"""
code: {CODE}
name: Sample
time_zone: America/Chicago
sources:
  sis: {{kind: powerschool, connection: sis, district_number: "990100",
        min_interval_s: 0, page_size: 10, max_attempts: 1}}
"""
STUDENTS, REMOTE = 25, "Remote Asynchronous Day"
KILLS = 3
# Which load wrote a row, and when, differs between any two runs.
BOOKKEEPING = frozenset({"load_id", "loaded_at", "superseded_by"})
Fresh = Callable[[], AbstractContextManager[Nights]]
NIGHT = ["--district", CODE, "--as-of", AS_OF.isoformat()]
# The tables that hold something, the attendance last.
PART = ["--no-transform", "--resources", "roster", "attendance"]


def records() -> Store:
    """25 students, each with one day of a code that no crosswalk knows: three pages of both."""
    store = store_of(STUDENTS)
    of_year = {"schoolid": 12, "yearid": 36}
    code = {"dcid": 1, "id": 1, "att_code": "RA", "description": REMOTE, **of_year}
    store.load("attendance_code", [code])
    store.load(
        "attendance",
        (
            {"id": n, "dcid": n, "studentid": n, "att_date": "2026-09-01", "attendance_codeid": 1,
             "att_mode_code": "ATT_ModeDaily", "transaction_date": "2026-09-01 09:00:00", **of_year}
            for n in range(1, STUDENTS + 1)
        ),
    )  # fmt: skip
    return store


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with serve(records(), PLUGIN) as running:
        yield running


@pytest.fixture(scope="module")
def prepared(pg_server_url: str) -> Iterator[str]:
    """The name of a database with the raw tables of every feed."""
    with filled_once(pg_server_url, lambda url: landing.prepare(url, registry.feeds())) as name:
        yield name


@pytest.fixture
def fresh(
    server: Running,
    prepared: str,
    pg_server_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Fresh:
    """The district before its first night, in the environment too."""
    (tmp_path / f"{CODE}.yaml").write_text(DISTRICT, encoding="utf-8")
    sis = {"conn_type": "http", "host": server.url, "login": server.client,
           "password": server.secret}  # fmt: skip

    @contextmanager
    def of_a_new_warehouse() -> Iterator[Nights]:
        with copied(pg_server_url, prepared) as dsn:
            work = tmp_path / urlsplit(dsn).path.lstrip("/")
            variables = {"AIRFLOW_CONN_SIS": json.dumps(sis), **warehouse_of(CODE, dsn)}
            told = {"FIRSTBELL_DISTRICTS_DIR": tmp_path, "FIRSTBELL_WORK_DIR": work,
                    "FIRSTBELL_LAST_DAY": AS_OF, **variables}  # fmt: skip
            for name, value in told.items():
                monkeypatch.setenv(name, str(value))
            yield Nights(variables, work, dsn, CODE)

    return of_a_new_warehouse


@pytest.fixture
def nights(fresh: Fresh) -> Iterator[Nights]:
    with fresh() as made:
        yield made


def checksums(nights: Nights) -> dict[str, str]:
    return nights.checksums("raw", without=BOOKKEEPING)


def test_after_a_kill_between_pages_and_tables_a_rerun_leaves_what_one_good_night_leaves(
    fresh: Fresh,
) -> None:
    command = ["-m", "tests.integration.night_child", *NIGHT, *PART]
    with fresh() as unharmed:
        steps = crash.kill_after(None, command)
        good = checksums(unharmed)
    assert good["raw.powerschool__attendance"].startswith(f"{STUDENTS}:")
    for place in range(1, KILLS + 1):
        with fresh() as killed:
            crash.kill_after(place * steps // (KILLS + 1), command)
            assert checksums(killed) != good
            night.main([*NIGHT, *PART])
            assert checksums(killed) == good


def test_a_night_without_its_attendance_makes_no_tiers_and_says_what_is_missing(
    nights: Nights, server: Running
) -> None:
    server.faults.add(Fault("error", match=f"{QUERY}.attendance?", times=1))
    with pytest.raises(SystemExit, match="PowerSchool"):
        night.main(NIGHT)
    behind = ingest.half_loaded(get_district(CODE), nights.dsn)
    assert [str(one) for one in behind] == ["PowerSchool is down or half loaded (attendance)"]
    assert nights.one("select to_regclass('risk.risk_tiers')") is None
    night.main([*NIGHT, "--no-transform"])
    assert ingest.half_loaded(get_district(CODE), nights.dsn) == []


def test_a_code_that_nobody_has_mapped_is_named_with_the_row_to_add(
    nights: Nights, tmp_path: Path
) -> None:
    night.main([*NIGHT, "--no-transform"])
    done = run_dbt(
        "build", "--exclude-resource-type", "test", "unit_test", "--select", "+rpt_unmapped_codes",
        folder=tmp_path / "dbt", url=nights.dsn, as_of=AS_OF.isoformat(), sources=("powerschool",),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    found = nights.query(
        "select source, code, record_count, what_to_add from reporting.rpt_unmapped_codes"
        " where crosswalk = 'xwalk_attendance_category'"
    )
    assert [row[:3] for row in found] == [("powerschool", REMOTE.lower(), STUDENTS)]
    assert f"category_code {REMOTE.lower()}, then run the night again" in str(found[0][3])
