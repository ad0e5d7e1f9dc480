"""What the database says about a row stays in the database."""

from __future__ import annotations

import ast
import contextlib
import subprocess
import sys
import traceback
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

import ml
from include.landing import prepare
from ml import registry
from ml.errors import ArtefactError, StorageError, StorageInterruptedError
from ml.session import session

DAY = date(2026, 11, 20)
ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
# no tier has that name, so a check refuses the row
REFUSED = (10_001, DAY, "m", 0.9, 0.5, 0.8, "Very High Risk", '["absent on 22 % of the days"]', NOW)


def whole(error: BaseException) -> str:
    """All that a log would show of an error."""
    return "".join(traceback.format_exception(error))


def test_a_refused_row_is_in_neither_the_error_nor_its_traceback(database_url: str) -> None:
    prepare(database_url, [])
    with pytest.raises(StorageError) as refused:
        with session(database_url) as connection:
            registry.replace_predictions(connection, DAY, [REFUSED])
    told = whole(refused.value)
    assert "CheckViolation (SQLSTATE 23514)" in str(refused.value)
    assert not [word for word in ("10001", "Very High", "absent", "Failing row") if word in told]


@pytest.mark.parametrize("stop", [False, True], ids=["done", "broken off"])
def test_a_session_commits_what_was_done_and_nothing_that_broke_off(
    database_url: str, stop: bool
) -> None:
    prepare(database_url, [])
    broken = ArtefactError("model m", seen="x", expected="y", next_step="Train again.")
    with contextlib.suppress(ArtefactError):
        with session(database_url) as connection:
            connection.execute("create table public.done ()")
            if stop:
                raise broken
    with psycopg.connect(database_url) as connection:
        found = connection.execute("select to_regclass('public.done') is null").fetchone()
    assert found == (stop,)


def test_a_table_that_is_not_there_will_not_come_by_waiting(database_url: str) -> None:
    with pytest.raises(StorageError, match="SQLSTATE 42P01") as missing:
        ml.model_status(database_url, DAY, "maple_valley")
    assert missing.value.is_final


def test_a_server_that_does_not_answer_may_answer_later() -> None:
    nobody = "postgresql://firstbell:secret@127.0.0.1:1/nowhere"
    with pytest.raises(StorageInterruptedError, match="Connection refused") as silent:
        ml.predict(nobody, DAY, now=NOW)
    assert not silent.value.is_final
    assert "secret" not in whole(silent.value)


def test_a_database_that_is_not_there_is_said_and_not_waited_for(database_url: str) -> None:
    with pytest.raises(StorageError, match='"nowhere" does not exist') as missing:
        ml.predict(urlsplit(database_url)._replace(path="/nowhere").geturl(), DAY, now=NOW)
    assert missing.value.is_final


def test_nothing_of_ml_connects_by_another_way() -> None:
    modules = Path(ml.__file__).parent.glob("*.py")
    connecting = [path.name for path in modules if "psycopg.connect(" in path.read_text("utf-8")]
    assert connecting == ["session.py"]


def test_who_asks_whether_scores_are_due_loads_no_library_of_learning() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import sys, ml; ml.model_status; print(sorted(sys.modules))"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    loaded = set(ast.literal_eval(said))
    assert "psycopg" in loaded
    assert loaded & {"numpy", "pandas", "scipy", "sklearn", "skops"} == set()


def test_every_name_of_ml_is_found() -> None:
    assert all(callable(getattr(ml, name)) for name in ml.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        ml.nothing  # noqa: B018
