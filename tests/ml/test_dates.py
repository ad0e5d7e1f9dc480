"""The figures of each as-of date, and how the card tells them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd

from ml import card, evaluation
from ml.baselines import Scored
from ml.catalog import DISTRICT
from ml.evaluation import Cohort
from ml.figure import Row
from ml.policy import Policy
from ml.registry import Entry

POLICY = Policy(replicates=20)
HEADING = "## As-of date by as-of date"


def by_date(frame: pd.DataFrame) -> list[Row]:
    """The figures of a frame with students, days, a chance and the outcome."""
    cohort = Cohort.of(frame, POLICY, "test")
    chance = frame["chance"].to_numpy(dtype=np.float64)
    outcome = frame["outcome"].to_numpy(dtype=np.float64)
    subject = Scored("logistic_regression", chance, chance)
    return list(evaluation.by_date(cohort, subject, outcome, DISTRICT, POLICY))


def day(text: str, students: int) -> pd.DataFrame:
    """Snapshots of one day; every third student has the outcome."""
    number = np.arange(students)
    return pd.DataFrame(
        {
            "student_key": number,
            "as_of_date": pd.Timestamp(text),
            "chance": (number + 1) / (students + 1),
            "outcome": (number % 3 == 0).astype(float),
        }
    )


def told(rows: list[Row]) -> str:
    entry = Entry(
        model_id="m", district_code="d", state="refused",
        trained_at=datetime(2026, 11, 19, tzinfo=UTC), as_of_date=date(2026, 11, 19),
        train_from=None, train_to=None, algorithm="logistic_regression", code_version="test",
        sklearn_version="1", feature_names=[], feature_hash="", metrics={},
        gate={"checks": []}, card="", artefact=None, artefact_sha256=None, artefact_format=None,
    )  # fmt: skip
    return card.text(entry, rows, DISTRICT)


def test_a_date_of_few_students_is_named_but_not_told() -> None:
    rows = by_date(pd.concat([day("2026-09-04", 9), day("2026-09-11", 60)], ignore_index=True))
    few = [row for row in rows if row.group_value == "2026-09-04"]
    assert [(row.metric, row.value, row.row_count) for row in few] == [("suppressed", None, None)]
    assert any((row.group_value, row.metric) == ("2026-09-11", "auc") for row in rows)
    lines = told(rows).splitlines()
    assert (
        "| 2026-09-04 | suppressed | suppressed | suppressed | suppressed | suppressed |" in lines
    )
    assert any(line.startswith("| 2026-09-11 | 60 | 0.333") for line in lines)


def test_a_date_whose_judged_students_all_have_the_outcome_is_left_out() -> None:
    one_class = day("2026-09-04", 60)
    one_class.loc[one_class["outcome"] == 0, "chance"] = np.nan
    assert by_date(one_class) == []


def test_a_card_without_figures_by_date_has_no_heading_for_them() -> None:
    rows = by_date(day("2026-09-11", 60))
    assert HEADING in told(rows)
    assert HEADING not in told([row for row in rows if row.group_name != "as_of_date"])
    other = [
        Row("test", "all", "all", "logistic_regression", "is_either", "base_rate",
            0.3, None, None, 60, 20)
    ]  # fmt: skip
    assert HEADING not in told(other)
