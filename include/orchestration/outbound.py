"""How a stage that lets something leave ends: send what waits, then show what waits for a person.

What the stages put into the outbox differs; how it leaves does not.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import task

from include.config import District
from include.orchestration import pools
from include.orchestration.context import no_retry_when_pointless, run_of


def send_and_check(district: District) -> Any:
    """The tasks `send` and `check`, one after the other; returns the first."""

    @task(pool=pools.outbound(district.code))  # type: ignore[untyped-decorator]
    @no_retry_when_pointless
    def send() -> dict[str, int]:
        from include import egress

        return egress.send_due(run_of(district.code))

    @task
    @no_retry_when_pointless
    def check() -> None:
        """Red while a message waits for a person: nobody else would notice."""
        from include import egress

        egress.check(run_of(district.code))

    sent = send()
    sent >> check()
    return sent
