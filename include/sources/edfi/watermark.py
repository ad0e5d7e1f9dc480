"""The guard against a source whose change versions went backwards."""

from __future__ import annotations

from include.errors import WatermarkError
from include.records import Feed


def check_watermark(newest: int | None, stored: int | None, feed: Feed) -> None:
    """Stop when the source's versions went backwards: it was restored or replaced."""
    if newest is not None and stored is not None and newest < stored:
        raise WatermarkError(
            f"Ed-Fi {feed}",
            seen=f"newest change version {newest}",
            expected=f"{stored} or more, as the last load stored",
            next_step="The source was restored or replaced. Ask its host which; then run once "
            "with full_refresh. See docs/sources/edfi.md#change-queries.",
        )
