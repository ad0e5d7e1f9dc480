"""When are a district's scores due?"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from include.orchestration import assets
from include.run import Run

log = logging.getLogger(__name__)


def are_scores_due(
    run: Run,
    events: Mapping[Any, Sequence[Any]] | None,
    *,
    has_model: bool,
    last_scored: date | None,
) -> bool:
    """True when started by hand or by a training, or when the last scores are old enough.

    `last_scored` is the newest as-of date with scores, up to the night's own. How old: the
    district's `predict_every_days`. Without a published model an ordinary night has none to make.
    """
    by_model = any(asset.uri == assets.model(run.district.code).uri for asset in events or {})
    if not events or by_model:
        return True
    if not has_model:
        log.info("no model is published: nothing to score with")
        return False
    if last_scored is None:
        return True
    age = (run.as_of_date - last_scored).days
    if age < run.district.predict_every_days:
        log.info("the last scores are %s days old: they stay", age)
        return False
    return True
