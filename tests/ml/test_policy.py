"""A district's own numbers: read where they stand, and refused by the name of the field."""

from __future__ import annotations

from pathlib import Path

import pytest

from ml.errors import PolicyError
from ml.policy import Policy


def test_a_district_changes_what_it_names_and_nothing_else() -> None:
    own = {"gate": {"explained_features": ["days_since_test"]}, "tier_cuts": [0.2, 0.4, 0.6]}
    policy = Policy.of(own, where="maple_valley.yaml", seats=120)
    assert policy.gate.explained_features == ("days_since_test",)
    assert policy.gate.max_ece == Policy().gate.max_ece
    assert (policy.tier_cuts, policy.seats) == ((0.2, 0.4, 0.6), 120)


def test_a_district_that_says_nothing_has_the_policy_of_the_house() -> None:
    assert Policy.of({}, where="maple_valley.yaml", seats=None) == Policy()


@pytest.mark.parametrize(
    ("own", "field"),
    [
        ({"gate": {"max_eec": 0.1}}, "gate.max_eec"),
        ({"replicates": 3}, "replicates"),
        ({"gate_share": 0.3}, "gate_share must be one of top_shares"),
        ({"seats": 90}, "seats"),
    ],
    ids=["no such field", "too few", "two that do not fit", "seats have a field of their own"],
)
def test_a_wrong_number_is_refused_with_file_and_field(own: dict[str, object], field: str) -> None:
    with pytest.raises(PolicyError, match=field) as refused:
        Policy.of(own, where="maple_valley.yaml: model_policy", seats=120)
    assert str(refused.value).startswith("maple_valley.yaml: model_policy: ")
    assert refused.value.is_final


@pytest.mark.parametrize(
    ("text", "told"),
    [("seats: none", "seats"), ("- 1", "a mapping"), ("gate: [", "not YAML")],
    ids=["a wrong value", "a list", "no YAML"],
)
def test_a_policy_file_is_refused_by_its_name(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "strict.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=told) as refused:
        Policy.read(path)
    assert "strict.yaml" in str(refused.value)


def test_a_policy_file_may_be_empty_or_absent(tmp_path: Path) -> None:
    path = tmp_path / "empty.yaml"
    path.write_text("", encoding="utf-8")
    assert Policy.read(path) == Policy.read(None) == Policy()
