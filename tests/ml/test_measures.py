"""Measures against scikit-learn's, the union's bounds, calibration, and what the audit sees."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from ml import calibration, metrics, models, splits, study, union
from ml.catalog import DISTRICT
from ml.data import Labelled
from ml.policy import Policy
from tests.ml.synthetic import district


def sample(count: int = 4000, *, ties: bool = False) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(5)
    chance = random.beta(1, 4, count)
    if ties:
        chance = np.round(chance, 1)
    return chance, (random.random(count) < chance).astype(float)


@pytest.mark.parametrize("ties", [False, True], ids=["no ties", "ties"])
def test_ranking_measures_are_scikit_learns_in_every_sample(ties: bool) -> None:
    chance, outcome = sample(600, ties=ties)
    weights = metrics.draw(np.arange(600) // 3, 20, seed=1)
    dates = np.zeros(600, np.int64)
    found = metrics.ranking(chance, outcome, dates, weights, shares=(), seats=None, seed=1)
    for at in range(21):
        weight = weights[:, at]
        assert found["auc"][at] == pytest.approx(
            roc_auc_score(outcome, chance, sample_weight=weight), abs=1e-6
        )
        assert found["pr_auc"][at] == pytest.approx(
            average_precision_score(outcome, chance, sample_weight=weight), abs=1e-6
        )


def test_a_students_snapshots_are_drawn_together() -> None:
    weights = metrics.draw(np.array([7, 7, 9, 9, 9]), 50, seed=1)
    assert (weights[0] == weights[1]).all()
    assert (weights[2] == weights[4]).all()
    assert (weights[:, 0] == 1).all()
    assert ((weights[0] + weights[2]) == 2).all()


def test_the_top_is_cut_on_each_date_and_at_the_seats() -> None:
    score = np.array([0.9, 0.8, 0.1, 0.3, 0.2, 0.1])
    outcome = np.array([1.0, 0, 0, 1, 0, 0])
    dates = np.array([1, 1, 1, 2, 2, 2])
    ones = np.ones((6, 1), np.float32)
    found = metrics.ranking(score, outcome, dates, ones, shares=(1 / 3,), seats=2, seed=1)
    assert found["precision_at_33"][0] == 1.0
    assert found["recall_at_33"][0] == 1.0
    assert found["precision_at_seats"][0] == 0.5


def test_true_probabilities_are_calibrated_and_shifted_ones_are_not() -> None:
    chance, outcome = sample(40_000)
    ones = np.ones((len(chance), 1), np.float32)
    honest = metrics.calibration(chance, outcome, ones)
    assert honest["brier"][0] == pytest.approx(brier_score_loss(outcome, chance), abs=1e-6)
    assert honest["ece"][0] < 0.01
    assert honest["calibration_slope"][0] == pytest.approx(1, abs=0.05)
    assert metrics.calibration(np.minimum(chance + 0.1, 1), outcome, ones)["ece"][0] > 0.08


def test_the_calibration_error_does_not_depend_on_the_order_of_rows() -> None:
    """Rows of one probability, sorted by their outcome: cut in two, each half would look wrong."""
    chance = np.repeat([0.25, 0.5], 1000)
    outcome = np.concatenate([np.repeat([0.0, 1.0], [750, 250]), np.repeat([1.0, 0.0], 500)])
    ones = np.ones((len(chance), 1), np.float32)
    assert metrics.calibration(chance, outcome, ones)["ece"][0] == pytest.approx(0, abs=1e-6)
    one = np.full(len(chance), 0.5)
    expected = abs(0.5 - outcome.mean())
    assert metrics.calibration(one, outcome, ones)["ece"][0] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("isotonic_from", [1, 10**9], ids=["isotonic", "sigmoid"])
def test_calibration_repairs_overconfident_odds(isotonic_from: int) -> None:
    chance, outcome = sample(40_000)
    odds = 3 * np.log(chance / (1 - chance)) + 1
    half = slice(0, 20_000), slice(20_000, None)
    fitted = calibration.fit(odds[half[0]], outcome[half[0]], isotonic_from_positives=isotonic_from)
    ones = np.ones((20_000, 1), np.float32)
    assert metrics.calibration(fitted(odds[half[1]]), outcome[half[1]], ones)["ece"][0] < 0.02
    assert (np.diff(fitted(np.linspace(-40, 40, 500))) >= 0).all()


@pytest.mark.parametrize("ratio", [0.001, 0.5, 1.0, 4.0, 900.0])
def test_a_union_lies_between_the_larger_and_the_sum(ratio: float) -> None:
    random = np.random.default_rng(1)
    first, second = random.random(1000), random.random(1000)
    found = union.chance_of_either(first, second, ratio)
    assert (found >= np.maximum(first, second) - 1e-12).all()
    assert (found <= np.minimum(1, first + second) + 1e-12).all()


def test_outcomes_that_come_together_make_the_union_smaller_than_independence_says() -> None:
    random = np.random.default_rng(2)
    count = 40_000
    unseen = random.random(count) < 0.2
    first = (random.random(count) < np.where(unseen, 0.8, 0.05)).astype(float)
    second = (random.random(count) < np.where(unseen, 0.8, 0.05)).astype(float)
    chances = np.full(count, first.mean()), np.full(count, second.mean())
    truth = np.maximum(first, second)
    ratio = union.fit_odds_ratio(*chances, truth)
    assert ratio > 5
    assert union.chance_of_either(*chances, ratio).mean() == pytest.approx(truth.mean(), abs=0.002)
    assert union.chance_of_either(*chances, 1.0).mean() > truth.mean() + 0.05


def test_the_audit_sees_the_group_with_noisier_records() -> None:
    """Same risk, worse records: more of them are flagged in vain."""
    frame = district(2500, noisy_group=True).drop(columns=["school_year", "rule_tier"])
    policy = Policy(replicates=60, boosted_leaves=(4,), boosted_rounds=40)
    slices = splits.by_time(frame, splits.plan(frame))
    found = study.train_and_judge(frame, DISTRICT, policy, slices)
    alarms = {
        row.group_value: row
        for row in found.rows
        if (row.group_name, row.metric) == ("sex", "false_discovery_rate")
    }
    noisy, clean = alarms["F"], alarms["M"]
    assert noisy.value is not None
    assert clean.value is not None
    assert noisy.value > clean.value + 0.05


def test_a_small_group_is_named_but_not_told() -> None:
    frame = district(1500).drop(columns=["school_year", "rule_tier"])
    frame.loc[frame["student_key"] < 10_005, "race_ethnicity"] = "Z"
    policy = Policy(replicates=20, boosted_leaves=(4,), boosted_rounds=20)
    slices = splits.by_time(frame, splits.plan(frame))
    rows = [
        row
        for row in study.train_and_judge(frame, DISTRICT, policy, slices).rows
        if row.group_value == "Z"
    ]
    assert [(row.metric, row.value, row.row_count) for row in rows] == [("suppressed", None, None)]


def thinned(most: int) -> tuple[Labelled, np.ndarray, np.ndarray]:
    frame = district(1500, snapshots=4).drop(columns=["school_year", "rule_tier"])
    slices = splits.by_time(frame, splits.plan(frame))
    data = Labelled.of(frame, DISTRICT, Policy(), slices)
    return data, data.known("fails_course", slices.train), data.thinned(
        "fails_course", slices.train, most
    )  # fmt: skip


def test_a_sample_to_try_sizes_on_has_every_student_and_date() -> None:
    data, known, taken = thinned(3000)
    assert known.sum() > 2 * 3000
    assert not (taken & ~known).any()
    assert 3000 / 1.5 < taken.sum() <= 3000
    for name in ("student_key", "as_of_date"):
        assert set(data.frame[name][taken]) == set(data.frame[name][known])
    # no date stands for the others
    share = taken.sum() / known.sum()
    for day in np.unique(data.frame["as_of_date"][known]):
        on = (data.frame["as_of_date"] == day).to_numpy()
        assert (taken & on).sum() / (known & on).sum() == pytest.approx(share, rel=0.25)


def test_a_small_sample_is_not_thinned() -> None:
    _, known, taken = thinned(10**6)
    assert (taken == known).all()


def noise() -> list[tuple[np.ndarray, np.ndarray]]:
    random = np.random.default_rng(3)
    width = len(DISTRICT.features.names)
    return [
        (random.random((2000, width)), (random.random(2000) < 0.3).astype(float)) for _ in range(2)
    ]


def test_trees_that_learn_nothing_for_later_are_not_grown() -> None:
    choice = models.choose_capacity(*noise(), DISTRICT.features, Policy())
    assert choice.size.rounds == 1


@pytest.mark.parametrize("most", [20, 160], ids=["all are worth it", "the last are not"])
def test_the_trees_that_chose_the_size_are_as_many_as_the_size_says(most: int) -> None:
    frame = district(1500).drop(columns=["school_year", "rule_tier"])
    slices = splits.by_time(frame, splits.plan(frame))
    policy = Policy(boosted_rounds=most, boosted_leaves=(4,))
    data = Labelled.of(frame, DISTRICT, policy, slices)
    train, inner = (data.pair("becomes_chronic", rows) for rows in (slices.train, slices.inner))
    choice = models.choose_capacity(train, inner, DISTRICT.features, policy)
    again = models.fit_boosted(*train, DISTRICT.features, policy, size=choice.size)
    assert (choice.size.rounds == most) == (most == 20)
    assert choice.boosted == pytest.approx(again.log_odds(inner[0]))
    # none of the next ten is worth it: that is why they are not there
    patience = policy.boosted_patience
    longer = dataclasses.replace(choice.size, rounds=choice.size.rounds + patience)
    further = models.fit_boosted(*train, DISTRICT.features, policy, size=longer)
    saved = models.log_loss(choice.boosted, inner[1]) - models.log_loss(
        further.log_odds(inner[0]), inner[1]
    )
    assert (saved < policy.boosted_least_gain) == (most != 20)
