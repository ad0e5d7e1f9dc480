"""What a district file says of an Ed-Fi ODS/API."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from include.sources.base import SourceConfig


class EdfiConfig(SourceConfig):
    """An Ed-Fi ODS/API; `school_years` are those of which it must hold one."""

    kind: Literal["edfi"] = "edfi"
    connection: str
    page_size: int = Field(default=500, ge=1, le=500)
    paging: Literal["auto", "cursor", "offset"] = "auto"
    use_snapshot: bool = False
    # How many requests run at once; the ODS/API shares one token among them.
    threads: int = Field(default=2, ge=1, le=16)
    # For connecting, and between two pieces of an answer.
    timeout_s: float = Field(default=60, gt=0)
    # For a whole answer, however slowly it drips.
    deadline_s: float = Field(default=300, gt=0)
    # The greatest size of one answer, unpacked.
    max_answer_mb: int = Field(default=64, ge=1)
    max_attempts: int = Field(default=6, ge=1)
    # Ed-Fi says the exit date is the last day in; some hosts store the first day out.
    exit_date: Literal["inclusive", "exclusive"] = "inclusive"
