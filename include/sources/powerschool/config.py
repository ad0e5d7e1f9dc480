"""What a district file says of a PowerSchool SIS."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from include.sources.api import ApiConfig


class PowerSchoolConfig(ApiConfig):
    """A PowerSchool SIS; `school_years` are those of which it must have one."""

    kind: Literal["powerschool"] = "powerschool"
    # What PowerSchool calls the district: a token of another one is refused.
    district_number: str = Field(min_length=1)
    # The first school year (spring year) of which rows are read; unset: all that there are.
    first_school_year: int | None = Field(default=None, ge=1992)
    # Where the district keeps discipline: its log, or incident management.
    discipline: Literal["log", "incident"] = "log"
    # The log type of discipline; PowerSchool reserves this one, some districts use another.
    discipline_log_type: int = -100000
    # Rows per request; the plugin's own limit is asked for and respected.
    page_size: int = Field(default=1000, ge=1)
    # An edit in place need not move a row's moment, and a deletion moves none: how often all of a
    # table is read.
    compare_every_days: int = Field(default=7, ge=1)
    # How far behind the last moment a read begins: for what was committed late, and because moments
    # are local times, of which an hour comes twice in autumn.
    overlap_minutes: int = Field(default=90, ge=0)
    # PowerSchool publishes no limit of requests; it serves its own users from the same machine.
    min_interval_s: float = Field(default=0.1, ge=0)
