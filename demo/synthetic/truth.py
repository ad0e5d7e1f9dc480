"""What nobody else may see: the true probability of the next grading period's outcomes.

The outcomes are those of the product: an F in the period, or an absent share of 10 % or more of
at least ten enrolled days. Known is the state at the end of the period before; what comes is
drawn many times, and given a draw both probabilities are closed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo.synthetic import attendance as att
from demo.synthetic import marks as mk
from demo.synthetic.attendance import Attendance
from demo.synthetic.normal import share_below
from demo.synthetic.people import Ints, People
from demo.synthetic.school_year import timeline
from demo.synthetic.settings import PROCESS, QUARTERS
from demo.synthetic.traits import Floats, Traits, level, step

MIN_DAYS = 10
CHRONIC = 0.1


@dataclass(frozen=True, slots=True)
class Truth:
    """By student and quarter; nan: not at school then, or no letters in that grade."""

    fails: Floats
    chronic: Floats
    either: Floats
    did_fail: Floats
    was_chronic: Floats
    was_either: Floats


def chronic_curve(quarter: int, dice: np.random.Generator) -> tuple[Floats, Floats]:
    """Chance to reach the chronic share in a quarter, by the level of log-odds."""
    time = timeline()
    days = np.flatnonzero(time.quarter == quarter)
    levels = np.linspace(-7.5, 2.0, 39)
    rows = np.repeat(levels, 600)
    absent = att.spread(rows, days, dice, att.day_effect(time))
    # six in a hundred absences are half days
    share = (absent * np.where(dice.random(absent.shape) < 0.06, 0.5, 1.0)).mean(axis=1)
    return levels, (share >= CHRONIC - 1e-9).reshape(len(levels), -1).mean(axis=1)


def outcomes(
    people: People, seen: Attendance, marks: Ints, at_school: NDArray[np.int8]
) -> tuple[Floats, Floats]:
    """What happened, by the generator's own books: failed a course; became chronic."""
    time = timeline()
    failed = np.full((people.count, QUARTERS), np.nan)
    chronic = np.full((people.count, QUARTERS), np.nan)
    missed = att.days_absent(seen.absent)
    for quarter in range(QUARTERS):
        days = time.quarter == quarter
        enrolled = (at_school[:, days] >= 0).sum(axis=1)
        absent = missed[:, days].sum(axis=1)
        ok = enrolled >= MIN_DAYS
        chronic[ok, quarter] = 10 * absent[ok] >= enrolled[ok]
        end = time.last_of_quarter(quarter)
        letters = (marks[:, quarter, 0] >= 0) & (at_school[:, end] >= 0) & ok
        low = (marks[:, quarter] >= 0) & (marks[:, quarter] < mk.PASSING)
        failed[letters, quarter] = low[letters].any(axis=1)
    return failed, chronic


def truth(
    people: People,
    traits: Traits,
    suits: Floats,
    happened: tuple[Floats, Floats],
    *,
    dice: np.random.Generator,
    draws: int,
) -> Truth:
    """The probabilities of every quarter after the first, seen from the quarter before it."""
    failed, chronic = happened
    shape = (people.count, QUARTERS)
    p_fail, p_chronic, p_either = (np.full(shape, np.nan) for _ in range(3))
    for quarter in range(1, QUARTERS):
        known = ~np.isnan(chronic[:, quarter])
        who = np.flatnonzero(known)
        grade = people.grade[who, quarter // 4]
        wave = np.repeat(traits.wave[who, quarter - 1, None], draws, axis=1)
        shock = np.repeat(traits.shock[who, quarter - 1, None], draws, axis=1)
        coming = level(traits.stable[who, None], *step(wave, shock, dice))
        logit = att.quarter_level(grade[:, None], coming, quarter)
        logit = logit + dice.normal(0, PROCESS.absence_noise, logit.shape)
        misses = np.interp(logit, *chronic_curve(quarter, dice))

        mean = mk.expected(grade[:, None], traits.ability[who, None], coming)
        mean = mean + dice.normal(0, mk.QUARTER_NOISE, mean.shape)
        passes = np.ones_like(mean)
        noise = mk.NOISE_OF_GRADE[np.clip(grade, 0, 12)]
        new_year = quarter % 4 == 0
        courses = mk.course_count(grade)
        for slot in range(mk.SLOTS):
            # in a new year nobody knows yet how well the course suits
            suit = 0.0 if new_year else suits[who, quarter // 4, slot, None]
            sd = np.hypot(noise, PROCESS.mark_course if new_year else 0)
            below = share_below((mk.PASSING - 0.5 - mean - suit) / sd[:, None])
            passes *= np.where((slot < courses)[:, None], 1 - below, 1)
        letters = ~np.isnan(failed[who, quarter])
        p_fail[who[letters], quarter] = (1 - passes).mean(axis=1)[letters]
        p_chronic[who, quarter] = misses.mean(axis=1)
        union = 1 - np.where(letters[:, None], passes, 1) * (1 - misses)
        p_either[who, quarter] = union.mean(axis=1)
    either = np.where(np.isnan(failed), chronic, np.fmax(failed, chronic))
    return Truth(p_fail, p_chronic, p_either, failed, chronic, either)
