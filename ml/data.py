"""A labelled frame with all that belongs to it, so that rows and slices cannot drift apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml import splits
from ml.catalog import Task, column
from ml.policy import Policy
from ml.splits import Slices

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Bands = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Labelled:
    """Checked features, outcomes (NaN = not known) and slices of one frame."""

    frame: pd.DataFrame
    matrix: Floats
    outcomes: dict[str, Floats]
    slices: Slices
    task: Task
    policy: Policy
    all_bands: Bands | None

    @classmethod
    def of(cls, frame: pd.DataFrame, task: Task, policy: Policy, slices: Slices) -> Labelled:
        """Refuses undeclared columns, impossible values, and slices that overlap in time."""
        matrix = task.features.matrix(frame, beside=task.beside)
        splits.check_windows(frame)
        splits.check(frame, earlier=slices.fit | slices.calibration, test=slices.test)
        outcomes = {name: column(frame, name) for name in (*task.outcome_names, task.union)}
        return cls(frame, matrix, outcomes, slices, task, policy, bands_of(frame))

    def bands(self, rows: Mask) -> Bands | None:
        """Grade bands of some rows."""
        return None if self.all_bands is None else self.all_bands[rows]

    def known(self, name: str, rows: Mask) -> Mask:
        """The rows whose outcome is known."""
        return rows & ~np.isnan(self.outcomes[name])

    def pair(self, name: str, rows: Mask) -> tuple[Floats, Floats]:
        """Features and outcome of the rows whose outcome is known."""
        known = self.known(name, rows)
        return self.matrix[known], self.outcomes[name][known]

    def thinned(self, name: str, rows: Mask, most: int) -> Mask:
        """At most about `most` of these rows with a known outcome: every k-th of each student.

        A student's snapshots are near copies of each other, students are not: leaving students out
        would cost more. Where in time the first one is kept differs from student to student, so
        that every as-of date stays. Of students with fewer than k rows some are left out.
        """
        known = self.known(name, rows)
        step = -(-int(known.sum()) // most)
        if step <= 1:
            return known
        _, student = np.unique(self.frame["student_key"].to_numpy()[known], return_inverse=True)
        day = self.frame["as_of_date"].to_numpy()[known]
        order = np.lexsort((day, student))
        grouped = student[order]
        first = np.searchsorted(grouped, grouped)
        kept = np.empty(len(order), dtype=np.bool_)
        kept[order] = (np.arange(len(order)) - first + grouped) % step == 0
        thinned = np.zeros(len(known), dtype=np.bool_)
        thinned[known] = kept
        return thinned

    def positive_students(self, name: str, rows: Mask) -> int:
        positive = rows & (self.outcomes[name] == 1)
        return len(np.unique(self.frame["student_key"].to_numpy()[positive]))


def bands_of(frame: pd.DataFrame) -> Bands | None:
    """The grade bands of a frame's rows, where it has any."""
    return frame["grade_band"].to_numpy(dtype=object) if "grade_band" in frame else None
