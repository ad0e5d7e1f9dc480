"""What the district model learns from, foresees and is compared with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.features import Feature, FeatureList

Floats = NDArray[np.float64]

KEYS = ("student_key", "as_of_date", "school_key", "grade_band")
WINDOW = ("label_begin_date", "label_end_date")


@dataclass(frozen=True, slots=True)
class Baseline:
    """A ranking that needs no model; NaN where it knows nothing. A rule must be beaten."""

    name: str
    score: Callable[[pd.DataFrame], Floats]
    needs: tuple[str, ...]
    is_rule: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """One prediction problem: what may be looked at, what is foreseen, what it must beat."""

    features: FeatureList
    # column of 0 / 1 / null, and how a reason names it
    outcomes: tuple[tuple[str, str], ...]
    union: str
    baselines: tuple[Baseline, ...]
    audit: tuple[str, ...] = ()
    onset: str | None = None

    @property
    def outcome_names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.outcomes)

    @property
    def baseline_columns(self) -> tuple[str, ...]:
        """Columns that baselines need and no feature is."""
        needs = dict.fromkeys(need for baseline in self.baselines for need in baseline.needs)
        return tuple(name for name in needs if name not in self.features.names)

    @property
    def beside(self) -> tuple[str, ...]:
        """Every declared column that is not a feature."""
        onset = (self.onset,) if self.onset else ()
        return (
            *KEYS, *WINDOW, *self.outcome_names, self.union, *self.baseline_columns,
            *self.audit, *onset,
        )  # fmt: skip


_ABSENT = "absent on {value:.0%} of the school days"


def _rate(name: str, family: str, words: str, missing: str | None = None) -> Feature:
    return Feature(name, family, 1, words, missing, "sqrt", 0.0, 1.0, beyond=0.0)


def _count(
    name: str, family: str, words: str | None, missing: str | None = None, *, raises: bool = True
) -> Feature:
    beyond = 0.0 if raises else None
    return Feature(
        name, family, 1 if raises else 0, words, missing, "log1p", 0.0, beyond=beyond
    )  # fmt: skip


DISTRICT_FEATURES = FeatureList(
    (
        Feature("grade_level_number", "grade", 0, "grade level: {value:.0f}", low=-1, high=13),
        _count("days_enrolled_ytd", "enrolment", None, raises=False),
        _count("days_absent_ytd", "attendance", "days absent this school year: {value:g}"),
        _rate("absence_rate_ytd", "attendance", f"{_ABSENT} of this year"),
        _rate("absence_rate_30d", "attendance", f"{_ABSENT} of the last 30 days"),
        _rate("absence_rate_90d", "attendance", f"{_ABSENT} of the last 90 days"),
        Feature(
            "absence_rate_change", "attendance", 1, low=-1, high=1, beyond=0,
            words="absences rose by {points:.0f} points in the last 30 days",
        ),
        _rate("unexcused_share_ytd", "attendance", "{value:.0%} of the absences were unexcused"),
        _rate(
            "absence_rate_last_year", "attendance last year", f"{_ABSENT} of last school year",
            "no attendance on record for last school year",
        ),
        Feature(
            "was_chronic_last_year", "attendance last year", 1,
            "was chronically absent last school year", low=0, high=1, beyond=0,
        ),
        Feature(
            "gpa_latest", "marks", -1, "grade point average of {value:.1f} in the latest period",
            "no marks on record for the latest period", low=0, high=5,
        ),
        Feature(
            "gpa_previous", "marks", -1, "grade point average of {value:.1f} in the period before",
            low=0, high=5,
        ),
        Feature(
            "gpa_change", "marks", -1, "grade point average fell by {drop:.1f}", low=-5, high=5,
            beyond=0,
        ),
        _count("f_count_latest", "marks", "failing marks in the latest period: {value:.0f}"),
        _count("df_count_latest", "marks", "marks of D or F in the latest period: {value:.0f}"),
        _count("f_count_last_year", "marks last year", "failing marks last year: {value:.0f}"),
        Feature("course_load", "course load", 0, "courses taken: {value:.0f}", low=0),
        Feature(
            "percentile_latest", "tests", -1, "latest test at percentile {value:.0f}",
            "no valid test result on record", low=0, high=100,
        ),
        Feature(
            "percentile_reading", "tests", -1, "reading test at percentile {value:.0f}",
            low=0, high=100,
        ),
        Feature(
            "percentile_math", "tests", -1, "math test at percentile {value:.0f}",
            low=0, high=100,
        ),
        Feature(
            "growth_percentile_latest", "tests", -1, "test growth at percentile {value:.0f}",
            low=0, high=100,
        ),
        _count("days_since_test", "tests", None, raises=False),
        _count("incident_count_90d", "behavior", "behavior incidents in 90 days: {value:.0f}"),
        _count(
            "incident_count_period", "behavior",
            "behavior incidents this grading period: {value:.0f}",
        ),
        _count("suspension_count_ytd", "behavior", "suspensions this school year: {value:.0f}"),
        _count(
            "school_change_count_365d", "mobility", "changes of school within a year: {value:.0f}"
        ),
        _count(
            "days_enrolled_at_school", "enrolment", "days enrolled at this school: {value:.0f}",
            raises=False,
        ),
        _rate(
            "school_chronic_rate_last_year", "school",
            "{value:.0%} of the school's other students were chronically absent last year",
        ),
    )
)  # fmt: skip


def column(frame: pd.DataFrame, name: str) -> Floats:
    """A column as floats, NaN where missing."""
    return frame[name].to_numpy(dtype=np.float64, na_value=np.nan)


def _prior_absence(frame: pd.DataFrame) -> Floats:
    this_year = column(frame, "absence_rate_ytd")
    return np.where(np.isnan(this_year), column(frame, "absence_rate_last_year"), this_year)


def _failing_or_chronic(frame: pd.DataFrame) -> Floats:
    both = np.vstack([column(frame, "is_chronic_ytd"), column(frame, "is_failing")])
    return np.where(np.isnan(both).all(axis=0), np.nan, np.nanmax(np.nan_to_num(both), axis=0))


def _rule_tier(frame: pd.DataFrame) -> Floats:
    return column(frame, "rule_tier_rank")


DISTRICT = Task(
    features=DISTRICT_FEATURES,
    outcomes=(
        ("fails_course", "failing a course"),
        ("becomes_chronic", "chronic absence"),
    ),
    union="is_either",
    baselines=(
        Baseline(
            "prior_absence", _prior_absence, ("absence_rate_ytd", "absence_rate_last_year"),
            is_rule=True,
        ),
        Baseline(
            "failing_or_chronic", _failing_or_chronic, ("is_chronic_ytd", "is_failing"),
            is_rule=True,
        ),
        Baseline("rule_tier", _rule_tier, ("rule_tier_rank",), is_rule=True),
    ),
    audit=(
        "sex", "race_ethnicity", "has_special_education", "is_english_learner", "has_food_service",
    ),
    onset="is_onset_case",
)  # fmt: skip
