"""A small made-up district: latent traits, nine grading periods, snapshots, later outcomes."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

PERIODS = [
    (date(2024, 8, 19), date(2024, 10, 18)), (date(2024, 10, 21), date(2024, 12, 20)),
    (date(2025, 1, 6), date(2025, 3, 14)), (date(2025, 3, 17), date(2025, 5, 30)),
    (date(2025, 8, 18), date(2025, 10, 17)), (date(2025, 10, 20), date(2025, 12, 19)),
    (date(2026, 1, 5), date(2026, 3, 13)), (date(2026, 3, 16), date(2026, 5, 29)),
    (date(2026, 8, 17), date(2026, 10, 16)),
]  # fmt: skip
AS_OF = date(2026, 11, 19)


def district(
    students: int = 700, *, seed: int = 7, snapshots: int = 2, noisy_group: bool = False
) -> pd.DataFrame:
    """One row per student and as-of date, with the columns of the dbt layer and the labels.

    Outcomes of a period are drawn from latent traits and a shock that no feature knows. With
    `noisy_group`, the records of students of sex "F" are noise around the same risk.
    """
    random = np.random.default_rng(seed)
    engagement, ability = random.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], size=students).T
    sex = random.choice(["F", "M"], students)
    grade = random.integers(0, 13, students)
    school = random.integers(0, 6, students)
    state = np.zeros(students)
    absent, gpa, fails, chance = [], [], [], []
    for _ in PERIODS:
        state = 0.6 * state + random.normal(0, 0.6, students)
        now = engagement + state - 2.0 * (random.random(students) < 0.04)
        share = 1 / (1 + np.exp(-(-3.1 - 0.9 * now)))
        f_chance = 1 / (1 + np.exp(-(-3.0 - 1.1 * ability - 0.9 * now)))
        absent.append(random.binomial(42, share) / 42)
        gpa.append(
            np.clip(2.9 + 0.5 * ability + 0.35 * now + random.normal(0, 0.3, students), 0, 4)
        )
        fails.append(random.random(students) < f_chance)
        chance.append(f_chance)
    rows = []
    for at in range(1, len(PERIODS)):
        begin, end = PERIODS[at]
        previous_begin, previous_end = PERIODS[at - 1]
        year_start = 4 * ((at - 1) // 4)
        year = np.mean(absent[year_start:at], axis=0)
        seen = absent[at - 1]
        marks = gpa[at - 1]
        if noisy_group:
            noise = np.where(sex == "F", 1.0, 0.0)
            seen = np.clip(seen + noise * random.normal(0, 0.12, students), 0, 1)
            year = np.clip(year + noise * random.normal(0, 0.12, students), 0, 1)
            marks = np.clip(marks + noise * random.normal(0, 1.2, students), 0, 4)
        percentile = np.clip(50 + 25 * ability + random.normal(0, 10, students), 1, 99)
        percentile[random.random(students) < 0.1] = np.nan
        for snapshot in range(snapshots):
            as_of = previous_end - timedelta(days=7 * snapshot)
            assert previous_begin < as_of < begin
            failing = fails[at - 1] & (grade >= 6)
            chronic_now = year >= 0.1
            red = chronic_now.astype(int) + failing + (marks < 1.5)
            chronic = absent[at] >= 0.1
            fails_next = np.where(grade >= 6, fails[at].astype(float), np.nan)
            either = np.where(chronic, 1.0, np.where(grade >= 6, fails_next, 0.0))
            rows.append(
                pd.DataFrame(
                    {
                        "student_key": np.arange(students) + 10_000,
                        "as_of_date": as_of,
                        "school_key": school + 1,
                        "school_year": 2025 + (at - 1) // 4,
                        "grade_level_number": grade,
                        "grade_band": np.where(
                            grade <= 5, "K-5", np.where(grade <= 8, "6-8", "9-12")
                        ),
                        "days_enrolled_ytd": 42 * (at - year_start),
                        "days_absent_ytd": np.round(year * 42 * (at - year_start)),
                        "absence_rate_ytd": year,
                        "absence_rate_30d": np.clip(seen + random.normal(0, 0.02, students), 0, 1),
                        "absence_rate_90d": np.clip(seen + random.normal(0, 0.01, students), 0, 1),
                        "absence_rate_change": np.clip(random.normal(0, 0.02, students), -1, 1),
                        "unexcused_share_ytd": random.random(students),
                        "absence_rate_last_year": (
                            np.mean(absent[:4], axis=0) if at > 4 else np.full(students, np.nan)
                        ),
                        "was_chronic_last_year": (
                            (np.mean(absent[:4], axis=0) >= 0.1).astype(float)
                            if at > 4
                            else np.full(students, np.nan)
                        ),
                        "gpa_latest": np.where(grade >= 6, marks, np.nan),
                        "gpa_previous": np.where(grade >= 6, gpa[at - 2], np.nan)
                        if at > 1
                        else np.nan,
                        "gpa_change": (
                            np.where(grade >= 6, marks - gpa[at - 2], np.nan) if at > 1 else np.nan
                        ),
                        "f_count_latest": np.where(grade >= 6, fails[at - 1].astype(float), np.nan),
                        "df_count_latest": np.where(
                            grade >= 6, fails[at - 1] + (marks < 2.0).astype(float), np.nan
                        ),
                        "f_count_last_year": np.nan,
                        "course_load": np.where(grade >= 6, 6.0, np.nan),
                        "percentile_latest": percentile,
                        "percentile_reading": percentile,
                        "percentile_math": np.nan,
                        "growth_percentile_latest": random.uniform(1, 99, students),
                        "days_since_test": random.integers(5, 90, students),
                        "incident_count_90d": random.poisson(0.1, students),
                        "incident_count_period": random.poisson(0.05, students),
                        "suspension_count_ytd": random.poisson(0.01, students),
                        "school_change_count_365d": random.poisson(0.1, students),
                        "days_enrolled_at_school": random.integers(30, 900, students),
                        "school_chronic_rate_last_year": 0.15 + 0.02 * school,
                        "rule_tier": np.array(["Low Risk", "Some Risk", "At Risk", "High Risk"])[
                            red
                        ],
                        "rule_tier_rank": red,
                        "is_chronic_ytd": chronic_now.astype(float),
                        "is_failing": np.where(grade >= 6, failing.astype(float), np.nan),
                        "label_begin_date": begin,
                        "label_end_date": end,
                        "fails_course": fails_next,
                        "becomes_chronic": chronic.astype(float),
                        "is_either": either,
                        "is_onset_case": (~failing & ~chronic_now).astype(float),
                        "sex": sex,
                        "race_ethnicity": random.choice(["A", "B"], students),
                        "has_special_education": random.random(students) < 0.1,
                        "is_english_learner": random.random(students) < 0.1,
                        "has_food_service": random.random(students) < 0.4,
                    }
                )
            )
    frame = pd.concat(rows, ignore_index=True)
    for name in ("as_of_date", "label_begin_date", "label_end_date"):
        frame[name] = pd.to_datetime(frame[name])
    return frame
