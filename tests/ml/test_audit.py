"""Which groups the audit tells of: none whose figures could be worked out from the others."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from ml import card, evaluation
from ml.baselines import Scored
from ml.catalog import DISTRICT
from ml.evaluation import Cohort
from ml.figure import Row
from ml.policy import Policy
from ml.registry import Entry

POLICY = Policy(replicates=20, min_group_students=10)


def audit(sizes: dict[str, int], *, unknown: str | None = None) -> list[Row]:
    """The audit of students by school; of those of one school no outcome is known."""
    school = np.repeat(list(sizes), list(sizes.values()))
    number = np.arange(len(school))
    frame = pd.DataFrame(
        {"student_key": number, "as_of_date": pd.Timestamp("2026-09-04"), "school_key": school}
    )
    outcome = np.where(school == unknown, np.nan, number % 3 == 0)
    chance = (number * 7 % len(school) + 1) / (len(school) + 1)
    cohort = Cohort.of(frame, POLICY, "test")
    subject = Scored("logistic_regression", chance, chance)
    return list(evaluation.audit(cohort, subject, outcome, DISTRICT, POLICY))


def hidden(rows: list[Row]) -> set[str]:
    return {row.group_value for row in rows if row.metric == "suppressed"}


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({"a": 40, "b": 30, "c": 20}, set()),
        ({"a": 10, "b": 30}, set()),
        ({"a": 9, "b": 30, "c": 20, "d": 40}, {"a", "c"}),
        ({"a": 9, "b": 30}, {"a", "b"}),
        ({"a": 9, "b": 8, "c": 30}, {"a", "b"}),
        ({"a": 4, "b": 5, "c": 30, "d": 40}, {"a", "b", "c"}),
        ({"a": 9}, {"a"}),
    ],
    ids=[
        "all large", "on the line", "one small: the next smallest too", "one small of two",
        "two small cover each other", "two small, together still small", "nobody else",
    ],
)  # fmt: skip
def test_what_a_small_group_is_cannot_be_had_by_subtraction(
    sizes: dict[str, int], expected: set[str]
) -> None:
    assert hidden(audit(sizes)) == expected


def test_a_group_of_whom_nothing_is_known_needs_no_cover() -> None:
    assert hidden(audit({"a": 30, "b": 20, "c": 40}, unknown="b")) == {"b"}


def test_the_card_tells_how_many_snapshots_a_group_has() -> None:
    rows = audit({"a": 9, "b": 30, "c": 20, "d": 40})
    entry = Entry(
        model_id="m", district_code="d", state="refused",
        trained_at=datetime(2026, 11, 19, tzinfo=UTC), as_of_date=date(2026, 11, 19),
        train_from=None, train_to=None, algorithm="logistic_regression", code_version="test",
        sklearn_version="1", feature_names=[], feature_hash="", metrics={},
        gate={"checks": []}, card="", artefact=None, artefact_sha256=None, artefact_format=None,
    )  # fmt: skip
    lines = card.text(entry, rows, DISTRICT).splitlines()
    assert any(line.startswith("| Attribute | Group | n | Outcome rate |") for line in lines)
    assert any(line.startswith("| school_key | b | 30 | 0.") for line in lines)
    assert "| school_key | a |" + " suppressed |" * 8 in lines
