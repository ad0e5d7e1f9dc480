"""Who moved since the last night and why, and what was sent: counts, never names."""

from __future__ import annotations

import psycopg

# Steps of the tier history that a reader asks about, from bad news to good.
DIRECTIONS = ("up", "now_known", "entered", "down", "no_longer_known", "left")
_WORDS = {
    "up": "need more support",
    "now_known": "have a tier for the first time",
    "entered": "are new",
    "down": "need less support",
    "no_longer_known": "have no tier any more: the records do not say enough",
    "left": "have left",
}
# Said of a step, because nobody can tell it from one of the student's own.
_CAUSES = {
    "policy": "; the numbers of the policy changed in between",
    "code": "; the code, a crosswalk or a setting changed in between",
}

_MOVES = """
    select history.direction, history.previous_tier, history.tier, history.cause, count(*),
        count(*) filter (where tiers.attendance_flag in ('yellow', 'red')),
        count(*) filter (where tiers.course_grades_flag in ('yellow', 'red')),
        count(*) filter (where tiers.assessment_flag in ('yellow', 'red')),
        count(*) filter (where tiers.behavior_flag in ('yellow', 'red'))
    from risk.risk_tier_history as history
    left join risk.risk_tiers as tiers on tiers.student_key = history.student_key
    where history.changed_on = %(as_of)s and history.direction <> 'first'
    group by history.direction, history.previous_tier, history.tier, history.cause
"""
_INDICATORS = ("attendance", "course grades", "assessment", "behavior")


def moved(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """Count and sentence per kind of move on the last night's day; empty on a first night."""
    (as_of,) = connection.execute("select max(as_of_date) from risk.risk_tiers").fetchone() or (0,)
    found = connection.execute(_MOVES, {"as_of": as_of}).fetchall()
    causes = list(_CAUSES)
    # equal counts by their tiers: the database's own order differs from night to night
    found.sort(
        key=lambda row: (
            causes.index(row[3]) + 1 if row[3] in causes else 0,
            DIRECTIONS.index(row[0]),
            -row[4],
            row[1] or "",
            row[2] or "",
        )
    )
    lines = []
    for direction, before, after, cause, count, *flagged in found:
        step = f"{before} → {after}" if before and after else after or before
        why = [f"{name} {n:,}" for name, n in zip(_INDICATORS, flagged, strict=True) if n]
        because = (
            f" ({', '.join(why)})" if direction in ("up", "now_known", "entered") and why else ""
        )
        lines.append(
            (f"{count:,}", f"{_WORDS[direction]}: {step}{because}{_CAUSES.get(cause, '')}")
        )
    return lines


def sent(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """What the outbox holds, by channel, kind and state."""
    if connection.execute("select to_regclass('ops.outbox')").fetchone() == (None,):
        return []
    return [
        (f"{count:,}", f"{action.replace('_', ' ')} to {channel}: {state}")
        for action, channel, state, count in connection.execute(
            "select action, channel, state, count(*) from ops.outbox"
            " group by action, channel, state order by action, channel, state"
        ).fetchall()
    ]
