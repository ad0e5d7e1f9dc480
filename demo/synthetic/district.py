"""Everything that happened in one block: the draws, in one fixed order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo.synthetic import assessments, behavior, people, truth
from demo.synthetic import attendance as att
from demo.synthetic import marks as mk
from demo.synthetic import traits as latent
from demo.synthetic.people import Ints
from demo.synthetic.settings import Plan


@dataclass(frozen=True, slots=True)
class Block:
    """One block of schools and students with all that happened, known or not yet."""

    plan: Plan
    number: int
    people: people.People
    traits: latent.Traits
    at_school: NDArray[np.int8]
    attendance: att.Attendance
    marks: Ints
    incidents: behavior.Incidents
    tests: assessments.Tests
    truth: truth.Truth | None
    dice: np.random.Generator  # for what is left: programs, sections, corrections


def block(plan: Plan, number: int) -> Block:
    """Draw one block; blocks do not depend on each other."""
    dice = np.random.default_rng([plan.seed, number])
    who = people.people(number, plan.block_students(number), dice)
    state = latent.traits(who, dice, noisy_group=plan.noisy_group)
    at_school = who.school_on_days()
    seen = att.attendance(who, state, at_school, dice)
    suits = mk.course_effects(who.count, dice)
    given = mk.marks(who, state, suits, dice)
    found = behavior.incidents(who, state, at_school, dice)
    behavior.keep_away(found, seen.absent, at_school)
    seen.is_tardy[seen.absent > 0] = False
    tested = assessments.tests(who, state, at_school, dice)
    rest = dice.spawn(2)
    known = None
    if plan.oracle_draws:
        happened = truth.outcomes(who, seen, given, at_school)
        known = truth.truth(who, state, suits, happened, dice=rest[0], draws=plan.oracle_draws)
    return Block(plan, number, who, state, at_school, seen, given, found, tested, known, rest[1])
