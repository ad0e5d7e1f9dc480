"""What the trained model is worth beside its baselines, and how many students it places where."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import psycopg
from rich.console import Console
from rich.markup import escape
from rich.table import Table

NAMES = {
    "oracle": "the truth: ceiling",
    "logistic_regression": "logistic model",
    "gradient_boosting": "boosted trees",
    "rule_tier": "rule tiers",
    "prior_absence": "absence rank",
    "failing_or_chronic": "failing or chronic",
    "school_mean": "school mean",
    "base_rate": "base rate",
}
# Out of time, all students, either outcome.
_FIGURES = """
    select model_id, is_published, refusal_reasons, compared, metric, value, low, high
    from reporting.rpt_model_health
    where model_id = (
        select model_id from reporting.rpt_model_health
        order by model_as_of_date desc, trained_at desc limit 1
    )
        and (split is null or (split = 'test' and outcome = 'is_either'))
"""
_TIERS = """
    select ml_tier, count(*), max(ml_as_of_date) from reporting.vw_student_risk_scores
    where ml_tier is not null group by ml_tier
"""


def show(out: Console, connection: psycopg.Connection, truth: Path | None) -> None:
    """Print the newest model beside its baselines, or why it is not published."""
    found = connection.execute(_FIGURES).fetchall()
    if not found:
        return
    model_id, is_published, refused = found[0][:3]
    metrics = _metrics(seats(connection, model_id))
    figures: dict[str, dict[str, str]] = defaultdict(dict)
    for *_, compared, metric, value, low, high in found:
        if compared is not None and metric in metrics and value is not None:
            figures[compared][metric] = _told(value, low, high)
    uncovered = None
    if figures and truth is not None and truth.exists():
        # here, because it loads scikit-learn, which no other command of the demo needs
        from demo import oracle

        ceiling = oracle.ceiling(connection, truth, model_id)
        uncovered = None if ceiling.figures else ceiling.covered
        for metric, known in ceiling.figures.items():
            if metric in metrics and known.value is not None:
                figures[oracle.NAME][metric] = _told(known.value, known.low, known.high)
    _print(out, figures, metrics)
    if uncovered is not None:
        out.print(
            "No ceiling is shown: the generator's truth covers"
            f" {uncovered:.0%} of the tested records."
        )
    if is_published:
        out.print("Published: it passed every check of the gate.")
    else:
        out.print(f"Not published, tiers follow the rules alone: {escape(str(refused))}")
    _tiers(out, connection)


def _print(out: Console, figures: dict[str, dict[str, str]], metrics: dict[str, str]) -> None:
    """The table and what its columns mean; a model that could not be measured has none."""
    out.print()
    out.print(
        "The next grading period, foreseen out of time: who fails a course or becomes chronic",
        style="italic",
    )
    table = Table(box=None)
    for name in ("", *metrics.values()):
        table.add_column(name, justify="left" if not name else "right")
    order = list(NAMES)
    for compared in sorted(figures, key=lambda n: order.index(n) if n in NAMES else len(order)):
        row = [figures[compared].get(metric, "") for metric in metrics]
        if any(row):
            table.add_row(NAMES.get(compared, compared), *row)
    if table.row_count:
        out.print(table)
        out.print(
            "AUC: how well it ranks. Top: the share of the first on its list who came to need it."
            " Off by: how far\nits probabilities are from what happened. In brackets 95 % of"
            " samples of the students."
        )


def seats(connection: psycopg.Connection, model_id: str) -> int | None:
    """How many seats the model's stored figures are for; the district's file may have changed."""
    found = connection.execute(
        "select cast(metrics ->> 'seats' as integer) from ml.models where model_id = %s",
        (model_id,),
    ).fetchone()
    return found[0] if found else None


def _metrics(seats: int | None) -> dict[str, str]:
    """What is shown of each, by the metric's name."""
    at_seats = {"precision_at_seats": f"Top {seats}"} if seats else {}
    return {"auc": "AUC", "precision_at_10": "Top 10 %", **at_seats, "ece": "Off by"}


def _told(value: float, low: float | None, high: float | None) -> str:
    """`.81 (.78-.84)`: four columns of it fit into a terminal of 80 characters."""
    around = "" if low is None or high is None else f" ({_short(low)}-{_short(high)})"
    return _short(value) + around


def _short(figure: float) -> str:
    return f"{figure:.2f}".removeprefix("0")


def _tiers(out: Console, connection: psycopg.Connection) -> None:
    rows = connection.execute(_TIERS).fetchall()
    if rows:
        placed = ", ".join(f"{tier} {count:,}" for tier, count, _ in sorted(rows))
        out.print(f"Scores of {max(day for _, _, day in rows)}, beside the rule tiers: {placed}.")
