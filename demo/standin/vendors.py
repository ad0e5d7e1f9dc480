"""Files of assessment vendors for students whom the invented district does not have."""

from __future__ import annotations

import random
from pathlib import Path

from demo.shapes.vendors import MAP, STAR, write_csv

STAR_STANDARDS = (
    "RenaissanceClientID", "SchoolYear", "StudentRenaissanceID", "StudentSourcedID",
    "StudentIdentifier", "StudentUserID", "StudentStateID", "AssessmentID", "LaunchDate",
    "CompletedDate", "CompletedDateLocal", "DomainGroup", "DomainName", "DomainPercentMastery",
    "DomainConfidenceLevel", "DomainMasteryLevel", "StandardName", "StandardDescription",
    "StandardPercentMastery", "StandardConfidenceLevel", "StandardMasteryLevel",
)  # fmt: skip
STAR_SKILLS = (
    "RenaissanceClientID", "SchoolYear", "StudentRenaissanceID", "StudentSourcedID",
    "StudentIdentifier", "StudentUserID", "StudentStateID", "AssessmentID", "LaunchDate",
    "CompletedDate", "CompletedDateLocal", "FamilyName", "DomainName", "DomainScore",
    "SkillAreaName", "SkillAreaMasteryScore",
)  # fmt: skip


_IREADY = (
    "Last Name", "First Name", "Student ID", "Student Grade", "Academic Year", "School",
    "Enrolled", "Student State ID", "Start Date", "Completion Date", "Norming Window",
    "Baseline Diagnostic (Y/N)", "Most Recent Diagnostic YTD (Y/N)", "Duration (min)", "Rush Flag",
    "Read Aloud", "Overall Scale Score", "Overall Placement", "Overall Relative Placement",
    "Percentile", "Grouping", "Mid On Grade Level Scale Score",
)  # fmt: skip
IREADY_ELA = (*_IREADY, "Lexile Measure", "Vocabulary Scale Score", "Vocabulary Placement")
IREADY_MATH = (*_IREADY, "Quantile Measure", "Geometry Scale Score", "Geometry Placement")
# Students 5001 and up do not exist in the district: their rows must wait in the match queue.
STRANGERS = range(5001, 5006)


def write(folder: Path, dice: random.Random) -> None:
    """All files, under the names that the sample files have."""
    star = [_star(number, dice) for number in STRANGERS]
    write_csv(folder / "STAR" / "SR_sample_anonymized_file.csv", STAR, star)
    shared = ("SchoolYear", "StudentRenaissanceID", "StudentIdentifier", "AssessmentID",
              "LaunchDate", "CompletedDate", "CompletedDateLocal")  # fmt: skip
    keys = [{name: row[name] for name in shared} for row in star]
    standards = [
        key | {
            "DomainGroup": "Sample Domain", "DomainName": "Sample Reading",
            "DomainPercentMastery": "70", "DomainConfidenceLevel": "2", "DomainMasteryLevel": "2",
            "StandardName": f"SAMPLE.ELA.{number}", "StandardPercentMastery": "65",
            "StandardConfidenceLevel": "Medium", "StandardMasteryLevel": "Developing",
        }
        for key in keys for number in (1, 2)
    ]  # fmt: skip
    name = "SR_Dashboard_Standards_v2_sample_anonymized_file.csv"
    write_csv(folder / "STAR" / name, STAR_STANDARDS, standards)
    skills = [
        key | {"FamilyName": "Sample Family", "DomainName": "Sample Reading", "DomainScore": "70",
               "SkillAreaName": "Sample Skill", "SkillAreaMasteryScore": "71"}
        for key in keys
    ]  # fmt: skip
    write_csv(folder / "STAR" / "SR_SkillArea_v1_sample_anonymized_file.csv", STAR_SKILLS, skills)
    growth = [_map(number, dice) for number in STRANGERS]
    write_csv(folder / "MAP_Growth" / "sample_anonymized_file.csv", MAP, growth)
    for subject, header in (("ela", IREADY_ELA), ("math", IREADY_MATH)):
        rows = [_iready(number, subject, dice) for number in STRANGERS]
        path = folder / "i-Ready" / f"sample_anonymized_file_{subject}.csv"
        write_csv(path, header, rows)
        # i-Ready sends a byte-order mark and CRLF
        text = path.read_bytes().replace(b"\n", b"\r\n")
        path.write_bytes(b"\xef\xbb\xbf" + text)


def _star(number: int, dice: random.Random) -> dict[str, str]:
    percentile = dice.randint(1, 99)
    return {
        "SchoolYear": "2021-2022",
        "StudentRenaissanceID": f"00000000-0000-0000-0000-{number:012d}",
        "StudentIdentifier": f"9000{number}",
        "StudentFirstName": "Test-Star",
        "StudentLastName": f"Sample-{number}",
        "BirthDate": "2010-01-01T00:00:00Z",
        "CurrentGrade": "6",
        "AssessmentID": f"00000000-0000-0000-0001-{number:012d}",
        "LaunchDate": "2022-04-20T14:00:00.000Z",
        "CompletedDate": "2022-04-20T14:20:00.000Z",
        "CompletedDateLocal": "2022-04-20T09:20:00.000Z",
        "AssessmentType": "Enterprise",
        "AssessmentStatus": "Active",
        "Grade": "6",
        "ScaledScore": str(300 + 5 * percentile),
        "UnifiedScore": str(900 + percentile),
        "PercentileRank": str(percentile),
        "InstructionalReadingLevel": "6.3",
        "LowerZoneOfProximalDevelopment": "4.1",
        "UpperZoneOfProximalDevelopment": "6.2",
        "Lexile": "815L",
        "ScreeningPeriodWindowName": "Spring",
        "CurrentSGP": str(dice.randint(1, 99)),
    }


def _map(number: int, dice: random.Random) -> dict[str, str]:
    score = dice.randint(180, 240)
    return {
        "TermName": "Spring 2021-2022",
        "DistrictName": "Sample ISD",
        "SchoolName": "Sample Middle School",
        "StudentID": f"9000{number}",
        "Student_StateID": f"9000{number}",
        "Subject": "Mathematics",
        "Course": "Math K-12",
        "GrowthMeasureYN": "TRUE",
        "NormsReferenceData": "2020",
        "TestType": "Survey With Goals",
        "TestName": "Growth: Sample Math 6+",
        "TestID": str(700000000 + number),
        "TestStartDate": "04/21/2022",
        "TestStartTime": "09:00:00",
        "TestDurationMinutes": "40",
        "TestRITScore": str(score),
        "TestStandardError": "3.10",
        "TestPercentile": str(dice.randint(1, 99)),
        "PercentCorrect": "52",
        "RapidGuessingPercentage": "0.0000",
        "Goal1Name": "Sample Goal",
        "Goal1RitScore": str(score - 2),
        "Goal1StdErr": "6.0",
        "Goal1Range": f"{score - 8}-{score + 4}",
        "Goal1Adjective": "Avg",
    }


def _iready(number: int, subject: str, dice: random.Random) -> dict[str, str]:
    day = "4/25/2022" if subject == "ela" else "4/26/2022"
    own = "Vocabulary" if subject == "ela" else "Geometry"
    return {
        "Last Name": f"Sample-{number}",
        "First Name": "Test-Ready",
        "Student ID": f"9000{number}",
        "Student Grade": "4",
        "Academic Year": "2021-2022",
        "School": "Sample Elementary School",
        "Enrolled": "Enrolled",
        "Start Date": day,
        "Completion Date": day,
        "Norming Window": "Spring (March 2 - End of Year)",
        "Baseline Diagnostic (Y/N)": "N",
        "Most Recent Diagnostic YTD (Y/N)": "Y",
        "Duration (min)": "44",
        "Read Aloud": "Off",
        "Overall Scale Score": str(dice.randint(400, 560)),
        "Overall Placement": "Grade 3",
        "Overall Relative Placement": "1 Grade Level Below",
        "Percentile": str(dice.randint(1, 99)),
        "Grouping": "2",
        "Mid On Grade Level Scale Score": "545",
        f"{own} Scale Score": str(dice.randint(400, 560)),
        f"{own} Placement": "Grade 3",
    }
