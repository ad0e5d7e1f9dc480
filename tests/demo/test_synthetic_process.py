"""The synthetic district's marginals and correlations, within the tolerances of its sources."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from demo.synthetic import attendance as att
from demo.synthetic import behavior
from demo.synthetic.district import Block, block
from demo.synthetic.people import People
from demo.synthetic.school_year import timeline
from demo.synthetic.settings import Plan

BLOCKS = 4
LAST = 2  # the index of the last school year
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Drawn:
    """Four blocks of 2,000 students, one after the other."""

    blocks: list[Block]

    def all(self, name: str) -> NDArray[np.float64]:
        """An attribute by dotted path, over all blocks."""
        parts = []
        for found in self.blocks:
            value: object = found
            for step in name.split("."):
                value = getattr(value, step)
            parts.append(np.asarray(value))
        return np.concatenate(parts)

    def absence(self, days: NDArray[np.bool_]) -> tuple[Floats, Floats]:
        """Enrolled days and absence rate (nan below ten days)."""
        enrolled = (self.all("at_school")[:, days] >= 0).sum(axis=1)
        absent = att.days_absent(self.all("attendance.absent")[:, days]).sum(axis=1)
        rate = np.where(enrolled >= 10, absent / np.maximum(enrolled, 1), np.nan)
        return enrolled, rate


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    plan = Plan(students=2000 * BLOCKS, oracle_draws=32)
    return Drawn([block(plan, number) for number in range(BLOCKS)])


def year(index: int) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = timeline().year == index
    return found


def rates(drawn: Drawn, index: int) -> Floats:
    found = drawn.absence(year(index))[1]
    return found[~np.isnan(found)]


@pytest.mark.parametrize("index", range(3))
def test_a_fifth_to_a_quarter_is_chronically_absent_in_a_year(drawn: Drawn, index: int) -> None:
    assert 0.195 <= (rates(drawn, index) >= 0.1).mean() <= 0.28


@pytest.mark.parametrize("index", range(3))
def test_severe_absence_and_mean_absence_are_those_of_districts(drawn: Drawn, index: int) -> None:
    found = rates(drawn, index)
    assert 0.04 <= (found >= 0.2).mean() <= 0.08
    assert 0.06 <= found.mean() <= 0.09
    assert np.median(found) < found.mean()


def test_absence_is_highest_in_kindergarten_and_high_school(drawn: Drawn) -> None:
    grade = drawn.all("people.grade")[:, 1]
    chronic = drawn.absence(year(1))[1] >= 0.1
    share = {name: chronic[np.isin(grade, grades)].mean() for name, grades in
             {"K": [0], "3-5": [3, 4, 5], "9-12": [9, 10, 11, 12]}.items()}  # fmt: skip
    assert share["3-5"] + 0.04 < min(share["K"], share["9-12"])


def test_absence_persists_between_years_as_published(drawn: Drawn) -> None:
    before, after = drawn.absence(year(0))[1], drawn.absence(year(1))[1]
    both = ~np.isnan(before) & ~np.isnan(after)
    assert 0.45 <= np.corrcoef(before[both], after[both])[0, 1] <= 0.60
    again = (after[both & (before >= 0.1)] >= 0.1).mean()
    assert again > 3 * (after[both & (before < 0.1)] >= 0.1).mean()


def failed_in_year(drawn: Drawn, low: int, high: int) -> float:
    grade, enrolled = drawn.all("people.grade")[:, 1], drawn.absence(year(1))[0]
    marks = drawn.all("marks")[:, 4:8]
    here = (grade >= low) & (grade <= high) & (enrolled > 150)
    return float(((marks >= 0) & (marks < 60))[here].any(axis=(1, 2)).mean())


def test_failing_marks_peak_in_grade_9(drawn: Drawn) -> None:
    assert 0.20 <= failed_in_year(drawn, 9, 9) <= 0.26
    assert failed_in_year(drawn, 3, 5) <= 0.03
    assert failed_in_year(drawn, 6, 8) < failed_in_year(drawn, 9, 9)


def test_kindergarten_to_grade_2_get_no_letters(drawn: Drawn) -> None:
    grade = np.repeat(drawn.all("people.grade"), 4, axis=1)
    marks = drawn.all("marks")
    assert (marks[(grade < 3)] == -1).all()
    assert (marks[(grade >= 3) & (grade <= 12)][:, 0] >= 0).all()


def test_absence_and_gpa_of_a_term_correlate_as_in_secondary_schools(drawn: Drawn) -> None:
    enrolled, rate = drawn.absence(timeline().quarter == 5)
    grade, marks = drawn.all("people.grade")[:, 1], drawn.all("marks")[:, 5]
    here = (enrolled > 20) & (grade >= 6) & (grade <= 12)
    points = np.clip((marks[here] - 50) // 10, 0, 4).mean(axis=1)
    assert -0.46 <= np.corrcoef(rate[here], points)[0, 1] <= -0.34


def test_a_test_repeats_itself_a_year_later(drawn: Drawn) -> None:
    z, day = drawn.all("tests.z"), drawn.all("tests.day")
    for subject in range(2):
        both = (day[:, 0, 2, subject] >= 0) & (day[:, 1, 2, subject] >= 0)
        r = np.corrcoef(z[both, 0, 2, subject], z[both, 1, 2, subject])[0, 1]
        assert 0.78 <= r <= 0.90


def test_absence_and_tests_are_weakly_related_in_elementary_grades(drawn: Drawn) -> None:
    grade, day = drawn.all("people.grade")[:, 1], drawn.all("tests.day")[:, 1, 0, 0]
    rate = drawn.absence(year(1))[1]
    here = (grade >= 3) & (grade <= 5) & (day >= 0) & ~np.isnan(rate)
    r = np.corrcoef(rate[here], drawn.all("tests.z")[here, 1, 0, 0])[0, 1]
    assert -0.25 <= r <= -0.05


def test_the_absent_miss_more_tests(drawn: Drawn) -> None:
    grade, rate = drawn.all("people.grade")[:, 1], drawn.absence(year(1))[1]
    sits = (grade >= 1) & (grade <= 10) & (drawn.all("at_school")[:, year(1)] >= 0).all(axis=1)
    missed = drawn.all("tests.day")[:, 1, 0, 0] < 0
    assert 0.03 <= missed[sits].mean() <= 0.10
    assert missed[sits & (rate >= 0.1)].mean() > 1.5 * missed[sits & (rate < 0.05)].mean()


def test_suspensions_out_of_school_are_as_rare_as_in_districts(drawn: Drawn) -> None:
    people: list[People] = [found.people for found in drawn.blocks]
    out = []
    for found, who in zip(drawn.blocks, people, strict=True):
        hit = found.incidents.action == behavior.OUT_OF_SCHOOL
        hit &= timeline().year[found.incidents.day] == 1
        out.append(np.bincount(found.incidents.student[hit], minlength=who.count) > 0)
    suspended, here = np.concatenate(out), drawn.absence(year(1))[0] > 20
    grade = drawn.all("people.grade")[:, 1]
    assert 0.035 <= suspended[here].mean() <= 0.065
    assert 0.01 <= suspended[here & (grade <= 5)].mean() <= 0.035
    assert 0.06 <= suspended[here & (grade >= 6) & (grade <= 8)].mean() <= 0.10


def test_one_student_in_eight_moves_in_the_middle_of_a_year(drawn: Drawn) -> None:
    first, last = drawn.all("people.first_day")[:, 1], drawn.all("people.last_day")[:, 1]
    here = first >= 0
    start, end = timeline().first_of_year(1), timeline().last_of_year(1)
    moves = (first != start) | (last != end) | (drawn.all("people.next_school")[:, 1] >= 0)
    assert 0.09 <= moves[here].mean() <= 0.16


def test_demographics_hardly_say_who_is_at_risk(drawn: Drawn) -> None:
    rate = drawn.absence(year(1))[1]
    for group in (drawn.all("people.is_female"), drawn.all("people.is_english_learner")):
        chronic = [(rate[group == value] >= 0.1).mean() for value in (0, 1)]
        assert abs(chronic[0] - chronic[1]) < 0.04


def test_the_oracle_is_good_and_not_perfect(drawn: Drawn) -> None:
    chance, outcome = drawn.all("truth.either"), drawn.all("truth.was_either")
    known = ~np.isnan(chance) & ~np.isnan(outcome)
    assert 0.84 <= roc_auc_score(outcome[known], chance[known]) <= 0.92
    assert 0.15 <= outcome[known].mean() <= 0.25


@pytest.mark.parametrize(
    ("chance", "outcome"),
    [("fails", "did_fail"), ("chronic", "was_chronic"), ("either", "was_either")],
)
def test_the_oracle_is_calibrated(drawn: Drawn, chance: str, outcome: str) -> None:
    p, y = drawn.all(f"truth.{chance}"), drawn.all(f"truth.{outcome}")
    known = ~np.isnan(p) & ~np.isnan(y)
    p, y = p[known], y[known]
    order = np.argsort(p)
    for bin_ in np.array_split(order, 10):
        assert abs(p[bin_].mean() - y[bin_].mean()) < 0.03


def test_the_noisy_group_has_the_same_risk_and_less_predictable_records() -> None:
    plain, noisy = (
        [block(Plan(noisy_group=switch, oracle_draws=16, seed=7 + n), 0) for n in range(2)]
        for switch in (False, True)
    )

    def auc_and_base(blocks: list[Block]) -> tuple[float, float]:
        chance, outcome = [], []
        for found in blocks:
            assert found.truth is not None
            group = found.people.is_english_learner
            chance.append(found.truth.either[group].ravel())
            outcome.append(found.truth.was_either[group].ravel())
        p, y = np.concatenate(chance), np.concatenate(outcome)
        known = ~np.isnan(p) & ~np.isnan(y)
        return float(roc_auc_score(y[known], p[known])), float(y[known].mean())

    (auc, base), (noisy_auc, noisy_base) = auc_and_base(plain), auc_and_base(noisy)
    assert abs(base - noisy_base) < 0.04
    assert noisy_auc < auc - 0.05
