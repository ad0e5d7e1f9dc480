"""Runs the Open University's students through ml/ and prints them beside the baselines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench import oulad
from bench.ml_speed import Figure
from ml import study
from ml.policy import Policy

_COLUMNS = ("auc", "pr_auc", "precision_at_10", "brier", "ece", "calibration_slope")
_LEAST_AUC = {60: 0.78, 120: 0.83}
_MOST_ECE = 0.03


def measure(folder: Path) -> Iterator[Figure | str]:
    """AUC and calibration error on cohort 2014J, after each table."""
    if not folder.is_dir():
        yield f"OULAD is not at {folder}; set FIRSTBELL_SAMPLES. Skipped."
        return
    for day, least in _LEAST_AUC.items():
        rows = oulad.frame(folder, day)
        found = study.train_and_judge(rows, oulad.TASK, Policy(), oulad.slices(rows, day))
        values = {
            (row.subject, row.metric): row
            for row in found.rows
            if (row.group_name, row.outcome) == ("all", oulad.TASK.union)
        }
        yield f"OULAD 2014J, day {day}: " + " ".join(f"{name:>16}" for name in _COLUMNS)
        for subject in dict.fromkeys(subject for subject, _ in values):
            told = [values[(subject, name)].value for name in _COLUMNS]
            cells = ("–" if value is None else f"{value:.3f}" for value in told)
            yield f"{subject:<22}" + " ".join(f"{cell:>16}" for cell in cells)
        ours = found.bundle.algorithm
        for name, target, must in (("auc", least, ">="), ("ece", _MOST_ECE, "<=")):
            row = values[(ours, name)]
            assert row.value is not None
            yield Figure(
                f"OULAD day {day}: {name}", row.value, "", target, must=must,
                note=f"{ours}, 95 % {row.low:.3f}–{row.high:.3f}",
            )  # fmt: skip
