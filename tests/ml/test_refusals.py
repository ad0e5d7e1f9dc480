"""What the code refuses: random splits, undeclared columns, changed artefacts, leaks."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.preprocessing import StandardScaler

from ml import artefact, gate, models, splits, study
from ml.bundle import Bundle, OutcomeModel
from ml.calibration import Calibrator
from ml.catalog import DISTRICT, DISTRICT_FEATURES, column
from ml.errors import ArtefactError, ColumnsError, ProtectedAttributeError, SplitError, ValuesError
from ml.features import Feature, FeatureList
from ml.metrics import ranking
from ml.models import Capacity
from ml.policy import Policy

QUICK = Policy(replicates=40, boosted_leaves=(8,), boosted_rounds=100)


@pytest.fixture(scope="module")
def shown(people: pd.DataFrame) -> pd.DataFrame:
    return people.drop(columns=["school_year", "rule_tier"])


def area(score: np.ndarray, outcome: np.ndarray) -> float:
    ones = np.ones((len(score), 1), np.float32)
    dates = np.zeros(len(score), np.int64)
    return float(ranking(score, outcome, dates, ones, shares=(), seats=None, seed=1)["auc"][0])


def test_a_random_split_is_refused(shown: pd.DataFrame) -> None:
    slices = splits.by_time(shown, splits.plan(shown))
    chosen = np.random.default_rng(1).random(len(shown)) < 0.2
    mixed = dataclasses.replace(slices, fit=~chosen, train=~chosen, test=chosen)
    with pytest.raises(SplitError, match="a random split is never right"):
        study.train_and_judge(shown, DISTRICT, QUICK, mixed)


def test_every_label_learnt_from_had_closed_before_the_test(shown: pd.DataFrame) -> None:
    slices = splits.by_time(shown, splits.plan(shown))
    opens = shown["as_of_date"][slices.test].min()
    assert slices.train.any()
    assert slices.inner.any()
    assert shown["label_end_date"][slices.fit | slices.calibration].max() < opens
    later = shown["as_of_date"][slices.calibration].min()
    assert shown["label_end_date"][slices.fit].max() < later


def test_a_label_window_on_the_as_of_date_is_refused(shown: pd.DataFrame) -> None:
    slices = splits.by_time(shown, splits.plan(shown))
    wrong = shown.assign(label_begin_date=shown["as_of_date"])
    with pytest.raises(SplitError, match="on or before the as-of date"):
        study.train_and_judge(wrong, DISTRICT, QUICK, slices)


def test_a_protected_attribute_cannot_be_a_feature() -> None:
    with pytest.raises(ProtectedAttributeError, match="race_ethnicity"):
        FeatureList((Feature("race_ethnicity", "who"),))


def test_an_undeclared_column_is_refused_by_name(shown: pd.DataFrame) -> None:
    with pytest.raises(ColumnsError, match="next_term_gpa"):
        DISTRICT_FEATURES.matrix(shown.assign(next_term_gpa=1.0), beside=DISTRICT.beside)


def test_an_impossible_value_is_refused_without_naming_a_student(shown: pd.DataFrame) -> None:
    wrong = shown.assign(absence_rate_30d=7.25)
    with pytest.raises(ValuesError, match="absence_rate_30d") as refused:
        DISTRICT_FEATURES.matrix(wrong, beside=DISTRICT.beside)
    assert "7.25" not in str(refused.value)


def test_a_missing_value_stays_missing(shown: pd.DataFrame) -> None:
    matrix = DISTRICT_FEATURES.matrix(shown, beside=DISTRICT.beside)
    at = DISTRICT_FEATURES.names.index("gpa_latest")
    elementary = (shown["grade_band"] == "K-5").to_numpy()
    assert np.isnan(matrix[elementary, at]).all()
    design = models.Design.of(matrix, DISTRICT_FEATURES)
    assert at in design.indicators
    flags = design(matrix)[:, len(DISTRICT_FEATURES.names) + design.indicators.index(at)]
    assert (flags == elementary).all()


def test_a_column_without_any_value_breaks_neither_model() -> None:
    random = np.random.default_rng(1)
    features = FeatureList((Feature("a", "x", 1), Feature("empty", "x")))
    matrix = np.column_stack([random.normal(size=400), np.full(400, np.nan)])
    outcome = (matrix[:, 0] + random.normal(size=400) > 0).astype(float)
    size = Capacity(1.0, 4, 20)
    for model in (
        models.fit_logistic(matrix, outcome, features, strength=1.0),
        models.fit_boosted(matrix, outcome, features, Policy(), size=size),
    ):
        assert area(model.log_odds(matrix), outcome) > 0.8


def test_shuffled_outcomes_cannot_be_foreseen(shown: pd.DataFrame) -> None:
    slices = splits.by_time(shown, splits.plan(shown))
    random = np.random.default_rng(3)
    matrix = DISTRICT_FEATURES.matrix(shown, beside=DISTRICT.beside)
    areas = []
    for _ in range(5):
        outcome = random.permutation(column(shown, "becomes_chronic"))
        model = models.fit_logistic(
            matrix[slices.fit], outcome[slices.fit], DISTRICT_FEATURES, strength=0.03
        )
        areas.append(area(model.log_odds(matrix[slices.test]), outcome[slices.test]))
    assert np.mean(areas) == pytest.approx(0.5, abs=0.02)


def test_the_guides_proxy_label_is_refused_as_a_leak(shown: pd.DataFrame) -> None:
    """Made of its own features it scores near 1, and worse than the true label on the truth."""
    slices = splits.by_time(shown, splits.plan(shown))
    proxy = (
        (column(shown, "absence_rate_90d") > 0.10)
        | (column(shown, "gpa_latest") < 2.0)
        | (column(shown, "df_count_latest") > 0)
    ).astype(float)
    leaky = shown.assign(fails_course=proxy, becomes_chronic=proxy, is_either=proxy)
    found = study.train_and_judge(leaky, DISTRICT, QUICK, slices)
    assert not found.verdict.passed
    assert any("not credible" in reason for reason in found.verdict.reasons)
    matrix = DISTRICT_FEATURES.matrix(shown, beside=DISTRICT.beside)
    truth = column(shown, "is_either")
    size, test, known = Capacity(0.03, 8, 60), slices.test, ~np.isnan(truth)
    on_proxy, on_truth = (
        models.fit_boosted(
            matrix[slices.fit & known], label[slices.fit & known], DISTRICT_FEATURES, QUICK,
            size=size,
        ).log_odds(matrix[test])
        for label in (proxy, truth)
    )  # fmt: skip
    assert area(on_proxy, proxy[test]) > 0.98
    assert area(on_proxy, truth[test]) < area(on_truth, truth[test]) - 0.01


# --- the artefact ----------------------------------------------------------------------------


def bundle(algorithm: str = models.LOGISTIC) -> tuple[Bundle, np.ndarray]:
    random = np.random.default_rng(1)
    features = FeatureList((Feature("a", "x", 1), Feature("b", "y", -1)))
    matrix = random.normal(size=(400, 2))
    outcome = (matrix[:, 0] - matrix[:, 1] + random.normal(size=400) > 0).astype(float)
    if algorithm == models.LOGISTIC:
        model: models.Model = models.fit_logistic(matrix, outcome, features, strength=1.0)
    else:
        size = Capacity(1.0, 4, 20)
        model = models.fit_boosted(matrix, outcome, features, Policy(), size=size)
    part = OutcomeModel("y", model, Calibrator("sigmoid"), None)
    zeros, ones = np.zeros(2), np.ones(2)
    return Bundle(features, (part,), 1.0, (0.25, 0.5, 0.75), zeros, ones), matrix


@pytest.mark.parametrize("algorithm", [models.LOGISTIC, models.BOOSTED])
def test_a_stored_model_predicts_as_before(algorithm: str) -> None:
    kept, matrix = bundle(algorithm)
    data = artefact.dump(kept)
    back = artefact.load(data, sha256=artefact.digest(data), features=kept.features)
    before, after = (one.probabilities(matrix, None).of_either for one in (kept, back))
    np.testing.assert_array_equal(before, after)


def test_a_changed_artefact_is_refused() -> None:
    kept, _ = bundle()
    data = artefact.dump(kept)
    changed = data.replace(b'"intercept": ', b'"intercept": -')
    assert changed != data
    with pytest.raises(ArtefactError, match="differ from those registered"):
        artefact.load(changed, sha256=artefact.digest(data), features=kept.features)


def test_a_model_of_other_columns_is_refused_by_their_names() -> None:
    kept, _ = bundle()
    data = artefact.dump(kept)
    others = FeatureList((Feature("a", "x", 1), Feature("c", "y", -1)))
    with pytest.raises(ArtefactError, match="it lacks: c; only it has: b"):
        artefact.load(data, sha256=artefact.digest(data), features=others)


def test_trees_of_another_library_version_are_refused() -> None:
    kept, _ = bundle(models.BOOSTED)
    told = json.loads(artefact.dump(kept))
    told["sklearn_version"] = "0.1"
    data = json.dumps(told).encode()
    with pytest.raises(ArtefactError, match=r"scikit-learn 0\.1"):
        artefact.load(data, sha256=artefact.digest(data), features=kept.features)


class Foreign(StandardScaler):
    """A type that no tree is made of."""


def test_a_foreign_type_in_the_archive_is_not_opened() -> None:
    import base64

    kept, _ = bundle(models.BOOSTED)
    told = json.loads(artefact.dump(kept))
    archive = base64.b64encode(skops.io.dumps(Foreign())).decode()
    told["outcomes"][0]["model"]["skops"] = archive
    data = json.dumps(told).encode()
    with pytest.raises(ArtefactError, match="Foreign"):
        artefact.load(data, sha256=artefact.digest(data), features=kept.features)


# --- the gate, branch by branch ----------------------------------------------------------------

LIMITS = Policy().gate


def measured(name: str, *, is_rule: bool = False, **at: float) -> gate.Measured:
    """A subject whose bootstrap samples all agree."""
    figures = {
        "auc": 0.8, "precision_at_10": 0.6, "ece": 0.02, "calibration_slope": 1.0
    } | at  # fmt: skip
    samples = {metric: np.full(21, value) for metric, value in figures.items()}
    return gate.Measured(name, is_rule, samples)


def failed(checks: list[gate.Check]) -> list[str]:
    return [check.name for check in checks if not check.passed]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"auc": 0.79, "precision_at_10": 0.6}, []),
        ({"auc": 0.80, "precision_at_10": 0.5}, ["better than rule_tier: AUC"]),
        ({"auc": 0.70, "precision_at_10": 0.7}, ["better than rule_tier: top 10 %"]),
    ],
    ids=["better", "no better ranking", "worse at the top"],
)
def test_the_gate_wants_more_than_the_rules(rule: dict[str, float], expected: list[str]) -> None:
    checks = gate.beats_the_rules(
        measured("model"), [measured("rule_tier", is_rule=True, **rule)], "10"
    )
    assert failed(checks) == expected


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({"ece": LIMITS.max_ece}, []),
        ({"ece": LIMITS.max_ece + 0.001}, ["calibration: error"]),
        ({"calibration_slope": 0.6}, ["calibration: slope"]),
        ({"calibration_slope": 1.5}, ["calibration: slope"]),
        ({"calibration_slope": np.nan}, ["calibration: slope"]),
    ],
    ids=["on the line", "off", "too extreme", "too timid", "undefined"],
)
def test_the_gate_wants_calibration(figures: dict[str, float], expected: list[str]) -> None:
    assert failed(gate.calibrated(measured("model", **figures), LIMITS)) == expected


@pytest.mark.parametrize(("part", "least"), [("fit", 60), ("calibration", 30), ("test", 30)])
def test_the_gate_wants_enough_students_with_the_outcome(part: str, least: int) -> None:
    assert failed(gate.enough_positives({("y", part): least}, LIMITS)) == []
    assert len(failed(gate.enough_positives({("y", part): least - 1}, LIMITS))) == 1


def test_a_feature_that_knows_the_outcome_is_a_leak_unless_explained() -> None:
    random = np.random.default_rng(1)
    outcome = (random.random(500) < 0.3).astype(float)
    features = FeatureList((Feature("innocent", "x"), Feature("tell_tale", "y")))
    matrix = np.column_stack([random.normal(size=500), outcome + random.normal(0, 0.3, 500)])
    found = gate.no_leak(matrix, {"y": outcome}, features, LIMITS)
    assert failed(found) == ["leak: one feature"]
    assert "tell_tale" in found[0].words
    explained = LIMITS.model_copy(update={"explained_features": ("tell_tale",)})
    assert failed(gate.no_leak(matrix, {"y": outcome}, features, explained)) == []


def test_the_outcome_under_another_name_is_a_leak() -> None:
    outcome = (np.random.default_rng(1).random(500) < 0.3).astype(float)
    features = FeatureList((Feature("copy", "x"),))
    found = gate.no_leak(1 - outcome[:, None], {"y": outcome}, features, LIMITS)
    assert "leak: outcome among the features" in failed(found)
