"""Cuts a labelled history by time. There is no way to ask for a random split.

A row is a student on an as-of date; its outcome happens in a label window after that date. Rows
to learn from may reach a test only if their windows had closed before the first test date:
otherwise the model is tested on a future it was told about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.errors import SplitError, TooLittleHistoryError

Mask = NDArray[np.bool_]
Days = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Boundaries:
    """The first as-of date of each later slice; `inner_from` is None in a short history."""

    inner_from: date | None
    calibrate_from: date
    test_from: date

    def as_json(self) -> dict[str, str | None]:
        """As a registered model keeps them."""
        return {
            name: None if day is None else day.isoformat() for name, day in asdict(self).items()
        }

    @classmethod
    def of(cls, kept: Mapping[str, str | None]) -> Self:
        """From what a registered model keeps."""
        days = {
            name: None if day is None else date.fromisoformat(day) for name, day in kept.items()
        }
        return cls(**days)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Slices:
    """Which rows do what. `fit` holds `train` and `inner`, and what lies between them."""

    train: Mask
    inner: Mask
    fit: Mask
    calibration: Mask
    test: Mask
    boundaries: Boundaries


def plan(frame: pd.DataFrame) -> Boundaries:
    """The latest boundaries that the label windows allow: test, calibration, inner, from the end.

    Each slice is the set of as-of dates that look at one grading period; schools may differ in
    their calendars, so the earliest of those dates opens the slice for all.
    """
    as_of, begin, end = (_days(frame, name) for name in _WINDOW)
    open_rows = np.ones(len(frame), dtype=bool)
    starts: list[np.datetime64] = []
    while open_rows.any() and len(starts) < 4:
        start = as_of[open_rows & (begin == begin[open_rows].max())].min()
        starts.append(start)
        open_rows &= end < start
    # the oldest start only opens the rows to learn from
    if len(starts) < 3:
        raise TooLittleHistoryError(
            "split in time",
            seen=f"{len(starts)} separate label windows",
            expected="at least three, one each to learn from, to calibrate on and to test on",
            next_step="Wait for more closed grading periods; until then the rules decide alone.",
        )
    inner = _date(starts[2]) if len(starts) > 3 else None
    return Boundaries(inner_from=inner, calibrate_from=_date(starts[1]), test_from=_date(starts[0]))


def by_time(
    frame: pd.DataFrame, boundaries: Boundaries, *, is_cohort_study: bool = False
) -> Slices:
    """Rows of each slice; rows whose label window reaches into a later slice are left out.

    `is_cohort_study` is for data that see other people each time: label windows of the rows learnt
    from and of the calibration may then overlap, and whoever is in both is left out of the
    calibration. The test stays apart as ever.
    """
    as_of, _, end = (_days(frame, name) for name in _WINDOW)
    test_from = np.datetime64(boundaries.test_from)
    calibrate_from = np.datetime64(boundaries.calibrate_from)
    test = as_of >= test_from
    past = ~test & (end < test_from)
    calibration = past & (as_of >= calibrate_from)
    fit = past & (as_of < calibrate_from)
    if is_cohort_study:
        student = frame["student_key"].to_numpy()
        calibration &= ~np.isin(student, student[fit])
    else:
        fit &= end < calibrate_from
    if boundaries.inner_from is None:
        inner = np.zeros(len(frame), dtype=bool)
        train = fit.copy()
    else:
        inner_from = np.datetime64(boundaries.inner_from)
        inner = fit & (as_of >= inner_from)
        train = fit & (as_of < inner_from) & (end < inner_from)
    slices = Slices(train, inner, fit, calibration, test, boundaries)
    check(frame, earlier=slices.fit | slices.calibration, test=slices.test)
    return slices


def check(frame: pd.DataFrame, *, earlier: Mask, test: Mask) -> None:
    """Raise unless every label window of `earlier` closed before the first as-of date of `test`."""
    if not earlier.any() or not test.any():
        raise TooLittleHistoryError(
            "split in time",
            seen=f"{int(earlier.sum())} rows to learn from and {int(test.sum())} to test on",
            expected="some of both",
            next_step="Wait for more closed grading periods.",
        )
    as_of, _, end = (_days(frame, name) for name in _WINDOW)
    first = as_of[test].min()
    late = int(np.sum(end[earlier] >= first))
    if late:
        raise SplitError(
            "split in time",
            seen=f"{late} rows to learn from whose outcome was still open on {first}",
            expected="every label window closed before the first test date",
            next_step="Split by date with ml.splits.by_time; a random split is never right here.",
        )


def check_windows(frame: pd.DataFrame) -> None:
    """Raise unless every label window begins after its as-of date and ends after it begins."""
    as_of, begin, end = (_days(frame, name) for name in _WINDOW)
    wrong = int(np.sum((begin <= as_of) | (end < begin)))
    if wrong:
        raise SplitError(
            "label windows",
            seen=f"{wrong} rows whose outcome lies on or before the as-of date",
            expected="a window that begins after the as-of date",
            next_step="Find the defect in the dbt model ftr_student_outcome.",
        )


_WINDOW = ("as_of_date", "label_begin_date", "label_end_date")


def _days(frame: pd.DataFrame, name: str) -> Days:
    return frame[name].to_numpy(dtype="datetime64[D]")


def _date(day: np.datetime64) -> date:
    return pd.Timestamp(day).date()
