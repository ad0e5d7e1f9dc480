"""Latent traits and how engagement moves from quarter to quarter. Nothing of this is written."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo.synthetic.people import People
from demo.synthetic.settings import PROCESS, QUARTERS, SCHOOLS, Process

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Traits:
    """By student: ability, behavior; by student and quarter: engagement and what it is made of."""

    stable: Floats
    ability: Floats
    behavior: Floats
    wave: Floats
    shock: NDArray[np.bool_]
    engagement: Floats
    # what the records show of the engagement; another student's where records are mixed up
    recorded: Floats


def traits(people: People, dice: np.random.Generator, *, noisy_group: bool) -> Traits:
    """Draw everybody's traits; each school adds a little of its own."""
    p = PROCESS
    ea, eb, ab = p.trait_r
    shape = np.linalg.cholesky(np.array([[1, ea, eb], [ea, 1, ab], [eb, ab, 1]]))
    stable, ability, behavior = shape @ dice.standard_normal((3, people.count))
    at_school = dice.normal(0, p.school_sd, (2, SCHOOLS))
    stable = stable + at_school[0, people.school[:, 1]]
    ability = ability + at_school[1, people.school[:, 1]]

    wave = np.empty((people.count, QUARTERS))
    shock = np.empty((people.count, QUARTERS), bool)
    wave[:, 0] = dice.standard_normal(people.count)
    shock[:, 0] = dice.random(people.count) < p.shock_start / (1 - p.shock_stays)
    for quarter in range(1, QUARTERS):
        wave[:, quarter], shock[:, quarter] = step(
            wave[:, quarter - 1], shock[:, quarter - 1], dice
        )
    engagement = level(stable[:, None], wave, shock)
    recorded = engagement.copy()
    if noisy_group:
        group = np.flatnonzero(people.is_english_learner)
        for quarter in range(QUARTERS):
            mixed = group[dice.random(len(group)) < 0.5]
            recorded[mixed, quarter] = engagement[dice.permutation(mixed), quarter]
    return Traits(stable, ability, behavior, wave, shock, engagement, recorded)


def step(
    wave: Floats, shock: NDArray[np.bool_], dice: np.random.Generator, p: Process = PROCESS
) -> tuple[Floats, NDArray[np.bool_]]:
    """One quarter later: the wave regresses to zero, a shock starts or ends."""
    fresh = dice.standard_normal(wave.shape)
    chance = np.where(shock, p.shock_stays, p.shock_start)
    return p.wave_r * wave + np.sqrt(1 - p.wave_r**2) * fresh, dice.random(wave.shape) < chance


def level(stable: Floats, wave: Floats, shock: NDArray[np.bool_], p: Process = PROCESS) -> Floats:
    return p.stable * stable + p.wave * wave - p.shock * shock
