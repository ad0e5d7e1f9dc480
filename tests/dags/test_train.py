"""What a training is told of its district."""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import ml
from include.config import load_district

ROOT = Path(__file__).parents[2]


@pytest.fixture
def train() -> ModuleType:
    """The file dags/train.py."""
    spec = importlib.util.spec_from_file_location("train_under_test", ROOT / "dags" / "train.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def policy_of(
    train: ModuleType, own: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> ml.Policy:
    """The policy that the task `fit` trains by, when these lines stand in the district's file."""
    source = ROOT / "include" / "districts" / "maple_valley.yaml"
    path = folder / source.name
    path.write_text(source.read_text("utf-8") + own, encoding="utf-8")
    told: dict[str, Any] = {}

    def note(*args: object, **kwargs: object) -> SimpleNamespace:
        told.update(kwargs)
        return SimpleNamespace(model_id="m", state="refused")

    monkeypatch.setattr(ml, "train", note)
    settings = SimpleNamespace(code_version="test")
    monkeypatch.setattr(
        train, "run_of",
        lambda code: SimpleNamespace(dsn="", as_of_date=date(2026, 11, 19), settings=settings),
    )  # fmt: skip
    dag = train.build("train__maple_valley", load_district(path))
    dag.get_task("fit").python_callable()
    policy = told["policy"]
    assert isinstance(policy, ml.Policy)
    return policy


def test_a_training_follows_the_policy_of_the_district(
    train: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = "\nmodel_policy:\n  gate: {explained_features: [days_since_test]}\n"
    policy = policy_of(train, own, tmp_path, monkeypatch)
    assert policy.gate.explained_features == ("days_since_test",)
    assert policy.seats == 120


def test_a_training_without_one_follows_the_house(
    train: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert policy_of(train, "", tmp_path, monkeypatch) == ml.Policy(seats=120)


def test_a_wrong_policy_fails_at_once_and_names_file_and_field(
    train: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    own = "\nmodel_policy:\n  gate: {max_eec: 0.1}\n"
    with pytest.raises(AirflowFailException, match=r"maple_valley\.yaml.*gate\.max_eec"):
        policy_of(train, own, tmp_path, monkeypatch)
