"""What a district file says of an Ed-Fi ODS/API."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from include.sources.api import ApiConfig


class EdfiConfig(ApiConfig):
    """An Ed-Fi ODS/API; `school_years` are those of which it must hold one."""

    kind: Literal["edfi"] = "edfi"
    page_size: int = Field(default=500, ge=1, le=500)
    paging: Literal["auto", "cursor", "offset"] = "auto"
    use_snapshot: bool = False
    # How many requests run at once; the ODS/API shares one token among them.
    threads: int = Field(default=2, ge=1, le=16)
    # Ed-Fi says the exit date is the last day in; some hosts store the first day out.
    exit_date: Literal["inclusive", "exclusive"] = "inclusive"
