"""Headers of the assessment vendors' files, and how such a file is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

# What each vendor's newest header must at least hold, in its own words.
STAR = (
    "SchoolYear", "StudentRenaissanceID", "StudentIdentifier", "StudentFirstName",
    "StudentLastName", "BirthDate", "CurrentGrade", "AssessmentID", "LaunchDate", "CompletedDate",
    "CompletedDateLocal", "AssessmentType", "AssessmentStatus", "DeactivationReason", "Grade",
    "ScaledScore", "UnifiedScore", "PercentileRank", "InstructionalReadingLevel",
    "LowerZoneOfProximalDevelopment", "UpperZoneOfProximalDevelopment", "Lexile",
    "Grade3_PassingStatus", "ScreeningPeriodWindowName", "CurrentSGP",
    "StudentGrowthPercentileFallFall", "StudentGrowthPercentileFallSpring",
    "StudentGrowthPercentileFallWinter", "StudentGrowthPercentileSpringFall",
    "StudentGrowthPercentileSpringSpring", "StudentGrowthPercentileWinterSpring",
)  # fmt: skip


def write_csv(path: Path, header: Sequence[str], rows: Sequence[dict[str, str]]) -> None:
    """Write a CSV file; a column without a value is empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    writer = csv.DictWriter(text, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")


MAP = (
    "TermName", "DistrictName", "SchoolName", "StudentID", "Student_StateID", "Subject", "Course",
    "GrowthMeasureYN", "NormsReferenceData", "TestType", "TestName", "TestID", "TestStartDate",
    "TestStartTime", "TestDurationMinutes", "TestRITScore", "TestStandardError", "TestPercentile",
    "PercentCorrect", "RapidGuessingPercentage", "FallToWinterConditionalGrowthPercentile",
    "Goal1Name", "Goal1RitScore", "Goal1StdErr", "Goal1Range", "Goal1Adjective",
)  # fmt: skip
