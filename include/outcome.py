"""What a night came to, in counts: how many students stand in which tier. No names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from include.run import Run

_TIERS = """
    select scores.rule_tier, count(*), max(scores.as_of_date)
    from reporting.vw_student_risk_scores as scores
    left join policy.tier_ladder as ladder on ladder.rule_tier = scores.rule_tier
    group by scores.rule_tier, ladder.tier_rank
    order by ladder.tier_rank desc nulls last, scores.rule_tier
"""


def tiers(run: Run) -> str:
    """Write the tiers of the night's students, most urgent first; several lines."""
    where = f"{run.district.code}, {run.as_of_date}"
    with psycopg.connect(run.dsn) as connection:
        try:
            rows = connection.execute(_TIERS).fetchall()
        except psycopg.errors.UndefinedTable:
            rows = []
    # a night that built some models only leaves the report of an earlier day
    counts = {tier: count for tier, count, day in rows if day == run.as_of_date}
    total = sum(counts.values())
    if not total:
        return f"{where}: no tier of that day in reporting.vw_student_risk_scores"
    return "\n".join(
        [
            f"{where}: {total:,} student{'s' * (total != 1)}",
            *(f"  {tier:<18}{n:>9,}{100 * n / total:>8.1f} %" for tier, n in counts.items()),
            "Each student with the reasons: reporting.vw_student_risk_scores",
        ]
    )
