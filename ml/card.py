"""The model card: a page, written from the registry's own figures, for the people who decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ml.catalog import Task
from ml.figure import Row

if TYPE_CHECKING:
    from ml.registry import Entry

_COLUMNS = (
    ("auc", "AUC"), ("pr_auc", "PR-AUC"), ("precision_at_10", "Precision, top 10 %"),
    ("recall_at_20", "Recall, top 20 %"), ("brier", "Brier"), ("ece", "ECE"),
    ("calibration_slope", "Slope"),
)  # fmt: skip
_SEATS = "precision_at_seats"
_ALL = ("all", "all")
_BY_DATE = {"auc", "precision_at_10", "ece"}
_AUDIT = (
    ("base_rate", "Outcome rate"), ("auc", "AUC"), ("flagged_rate", "Flagged"),
    ("false_positive_rate", "FPR"), ("false_negative_rate", "FNR"),
    ("false_discovery_rate", "False alarms among flagged"), ("ece", "ECE"),
)  # fmt: skip


def text(entry: Entry, rows: Sequence[Row], task: Task) -> str:
    """The card in Markdown; every figure is of the test slice unless it says otherwise."""
    outcomes = " or ".join(words for _, words in task.outcomes)
    parts = [
        f"# Model card: {entry.model_id}",
        f"**State:** {_state(entry.state)}. **District:** {entry.district_code}. **Trained:** "
        f"{entry.trained_at:%Y-%m-%d} as of {entry.as_of_date}. **Code:** {entry.code_version}, "
        f"scikit-learn {entry.sklearn_version}. **Algorithm:** {entry.algorithm or 'none'}.",
        "## What it is for\n\n"
        f"It estimates, for each enrolled student, the chance of {outcomes} in the student's next "
        "grading period, so that counselors can look first where support may be needed first. A "
        "person decides; the model never does. It is not for discipline, placement, grading or "
        "any decision against a student, and it says nothing about a student's worth or future "
        "beyond one grading period.",
        "## Verdict of the publish gate\n\n" + _verdict(entry),
    ]
    if rows:
        names = {**dict(task.outcomes), task.union: f"either ({outcomes})"}
        for name in (task.union, *task.outcome_names):
            parts.append(
                f"## Out of time: {names[name]}\n\n" + _table(rows, name, _ALL, entry.seats)
            )
        for title, group in (
            ("New cases: students not yet failing or chronic on the as-of date",
             ("onset", "not yet failing or chronic")),
            ("Students never seen in training", ("student", "never seen in training")),
        ):  # fmt: skip
            if any((row.group_name, row.group_value) == group for row in rows):
                parts.append(f"## {title}\n\n" + _table(rows, task.union, group))
        if any(row.group_name == "as_of_date" for row in rows):
            parts.append("## As-of date by as-of date\n\n" + _by_date(rows))
        parts.append("## By group\n\n" + _audit(rows))
        parts.append("## Data and method\n\n" + _method(entry))
    parts.append(
        "## Limits\n\n"
        "- It foresees what resembles the past. A new school, a new grading scale or a changed "
        "attendance practice makes it wrong before anyone notices; the evaluation since training "
        "(`python -m ml evaluate`) is how to notice.\n"
        "- Published early-warning models of this kind reach an AUC of about .80 and are often no "
        "better than simple rules; that a list is accurate does not mean that it helps. "
        "Wisconsin's system ranked well, could not be shown to change graduation, and raised false "
        "alarms more often for Black and Hispanic students; the state took its predictions down.\n"
        "- Protected attributes are not among the features. That does not make it fair: the table "
        "by group shows where false alarms and misses differ, and must be read each time.\n"
        "- Figures vary with the sample; intervals are 95 % bootstraps by student. Read "
        "docs/model.md before quoting one."
    )
    return "\n\n".join(parts) + "\n"


def _state(state: str) -> str:
    return {
        "champion": "published", "refused": "refused, tiers stay those of the rules",
        "retired": "retired", "candidate": "not decided",
    }[state]  # fmt: skip


def _verdict(entry: Entry) -> str:
    checks = entry.gate.get("checks")
    assert isinstance(checks, list)
    failed = [check["words"] for check in checks if not check["passed"]]
    if not failed:
        if entry.state == "champion":
            return f"Published: all {len(checks)} checks passed."
        return f"All {len(checks)} checks passed, but another model counts."
    return "Refused:\n\n" + "\n".join(f"- {words}" for words in failed)


def _table(
    rows: Sequence[Row], outcome: str, group: tuple[str, str], seats: int | None = None
) -> str:
    mine = [
        row for row in rows
        if row.outcome == outcome and (row.group_name, row.group_value) == group
    ]  # fmt: skip
    if not mine:
        return "Not enough students with a known outcome."
    columns = list(_COLUMNS)
    if seats is not None:
        columns.insert(3, (_SEATS, f"Precision at {seats} seats"))
    subjects = list(dict.fromkeys(row.subject for row in mine))
    by_key = {(row.subject, row.metric): row for row in mine}
    base = by_key[(subjects[0], "base_rate")]
    head = f"{base.row_count} snapshots, outcome rate {_number(base)}.\n\n"
    return head + _grid(
        ["", *(title for _, title in columns)],
        [
            [subject, *(_number(by_key.get((subject, metric))) for metric, _ in columns)]
            for subject in subjects
        ],
    )


def _by_date(rows: Sequence[Row]) -> str:
    by_key = {(row.group_value, row.metric): row for row in rows if row.group_name == "as_of_date"}
    columns = (("base_rate", "Outcome rate"), *(c for c in _COLUMNS if c[0] in _BY_DATE))
    lines = []
    for day in sorted({day for day, _ in by_key}):
        base = by_key.get((day, "base_rate"))
        if base is None:
            lines.append([day, *["suppressed"] * (1 + len(columns))])
        else:
            figures = (_number(by_key.get((day, metric))) for metric, _ in columns)
            lines.append([day, str(base.row_count), *figures])
    return _grid(["As of", "Snapshots", *(title for _, title in columns)], lines)


def _audit(rows: Sequence[Row]) -> str:
    told = [row for row in rows if row.metric in ("false_positive_rate", "suppressed")]
    by_key = {(row.group_name, row.group_value, row.metric): row for row in rows}
    lines = []
    for row in told:
        group = (row.group_name, row.group_value)
        if row.metric == "suppressed":
            lines.append([*group, *["suppressed"] * (1 + len(_AUDIT))])
        else:
            figures = (_number(by_key.get((*group, name))) for name, _ in _AUDIT)
            lines.append([*group, str(row.row_count), *figures])
    return _grid(["Attribute", "Group", "n", *(title for _, title in _AUDIT)], lines)


def _method(entry: Entry) -> str:
    lines = [f"- {name}: {value}" for name, value in entry.metrics.items() if name != "figures"]
    return (
        f"Snapshots of {entry.train_from} to {entry.train_to} were learnt from; "
        f"{len(entry.feature_names)} features: {', '.join(entry.feature_names)}.\n\n"
        + "\n".join(lines)
    )


def _number(row: Row | None) -> str:
    if row is None or row.value is None:
        return "–"
    if row.low is None or row.high is None:
        return f"{row.value:.3f}"
    return f"{row.value:.3f} ({row.low:.3f}–{row.high:.3f})"


def _grid(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    table = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in table)
