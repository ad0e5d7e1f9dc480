"""The model of Firstbell: chances for the next grading period, published only if they earn it.

    catalog      what is learnt from, foreseen and compared with
    features     the declared list, and frames checked against it
    splits       cuts by time; there are no others
    models       logistic regression and shallow boosted trees
    calibration  log odds to probabilities;  union  two outcomes to one chance
    baselines, metrics, evaluation, comparison   the table
    gate         may it be published?
    study        all of the above on one frame
    artefact, registry, store, card   bytes, rows and a page;  session  the way to the database
    training, prediction, monitoring  the three commands;  standing  what is published

Reads schema `features`, writes schema `ml`, and imports nothing else of this project.
"""

from ml.monitoring import EvaluateResult, evaluate
from ml.policy import Policy
from ml.prediction import PredictResult, predict
from ml.standing import Standing, standing
from ml.training import TrainResult, train

__all__ = [
    "EvaluateResult",
    "Policy",
    "PredictResult",
    "Standing",
    "TrainResult",
    "evaluate",
    "predict",
    "standing",
    "train",
]
