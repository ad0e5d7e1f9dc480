"""Real students for the model's code: the Open University's data, as of a day, split by cohort.

OULAD (Kuzilek, Hlosta, Zdrahal 2017, CC BY 4.0) is distance higher education, not a school
district, but its shape is ours: records up to a day, an outcome after it, cohorts in time. Learnt
from the presentations that began in 2013, calibrated on February 2014, tested on October 2014.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml import splits
from ml.catalog import Baseline, Task, column
from ml.features import Feature, FeatureList
from ml.splits import Boundaries, Slices

Floats = NDArray[np.float64]

_BEGINS = {
    "2013B": date(2013, 2, 1), "2013J": date(2013, 10, 1), "2014B": date(2014, 2, 1),
    "2014J": date(2014, 10, 1),
}  # fmt: skip
# the longest module runs 269 days
_DAYS = 269
_EDUCATION = {
    "No Formal quals": 0, "Lower Than A Level": 1, "A Level or Equivalent": 2,
    "HE Qualification": 3, "Post Graduate Qualification": 4,
}  # fmt: skip


def _count(name: str, direction: int) -> Feature:
    return Feature(name, "work", 1 if direction > 0 else -1 if direction else 0, low=0,
                   shape="log1p")  # fmt: skip


FEATURES = FeatureList(
    (
        _count("due_count", 0),
        Feature("missing_share", "work", 1, low=0, high=1),
        _count("missing_count", 1),
        Feature("missed_latest", "work", 1, low=0, high=1),
        Feature("missed_latest_two", "work", 1, low=0, high=2),
        _count("submitted_count", 0),
        Feature("weight_done", "work", -1, low=0),
        Feature("mean_score", "scores", -1, low=0, high=100),
        Feature("weighted_score", "scores", -1, low=0, high=100),
        Feature("latest_score", "scores", -1, low=0, high=100),
        Feature("lowest_score", "scores", -1, low=0, high=100),
        Feature("score_change", "scores", -1, low=-100, high=100),
        Feature("mean_days_late", "punctuality", 1),
        Feature("latest_days_late", "punctuality", 1),
        _count("days_since_work", 1),
        _count("banked_count", 0),
        _count("attempt_count", 1),
        Feature("studied_credits", "load", 0, low=0),
        Feature("registered_day", "start", 0),
        Feature("score_rank", "scores", -1, low=0, high=1),
        Feature("work_rank", "work", -1, low=0, high=1),
        Feature("education", "before", -1, low=0, high=4),
    )
)


def _rule(frame: pd.DataFrame) -> Floats:
    """Missing work first, then the lower mean score."""
    score = np.nan_to_num(column(frame, "mean_score"), nan=0.0)
    return np.nan_to_num(column(frame, "missing_share")) * 1000 - score


def _flags(frame: pd.DataFrame) -> Floats:
    """None to three flags: work missing, a low mean score, an earlier attempt."""
    return np.asarray(
        (column(frame, "missing_share") > 0).astype(float)
        + (column(frame, "mean_score") < 50)
        + (column(frame, "attempt_count") > 0)
    )


TASK = Task(
    features=FEATURES,
    outcomes=(("fails", "failing the module"), ("withdraws", "withdrawing")),
    union="is_either",
    baselines=(
        Baseline("missing_then_score", _rule, ("missing_share", "mean_score"), is_rule=True),
        Baseline("flags", _flags, ("missing_share", "mean_score", "attempt_count"), is_rule=True),
    ),
    audit=("gender", "disability"),
)

_MODULE = ["code_module", "code_presentation"]
_STUDENT = [*_MODULE, "id_student"]


def frame(folder: Path, day: int) -> pd.DataFrame:
    """One row per student still registered on `day` of a presentation, with the later outcome."""
    student = pd.read_csv(folder / "student.csv.gz")
    registration = pd.read_csv(folder / "student_registration.csv.gz")
    rows = student.merge(registration, on=_STUDENT)
    left = rows["date_unregistration"]
    gone = left.notna() & (left <= day)
    rows = rows[(rows["date_registration"].fillna(0) <= day) & ~gone]
    work = _work(folder, rows, day)
    rows = rows.merge(work, on=_STUDENT, how="left")
    # marks and tasks differ between modules: the place among one's fellow students travels better
    module = rows.groupby(_MODULE)
    rows["score_rank"] = module["mean_score"].rank(pct=True)
    rows["work_rank"] = module["weight_done"].rank(pct=True)
    begins = pd.to_datetime(rows["code_presentation"].map(_BEGINS))
    result = rows["final_result"]
    built = pd.DataFrame(
        {
            "student_key": rows["id_student"],
            "as_of_date": begins + timedelta(days=day),
            "school_key": rows["code_module"],
            "label_begin_date": begins + timedelta(days=day + 1),
            "label_end_date": begins + timedelta(days=_DAYS),
            **{name: rows[name] for name in FEATURES.names if name in rows},
            "attempt_count": rows["num_of_prev_attempts"],
            "registered_day": rows["date_registration"],
            "education": rows["highest_education"].map(_EDUCATION),
            "gender": rows["gender"],
            "disability": rows["disability"],
            "fails": (result == "Fail").astype(float),
            "withdraws": (result == "Withdrawn").astype(float),
        }
    )
    built["is_either"] = built["fails"] + built["withdraws"]
    return built.reset_index(drop=True)


def slices(rows: pd.DataFrame, day: int) -> Slices:
    """2013 to learn from (October as the inner slice), February 2014, October 2014."""

    def first(presentation: str) -> date:
        return _BEGINS[presentation] + timedelta(days=day)

    boundaries = Boundaries(
        inner_from=first("2013J"), calibrate_from=first("2014B"), test_from=first("2014J")
    )
    return splits.by_time(rows, boundaries, is_cohort_study=True)


def _work(folder: Path, rows: pd.DataFrame, day: int) -> pd.DataFrame:
    """What each student had handed in by `day`, of what was due by then."""
    due = pd.read_csv(folder / "assessment.csv.gz").rename(columns={"date": "due_day"})
    due = due[(due["assessment_type"] != "Exam") & (due["due_day"] <= day)]
    handed = pd.read_csv(folder / "student_assessment.csv.gz")
    handed = handed[handed["date_submitted"] <= day]
    asked = rows[_STUDENT].merge(due, on=_MODULE)
    asked = asked.merge(handed, on=["id_assessment", "id_student"], how="left")
    asked["done"] = asked["date_submitted"].notna()
    asked["late"] = (asked["date_submitted"] - asked["due_day"]).where(asked["is_banked"] != True)  # noqa: E712
    asked["weighted"] = asked["score"] * asked["weight"].clip(lower=1)
    asked["weight_scored"] = asked["weight"].clip(lower=1).where(asked["score"].notna())
    asked["weight_done"] = asked["weight"].where(asked["done"], 0.0)
    asked["banked"] = asked["is_banked"] == True  # noqa: E712
    asked = asked.sort_values([*_STUDENT, "due_day", "id_assessment"])
    group = asked.groupby(_STUDENT, sort=True)
    told = group.agg(
        due_count=("done", "size"), submitted_count=("done", "sum"), mean_score=("score", "mean"),
        lowest_score=("score", "min"), latest_score=("score", "last"),
        first_score=("score", "first"), weighted=("weighted", "sum"),
        weight_scored=("weight_scored", "sum"), weight_done=("weight_done", "sum"),
        mean_days_late=("late", "mean"), latest_days_late=("late", "last"),
        last_day=("date_submitted", "max"), banked_count=("banked", "sum"),
        latest_done=("done", "last"),
    )  # fmt: skip
    latest_two = group["done"].apply(lambda done: int((~done.iloc[-2:]).sum()))
    told["missed_latest_two"] = latest_two
    told["missing_count"] = told["due_count"] - told["submitted_count"]
    told["missing_share"] = told["missing_count"] / told["due_count"]
    told["missed_latest"] = (~told["latest_done"]).astype(float)
    told["weighted_score"] = told["weighted"] / told["weight_scored"].where(
        told["weight_scored"] > 0
    )
    told["score_change"] = (told["latest_score"] - told["first_score"]).where(
        told["submitted_count"] > 1
    )
    told["days_since_work"] = (day - told["last_day"]).clip(lower=0)
    return told.reset_index()[[*_STUDENT, *(n for n in FEATURES.names if n in told.columns)]]
