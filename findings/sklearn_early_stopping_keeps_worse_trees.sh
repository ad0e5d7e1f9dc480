#!/usr/bin/env bash
# scikit-learn 1.9.1: histogram gradient boosting that stops early keeps the trees that made it worse.
#
# With early_stopping the growing ends after n_iter_no_change trees without a better score on the
# validation set, and the model that predicts is the last one, those trees in it, not the one of the best
# score, as xgboost and lightgbm give it. The loss on the validation set is then higher than the best in
# validation_score_, the more so the more patience was asked for. staged_predict_proba shows the models
# on the way; to have the best one, fit again with max_iter at its number of trees. The figures are of
# random data; the validation set is given by X_val and y_val.
#
# Ends with 0 while the behaviour is as told here.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check scikit-learn==1.9.1
"$folder/venv/bin/python" - <<'PY'
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss

random = np.random.default_rng(7)
inputs = random.normal(size=(2000, 8))
outcomes = (inputs[:, 0] + 2 * random.normal(size=2000) > 0).astype(int)
known, held_back = slice(600, None), slice(600)
found = {}
for patience in (10, 40):
    model = HistGradientBoostingClassifier(
        max_iter=500, learning_rate=0.2, early_stopping=True, n_iter_no_change=patience, random_state=0
    )
    model.fit(
        inputs[known], outcomes[known], X_val=inputs[held_back], y_val=outcomes[held_back]
    )
    losses = [log_loss(outcomes[held_back], p) for p in model.staged_predict_proba(inputs[held_back])]
    predicts = log_loss(outcomes[held_back], model.predict_proba(inputs[held_back]))
    best = int(np.argmin(losses)) + 1
    print(f"patience {patience}: best with {best} trees ({losses[best - 1]:.4f}),"
          f" predicts with {model.n_iter_} ({predicts:.4f})")
    assert model.n_iter_ == best + patience, "the behaviour changed"
    assert predicts == losses[-1] > losses[best - 1] + 0.005, "the behaviour changed"
    found[patience] = predicts
assert found[40] > found[10] + 0.01, "the behaviour changed"
PY
echo "As told: the model that predicts is worse than the best one on the way."
