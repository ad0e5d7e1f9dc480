"""What a generated district is made of: its size, its days, its switches and its constants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

YEARS = (2025, 2026, 2027)
# The evening up to which the district is laid out; the days after it are played one by one.
OPENING = date(2026, 11, 19)
QUARTERS = 4 * len(YEARS)
GRADES = (
    "Kindergarten", "First grade", "Second grade", "Third grade", "Fourth grade", "Fifth grade",
    "Sixth grade", "Seventh grade", "Eighth grade", "Ninth grade", "Tenth grade",
    "Eleventh grade", "Twelfth grade",
)  # fmt: skip
# Schools of one block: three for K-5, two for 6-8, one for 9-12.
ELEMENTARY, MIDDLE, HIGH = (0, 1, 2), (3, 4), 5
SCHOOLS = 6
# The last elementary school tests reading with Star, everybody else with MAP.
STAR_SCHOOL = 2
SUBJECTS = ("Mathematics", "Reading")
TERMS = ("Fall", "Winter", "Spring")
BLOCK = 2000
# Room for the students who come and go in the three years of one block.
STRIDE = 6000
LEA = 990100


@dataclass(frozen=True, slots=True)
class Plan:
    """One run of the generator; the same plan gives the same bytes."""

    students: int = 2000
    as_of: date = OPENING
    seed: int = 20261119
    # English learners get records that are mixed up among themselves: same latent risk, more noise.
    noisy_group: bool = False
    # Draws of the next period per student in the true probability; 0: no truth is computed.
    oracle_draws: int = 64

    @property
    def blocks(self) -> int:
        return max(1, round(self.students / BLOCK))

    def block_students(self, block: int) -> int:
        share, rest = divmod(self.students, self.blocks)
        return share + (block < rest)


@dataclass(frozen=True, slots=True)
class Process:
    """The constants of the process; tests hold the marginals that they give."""

    trait_r: tuple[float, float, float] = (0.45, -0.40, -0.30)  # e-a, e-b, a-b
    school_sd: float = 0.20
    # engagement of a quarter = stable part + a slow wave - shocks nobody foresees
    stable: float = 0.66
    wave: float = 0.74
    wave_r: float = 0.80
    shock: float = 1.6
    shock_start: float = 0.025
    shock_stays: float = 0.45
    # log-odds of an absence on a day
    absence: float = -3.97
    absence_engagement: float = 1.17
    absence_noise: float = 0.20
    absence_spell: float = 0.30
    # marks out of 100
    mark: float = 84.0
    mark_ability: float = 5.6
    mark_engagement: float = 2.3
    mark_course: float = 3.0
    # tests, in standard deviations of the norm group: this district is a little above it
    test_shift: float = 0.72
    test_true: float = 0.92
    test_error: float = 0.34


PROCESS = Process()
# By grade: absences are high in kindergarten and high school, low in grades 2 to 5.
ABSENCE_BY_GRADE = (
    0.40, 0.10, -0.10, -0.18, -0.20, -0.15, 0.0, 0.05, 0.10, 0.25, 0.28, 0.32, 0.38,
)  # fmt: skip
# By grade: grade 9 marks drop, and vary more.
MARK_BY_GRADE = (0, 0, 0, 2.4, 2.0, 1.8, 0.8, 0.3, 0.2, -1.0, -0.3, 0.2, 0.4)
# By grade: how strongly marks follow engagement; grade 9 is where the disengaged fall behind.
MARK_SLOPE_BY_GRADE = (1, 1, 1, 1, 1, 1, 1, 1.1, 1.2, 3.2, 1.6, 1.2, 1.2)
MARK_NOISE_BY_GRADE = (5, 5, 5, 4.2, 4.4, 4.6, 4.8, 4.9, 4.9, 5.8, 5.4, 5.2, 5.0)
# Log of incidents per quarter by grade.
INCIDENTS_BY_GRADE = (
    -4.5, -4.2, -4.0, -3.8, -3.7, -3.5, -2.7, -2.5, -2.4, -2.4, -2.6, -2.8, -3.0,
)  # fmt: skip


def school_id(block: int, place: int) -> int:
    return LEA * 1000 + block * 10 + place + 1


def school_name(block: int, place: int) -> str:
    kind = "Elementary" if place in ELEMENTARY else "Middle" if place in MIDDLE else "High"
    tree = ("Maple", "Birch", "Willow", "Cedar", "Aspen", "Oak")[place]
    return f"Sample {tree} {kind} School" + (f" {block + 1}" if block else "")
