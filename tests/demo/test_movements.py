"""What the demo's summary says of who moved since the night before."""

from __future__ import annotations

import psycopg

from demo import movements

STEPS = [
    # student, direction, before, after, cause
    (1, "up", "Low Risk", "At Risk", "data"),
    (2, "down", "At Risk", "Low Risk", "policy"),
    (3, "down", "At Risk", "Low Risk", "data"),
    (4, "down", "At Risk", "Low Risk", "code"),
    (5, "down", "At Risk", "Low Risk", "data"),
    (6, "first", None, "Low Risk", "data"),
]


def test_steps_of_a_policy_or_of_the_code_are_told_apart_and_last(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "create schema risk; create table risk.risk_tier_history (student_key integer,"
            " direction text, previous_tier text, tier text, cause text, changed_on date);"
            " create table risk.risk_tiers (student_key integer, as_of_date date,"
            " attendance_flag text, course_grades_flag text, assessment_flag text,"
            " behavior_flag text)"
        )
        for student, *step in STEPS:
            connection.execute(
                "insert into risk.risk_tier_history values (%s, %s, %s, %s, %s, '2026-11-20')",
                (student, *step),
            )
            connection.execute(
                "insert into risk.risk_tiers"
                " values (%s, '2026-11-20', 'red', 'none', 'none', 'yellow')",
                (student,),
            )
        # a step of the night before
        connection.execute(
            "insert into risk.risk_tier_history"
            " values (7, 'up', 'Low Risk', 'At Risk', 'data', '2026-11-19')"
        )
        told = movements.moved(connection)
    less = "need less support: At Risk → Low Risk"
    assert told == [
        ("1", "need more support: Low Risk → At Risk (attendance 1, behavior 1)"),
        ("2", less),
        ("1", f"{less}; the numbers of the policy changed in between"),
        ("1", f"{less}; the code, a crosswalk or a setting changed in between"),
    ]
