"""Which schools owe attendance? Red in the morning, also where no service desk gets tickets."""

from __future__ import annotations

import psycopg

from include.errors import LateAttendanceError
from include.run import Run

_LATE = """
    select school_name, school_id, last_submitted_date, days_not_submitted, as_of_date
    from reporting.rpt_attendance_submission
    where submission_status != 'in_time'
    order by days_not_submitted desc, school_id
"""


def require_attendance(run: Run) -> None:
    """Raise LateAttendanceError while a school is late by the district's policy, as the last build
    says it; before the first one nobody is."""
    with psycopg.connect(run.dsn) as connection:
        known = connection.execute(
            "select to_regclass('reporting.rpt_attendance_submission')"
        ).fetchone()
        late = connection.execute(_LATE).fetchall() if known and known[0] else []
    if not late:
        return
    told = (
        f"{name} ({school}) has sent none {f'since {last}' if last else 'this year'}"
        f" ({days} school days)"
        for name, school, last, days, _ in late
    )
    raise LateAttendanceError(
        f"{run.district.code}: attendance as of {late[0][4]}",
        seen="; ".join(told),
        expected="attendance of each school within `attendance_stale_warn_days` school days",
        next_step="Ask the school, and the student system whether it still sends. Closed, or no"
        " school held? Correct its calendar or its students' enrolments there.",
    )
