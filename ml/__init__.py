"""The model of Firstbell: chances for the next grading period, published only if they earn it.

    catalog      what is learnt from, foreseen and compared with
    features     the declared list, and frames checked against it
    splits       cuts by time; there are no others
    models       logistic regression and shallow boosted trees
    calibration  log odds to probabilities;  union  two outcomes to one chance
    baselines, metrics, evaluation, comparison   the table;  figure  one of its figures
    gate         may it be published?
    study        all of the above on one frame
    artefact, registry, store, card   bytes, rows and a page;  session  the way to the database
    training, prediction, monitoring  the three commands;  status  what is published

Reads schema `features`, writes schema `ml`, and imports nothing else of this project.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from ml.policy import Policy
from ml.status import ModelStatus, model_status

if TYPE_CHECKING:
    from ml.monitoring import EvaluateResult, evaluate
    from ml.prediction import PredictResult, predict
    from ml.training import TrainResult, train

__all__ = [
    "EvaluateResult",
    "ModelStatus",
    "Policy",
    "PredictResult",
    "TrainResult",
    "evaluate",
    "model_status",
    "predict",
    "train",
]

# Imported when first asked for: they load scikit-learn, four seconds of processor time, which who
# only asks whether scores are due (each night) does not need.
_HOMES = {
    "EvaluateResult": "ml.monitoring",
    "PredictResult": "ml.prediction",
    "TrainResult": "ml.training",
    "evaluate": "ml.monitoring",
    "predict": "ml.prediction",
    "train": "ml.training",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
