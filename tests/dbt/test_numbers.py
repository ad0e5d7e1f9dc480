"""What the reader of files takes for a number is the same number for dbt."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path

import psycopg
import pytest

from include.sources.files.numbers import read_number
from tests.dbt.conftest import run_dbt

READ = {
    "41": "41", " 7 ": "7", "85.0": "85", "-3.5": "-3.5", "+41": "41", "41\u00a0": "41",
    "\u202f41": "41", "４１": "41", "＋４１．５": "41.5", "\u22123": "-3", "4.1e1": "41",
    "1E-2": "0.01", ".5": "0.5", "5.": "5", "1 024": "1024", "1\u00a0024.5": "1024.5", "3,2": "3.2",
    "3,21": "3.21", "0,395783771043066": "0.395783771043066", "0,395": "0.395",
    "41\t": "41",
}  # fmt: skip
NOT_READ = ["", " ", "abc", "1,024", "1.024,5", "1,024.5", "4 1", "--3", "3-", "nan", "inf",
            "1e400", "0x1f", "1_000", "1e", "e5", ".", ",", "٤١", "4²", "850L", "BR100L",
            "9" * 200]  # fmt: skip


@pytest.mark.parametrize(("text", "number"), READ.items())
def test_a_number_is_read_however_it_is_written(text: str, number: str) -> None:
    assert read_number(text) == Decimal(number)


@pytest.mark.parametrize("text", NOT_READ)
def test_what_is_no_certain_number_is_not_read(text: str) -> None:
    assert read_number(text) is None


def test_dbt_reads_the_same_numbers(database_url: str, tmp_path: Path) -> None:
    signs = "10９+-., e\u00a0"
    texts = [*READ, *NOT_READ]
    texts += ["".join(some) for size in (2, 3, 4) for some in product(signs, repeat=size)]
    sql = "select {{ safe_numeric('value') }} from unnest(cast(%s as text[])) as given (value)"
    done = run_dbt("compile", "--inline", sql, "--quiet", folder=tmp_path, url=database_url)
    assert done.returncode == 0, done.stdout[-2000:]
    with psycopg.connect(database_url) as connection:
        found = [number for (number,) in connection.execute(done.stdout.encode(), (texts,))]
    expected = [read_number(text) for text in texts]
    assert [t for t, e, f in zip(texts, expected, found, strict=True) if e != f] == []
    assert sum(number is not None for number in found) > 1000


def test_a_text_that_is_long_to_come_by_is_computed_once(database_url: str, tmp_path: Path) -> None:
    calls = {
        "safe_numeric": ("1 024", ""),
        "domain_numeric": ("85.0", ", 1, 99"),
        "safe_date": ("11/20/2026", ""),
        "vendor_clock": ("9:00 AM", ""),
    }
    asked = {
        macro: f"case when nextval('{macro}') > 0 then '{text}' end"
        for macro, (text, _) in calls.items()
    }
    columns = [f'{{{{ {macro}("{asked[macro]}"{more}) }}}}' for macro, (_, more) in calls.items()]
    sql = f"select {', '.join(columns)}"
    done = run_dbt("compile", "--inline", sql, "--quiet", folder=tmp_path, url=database_url)
    assert done.returncode == 0, done.stdout[-2000:]
    with psycopg.connect(database_url) as connection:
        for macro in calls:
            connection.execute(f"create sequence {macro}".encode())
        read = connection.execute(done.stdout.encode()).fetchone()
        times = {
            macro: connection.execute(f"select last_value from {macro}".encode()).fetchone()
            for macro in calls
        }
    assert read == (Decimal(1024), Decimal(85), date(2026, 11, 20), "09:00:00")
    assert times == dict.fromkeys(calls, (1,))
