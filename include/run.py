"""One run of one district: its day, its switches, and where its systems are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from include import warehouse
from include.config import District
from include.connections import Connection, from_environment
from include.errors import ConfigError
from include.records import RunContext
from include.settings import Settings

Connect = Callable[[str], Connection]


@dataclass(frozen=True, slots=True)
class Run:
    """One district's run for one day. What a stage is given, under Airflow and from a shell."""

    district: District
    as_of_date: date
    run_id: str
    full_refresh: bool = False
    release_parked: bool = False
    connect: Connect = from_environment
    settings: Settings = field(default_factory=Settings)

    @property
    def dsn(self) -> str:
        return warehouse.url_of(self.connect(self.district.warehouse_connection))

    @property
    def context(self) -> RunContext:
        return RunContext(
            district_code=self.district.code,
            as_of_date=self.as_of_date,
            run_id=self.run_id,
            code_version=self.settings.code_version,
        )

    @property
    def school_year(self) -> int:
        """The spring year of the as-of date."""
        begun = self.as_of_date.month >= self.district.school_year_starts_in
        return self.as_of_date.year + int(begun)


def today(district: District, now: datetime) -> date:
    """The district's local date: at 23:00 in Chicago it is already tomorrow in UTC."""
    return now.astimezone(ZoneInfo(district.time_zone)).date()


def day_asked_for(
    district: District, asked: date, now: datetime, *, last_day: date | None = None
) -> date:
    """The as-of date that somebody typed; raises ConfigError for a day that has not come there.

    Tiers and features of such a day would stay, and until then no alert would leave. `last_day` is
    the setting of that name: a district of simulated days may be ahead of the clock.
    """
    newest = max(today(district, now), last_day or date.min)
    if asked > newest:
        raise ConfigError(
            f"as-of date {asked} of {district.code}",
            seen="a day that has not come",
            expected=f"a day up to {newest}",
            next_step="Correct the day, or leave it out for today's; nothing was read.",
        )
    return asked
