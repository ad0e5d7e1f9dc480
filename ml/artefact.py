"""A model as bytes, and back, without pickle.

The envelope is JSON: features, calibration, cut points, and the logistic model's numbers in plain
sight. Trees are a skops archive inside it, opened only if every type in it is on our list. The
bytes are bound to their SHA-256 in the registry, to the features they were trained on and, for
trees, to the scikit-learn version that wrote them.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import numpy as np
import sklearn
import skops.io
from sklearn.ensemble import HistGradientBoostingClassifier

from ml.bundle import Bundle, OutcomeModel
from ml.calibration import Calibrator
from ml.errors import ArtefactError
from ml.features import FeatureList
from ml.models import BoostedModel, Design, LogisticModel, Model

FORMAT = "firstbell-model-1"

# What trees are made of; anything else in the archive is refused.
_TRUSTED = (
    "sklearn._loss.link.Interval",
    "sklearn._loss.link.LogitLink",
    "sklearn._loss.loss.HalfBinomialLoss",
    "sklearn._loss._loss.CyHalfBinomialLoss",
    "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
)


def dump(bundle: Bundle) -> bytes:
    """The bundle as bytes; the same bundle always gives the same bytes."""
    told = {
        "format": FORMAT,
        "sklearn_version": sklearn.__version__,
        "feature_hash": bundle.features.hash,
        "feature_names": list(bundle.features.names),
        "outcomes": [_part(part) for part in bundle.outcomes],
        "odds_ratio": bundle.odds_ratio,
        "tier_cuts": list(bundle.tier_cuts),
        "typical": bundle.typical.tolist(),
        "spread": bundle.spread.tolist(),
    }
    return json.dumps(told, sort_keys=True).encode()


def digest(data: bytes) -> str:
    """SHA-256, as the registry keeps it."""
    return hashlib.sha256(data).hexdigest()


def load(data: bytes, *, sha256: str, features: FeatureList) -> Bundle:
    """The bundle of `data`, if it is what was registered and was trained on these features."""
    if digest(data) != sha256:
        raise _refused(
            "the bytes differ from those registered", f"SHA-256 {sha256[:12]}…",
            "Someone changed the stored model. Train again, and find out who.",
        )  # fmt: skip
    told = json.loads(data)
    if told.get("format") != FORMAT:
        raise _refused(
            f"format {told.get('format')!r}", FORMAT, "Train again with this version of the code."
        )
    if told["feature_hash"] != features.hash:
        theirs, ours = set(told["feature_names"]), set(features.names)
        parts = [
            f"{what}: {', '.join(sorted(names))}"
            for what, names in (("it lacks", ours - theirs), ("only it has", theirs - ours))
            if names
        ]
        raise _refused(
            f"trained on other columns ({'; '.join(parts) or 'other order or scale'})",
            f"the {len(ours)} features declared in ml/catalog.py",
            "Train again on the columns that are there now.",
        )
    return Bundle(
        features,
        tuple(_outcome(part, told["sklearn_version"]) for part in told["outcomes"]),
        float(told["odds_ratio"]),
        (told["tier_cuts"][0], told["tier_cuts"][1], told["tier_cuts"][2]),
        np.array(told["typical"]),
        np.array(told["spread"]),
    )


def _part(part: OutcomeModel) -> dict[str, object]:
    return {
        "outcome": part.outcome,
        "bands": None if part.bands is None else list(part.bands),
        "calibrator": {
            "kind": part.calibrator.kind,
            "slope": part.calibrator.slope,
            "intercept": part.calibrator.intercept,
            "knots": list(part.calibrator.knots),
            "rates": list(part.calibrator.rates),
        },
        "model": _model(part.model),
    }


def _model(model: Model) -> dict[str, object]:
    if isinstance(model, LogisticModel):
        return {
            "kind": "logistic",
            "shapes": list(model.design.shapes),
            "median": model.design.median.tolist(),
            "mean": model.design.mean.tolist(),
            "scale": model.design.scale.tolist(),
            "indicators": list(model.design.indicators),
            "coefficients": model.coefficients.tolist(),
            "intercept": model.intercept,
            "strength": model.strength,
        }
    if isinstance(model, BoostedModel):
        archive = base64.b64encode(skops.io.dumps(model.estimator)).decode()
        return {"kind": "boosted", "columns": list(model.columns), "skops": archive}
    raise _refused(
        f"model of type {type(model).__name__}", "a logistic or a boosted model",
        "Teach ml/artefact.py to store it.",
    )  # fmt: skip


def _outcome(told: dict[str, Any], written_by: str) -> OutcomeModel:
    kept = told["calibrator"]
    return OutcomeModel(
        told["outcome"],
        _restore(told["model"], written_by),
        Calibrator(
            kept["kind"], kept["slope"], kept["intercept"], tuple(kept["knots"]),
            tuple(kept["rates"]),
        ),
        None if told["bands"] is None else tuple(told["bands"]),
    )  # fmt: skip


def _restore(told: dict[str, Any], written_by: str) -> Model:
    if told["kind"] == "logistic":
        design = Design(
            tuple(told["shapes"]), np.array(told["median"]), np.array(told["mean"]),
            np.array(told["scale"]), tuple(told["indicators"]),
        )  # fmt: skip
        return LogisticModel(
            design, np.array(told["coefficients"]), float(told["intercept"]),
            float(told["strength"]),
        )  # fmt: skip
    if told["kind"] != "boosted":
        raise _refused(f"a model of kind {told['kind']!r}", "logistic or boosted", "Train again.")
    if written_by != sklearn.__version__:
        raise _refused(
            f"trees written by scikit-learn {written_by}", f"version {sklearn.__version__}",
            "Train again with the installed version.",
        )  # fmt: skip
    archive = base64.b64decode(told["skops"])
    if foreign := sorted(set(skops.io.get_untrusted_types(data=archive)) - set(_TRUSTED)):
        raise _refused(
            f"types in the archive that no tree is made of ({', '.join(foreign)})",
            "only those on the list in ml/artefact.py",
            "Do not open it. Find out who wrote it.",
        )
    estimator = skops.io.loads(archive, trusted=list(_TRUSTED))
    if not isinstance(estimator, HistGradientBoostingClassifier):
        raise _refused(
            f"an object of type {type(estimator).__name__}", "boosted trees", "Train again."
        )
    return BoostedModel(estimator, tuple(told["columns"]))


def _refused(seen: str, expected: str, next_step: str) -> ArtefactError:
    return ArtefactError("stored model", seen=seen, expected=expected, next_step=next_step)
