"""Which model a district has published, and when it scored last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ml import registry
from ml.session import session


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """The published model, and the newest as-of date with scores; None without."""

    model_id: str | None
    last_scored: date | None


def model_status(dsn: str, as_of_date: date, district_code: str) -> ModelStatus:
    """Say what is published, and when it scored last by that date; later scores do not count."""
    with session(dsn) as connection:
        entry, _ = registry.published(connection, district_code=district_code)
        row = connection.execute(
            "select max(as_of_date) from ml.predictions where as_of_date <= %s", (as_of_date,)
        ).fetchone()
    return ModelStatus(entry.model_id if entry else None, row[0] if row else None)
