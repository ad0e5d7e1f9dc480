"""Ranking and calibration measures, each with its bootstrap by student, computed all at once.

Students are drawn, not rows: the weekly snapshots of one student resemble each other, and an
interval that took them for independent would be far too narrow. A bootstrap sample is a column of
row weights; column 0 is the data as they are. Every measure is a weighted sum over sorted rows, so
that all samples are computed together and two subjects can be compared sample by sample.

Weights and their sums are whole numbers far below 2 ** 24, which 32 bits hold exactly at half the
memory's traffic; only sums of products need 64.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Weights = NDArray[np.float32]
Ints = NDArray[np.int64]

_BINS = 10
# calibration lines are fitted on this many bins of near-equal probability: fast, and as good
_LINE_BINS = 200


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure on the data, with the middle 95 % of its bootstrap; None where undefined."""

    value: float | None
    low: float | None
    high: float | None


def draw(students: NDArray[np.int64], replicates: int, seed: int) -> Weights:
    """Row weights, one column per sample; students are drawn with replacement."""
    _, code = np.unique(students, return_inverse=True)
    count = int(code.max()) + 1 if len(code) else 0
    random = np.random.default_rng(seed)
    chance = np.full(count, 1 / count) if count else np.empty(0)
    drawn = random.multinomial(count, chance, size=replicates).astype(np.float32)
    return np.vstack([np.ones((1, count), np.float32), drawn]).T[code]


def estimate(samples: Floats) -> Estimate:
    """The first sample as the value, the others as its interval."""
    if not np.isfinite(samples[0]):
        return Estimate(None, None, None)
    rest = samples[1:][np.isfinite(samples[1:])]
    if not len(rest):
        return Estimate(float(samples[0]), None, None)
    low, high = np.quantile(rest, [0.025, 0.975])
    return Estimate(float(samples[0]), float(low), float(high))


def ranking(
    score: Floats, outcome: Floats, dates: Ints, weights: Weights, *,
    shares: Sequence[float], seats: int | None, seed: int,
) -> dict[str, Floats]:  # fmt: skip
    """AUC, PR-AUC and precision and recall of the top of each as-of date's list.

    The list is cut per as-of date, for that is how it is used. Ties within it are broken at
    random by `seed`; AUC and PR-AUC count them as ties.
    """
    tie = np.random.default_rng(seed).random(len(score))
    order = np.lexsort((tie, -score))
    starts = np.flatnonzero(np.r_[True, np.diff(score[order]) != 0])
    everyone = weights[order]
    positive = everyone * outcome[order, None].astype(np.float32)
    if len(starts) < len(order):
        positive = np.add.reduceat(positive, starts, axis=0)
        everyone = np.add.reduceat(everyone, starts, axis=0)
    negative = everyone - positive
    above = np.cumsum(positive, axis=0)
    positives, negatives = above[-1].astype(np.float64), negative.sum(axis=0, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        pairs = ((above - positive / 2) * negative).sum(axis=0, dtype=np.float64)
        found = {
            "auc": pairs / (positives * negatives),
            # a sample may draw none of the first rows: nothing flagged, nothing gained
            "pr_auc": np.nan_to_num(positive * above / np.cumsum(everyone, axis=0)).sum(
                axis=0, dtype=np.float64
            )
            / positives,
            "base_rate": positives / (positives + negatives),
        }
        places, tops = _tops(score, tie, dates, weights, shares=shares, seats=seats)
        # who is right, and everybody: two sums in one pass
        asked = np.vstack([outcome[places], np.ones(len(places))]).astype(np.float32)
        for name, flagged in tops:
            hits, all_flagged = (asked @ flagged).astype(np.float64)
            found[f"precision_at_{name}"] = hits / all_flagged
            found[f"recall_at_{name}"] = hits / positives
    return found


def _tops(
    score: Floats, tie: Floats, dates: Ints, weights: Weights, *, shares: Sequence[float],
    seats: int | None,
) -> tuple[Ints, list[tuple[str, Weights]]]:  # fmt: skip
    """The rows in order of date and rank; for each cut, their weights above it, zero below."""
    order = np.lexsort((tie, -score, dates))
    starts = np.flatnonzero(np.r_[True, np.diff(dates[order]) != 0])
    sizes = np.diff(np.r_[starts, len(order)])
    held = weights[order]
    before = np.cumsum(held, axis=0) - held
    before -= np.repeat(before[starts], sizes, axis=0)
    totals = np.add.reduceat(held, starts, axis=0)
    cuts: list[tuple[str, Weights]] = [
        # rounded to 32 bits, a tenth of seventy is seven, and not a little more
        (f"{share:.0%}".rstrip("%"), np.repeat((share * totals).astype(np.float32), sizes, axis=0))
        for share in shares
    ]
    if seats is not None:
        cuts.append(("seats", np.full((1, weights.shape[1]), seats, np.float32)))
    return order, [(name, held * (before < cut)) for name, cut in cuts]


def top_mask(score: Floats, dates: Ints, share: float, seed: int) -> NDArray[np.bool_]:
    """Rows in the top `share` of their as-of date."""
    tie = np.random.default_rng(seed).random(len(score))
    ones = np.ones((len(score), 1), np.float32)
    places, tops = _tops(score, tie, dates, ones, shares=[share], seats=None)
    mask = np.zeros(len(score), dtype=bool)
    mask[places] = tops[0][1][:, 0] > 0
    return mask


def calibration(probability: Floats, outcome: Floats, weights: Weights) -> dict[str, Floats]:
    """Brier score, expected calibration error over deciles, and the calibration line."""
    order = np.argsort(probability, kind="stable")
    held = weights[order]
    chance = probability[order, None].astype(np.float32)
    actual = outcome[order, None].astype(np.float32)
    total = weights.sum(axis=0, dtype=np.float64)
    gap = (held * ((chance - actual) ** 2)).sum(axis=0, dtype=np.float64)
    # equal probabilities stay in one bin: cut, their halves would differ by the order of rows alone
    ranked = probability[order]
    cuts = ranked[np.arange(_BINS) * len(order) // _BINS]
    starts = np.unique(np.searchsorted(ranked, cuts))
    apart = np.add.reduceat(held * (chance - actual), starts, axis=0)
    slope, intercept = _line(ranked, held, held * actual)
    return {
        "brier": gap / total,
        "ece": np.abs(apart).sum(axis=0, dtype=np.float64) / total,
        "calibration_slope": slope,
        "calibration_intercept": intercept,
    }


def _line(probability: Floats, held: Weights, positive: Weights) -> tuple[Floats, Floats]:
    """Slope and intercept of the outcome's log odds on the predicted ones, per sample."""
    count = len(probability)
    clipped = np.clip(probability, 1e-4, 1 - 1e-4)
    score = np.log(clipped / (1 - clipped))
    starts = np.unique(np.arange(_LINE_BINS) * count // _LINE_BINS)
    middle = (np.add.reduceat(score, starts) / np.diff(np.r_[starts, count]))[:, None]
    if np.ptp(middle) < 1e-9:
        undefined = np.full(held.shape[1], np.nan)
        return undefined, undefined
    everyone = np.add.reduceat(held, starts, axis=0).astype(np.float64)
    positives = np.add.reduceat(positive, starts, axis=0).astype(np.float64)
    slope, intercept = np.ones(held.shape[1]), np.zeros(held.shape[1])
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for _ in range(12):  # Newton's steps; it settles in five or six
            chance = 1 / (1 + np.exp(-(slope * middle + intercept)))
            spread = everyone * chance * (1 - chance)
            gap = positives - everyone * chance
            g0, g1 = gap.sum(axis=0), (gap * middle).sum(axis=0)
            h0, h1 = spread.sum(axis=0), (spread * middle).sum(axis=0)
            h2 = (spread * middle**2).sum(axis=0)
            size = h0 * h2 - h1**2
            slope = slope + np.clip((h0 * g1 - h1 * g0) / size, -2, 2)
            intercept = intercept + np.clip((h2 * g0 - h1 * g1) / size, -2, 2)
    return slope, intercept


def errors(flagged: NDArray[np.bool_], outcome: Floats, weights: Weights) -> dict[str, Floats]:
    """False alarms and misses of a fixed list of flagged rows."""
    positive = outcome[:, None].astype(np.float32)
    on = flagged[:, None].astype(np.float32)

    def total(rows: NDArray[np.float32]) -> Floats:
        return np.asarray((weights * rows).sum(axis=0, dtype=np.float64))

    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "flagged_rate": total(on) / weights.sum(axis=0, dtype=np.float64),
            "false_positive_rate": total(on * (1 - positive)) / total(1 - positive),
            "false_negative_rate": total((1 - on) * positive) / total(positive),
            "false_discovery_rate": total(on * (1 - positive)) / total(on),
        }
