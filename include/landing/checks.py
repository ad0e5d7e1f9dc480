"""What stops a load before commit."""

from __future__ import annotations

from collections.abc import Iterable

from include.errors import (
    CountMismatchError,
    DeltaGapError,
    EmptyFeedError,
    ParkedFeedError,
    WatermarkError,
)
from include.landing.encode import Tally
from include.landing.merge import Counts
from include.landing.request import LoadRequest
from include.records import FeedKind, Holds


def not_empty(request: LoadRequest, tally: Tally) -> None:
    """An empty file, and a snapshot without one usable row, are never what the source holds.

    A read that is no file may be released: an operator has looked, and the source holds nothing.
    """
    usable_rows = tally.upserts + tally.seen
    released = request.release_parked and request.file_hash is None and not tally.rejects
    if request.kind is FeedKind.SNAPSHOT:
        empty = usable_rows == 0 and not released
    elif request.file_hash is not None:
        empty = tally.usable + tally.rejects == 0
    else:
        empty = False
    if empty:
        raise EmptyFeedError(
            _where(request),
            seen=f"no usable rows, {tally.rejects} rejected",
            expected="at least one row in a snapshot or file",
            next_step="Data is unchanged. Ask the source for a complete export, then load again.",
        )


def complete(request: LoadRequest, source_count: int | None, received: int) -> None:
    """Fewer rows than the source's own total means that some were lost on the way."""
    if source_count is not None and received < source_count:
        raise CountMismatchError(
            _where(request),
            seen=f"{received} distinct rows",
            expected=f"{source_count}, the source's own total",
            next_step="Data is unchanged. Load again; if it repeats, compare page by page.",
        )


def agrees(request: LoadRequest, holds: Holds, live: int, rejected: int) -> None:
    """Stop a load after which raw would hold other records than the source.

    An empty answer is no word of a deletion: credentials that may see nothing get one as well.
    `rejected` rows of the source are not held, and rightly so.
    """
    if holds.most == 0 and (live or request.needs_rows):
        raise _nothing_there(request, live)
    if not holds.least - rejected <= live <= holds.most:
        counted = f"{holds.least} to {holds.most}" if holds.least < holds.most else f"{holds.most}"
        raise DeltaGapError(
            _where(request),
            seen=f"{live} records with these changes",
            expected=f"{counted}, the source's own total",
            next_step="Data is unchanged. Changes were lost or are hidden; a full read settles it.",
        )


def _nothing_there(request: LoadRequest, live: int) -> EmptyFeedError | ParkedFeedError:
    seen, expected = f"no record at the source, {live} held", "at least one, or word of deletions"
    look = (
        "Data is unchanged. A key without rights gets an empty answer: ask the source's "
        "administrator which organisations and resources ours may see."
    )
    if request.needs_rows and not live:
        return EmptyFeedError(_where(request), seen=seen, expected="at least one", next_step=look)
    if request.needs_rows:
        return ParkedFeedError(_where(request), seen=seen, expected=expected, next_step=look)
    return ParkedFeedError(
        _where(request),
        seen=seen,
        expected=expected,
        next_step=f"{look} If the records are really gone, run again with full_refresh and "
        "release_parked.",
    )


def within_delete_policy(
    request: LoadRequest, counts: Counts, live: int, parked: Iterable[str]
) -> None:
    """Park a load that would delete more than both limits of a pair of the policy.

    However it says so: by tombstones or by absence, the records are gone from every report. Beside
    one that is `parked` (entities that belong together), it may delete nothing.
    """
    if request.release_parked or not counts.deleted:
        return
    share = 100 * counts.deleted / live if live else 0.0
    exceeded = _exceeded(request, counts.deleted, share)
    waiting = sorted({*parked, request.feed.entity})
    if exceeded is None and len(waiting) == 1:
        return
    is_full = request.is_full_read or request.kind is FeedKind.SNAPSHOT
    # a file that did not load is read again by itself; a full refresh would read all others too
    needs_refresh = is_full and request.file_hash is None
    options = "full_refresh and release_parked" if needs_refresh else "release_parked"
    together = f"; {len(waiting)} feeds wait ({', '.join(waiting)})" if len(waiting) > 1 else ""
    raise ParkedFeedError(
        _where(request),
        seen=f"{counts.deleted} of {live} records ({share:.1f} %) would be deleted{together}",
        expected=exceeded
        or "no deletions while a feed that it belongs to, or refers to, is parked",
        next_step="Data is unchanged. Check the source; if the records are really gone,"
        f" run again with {options}.",
    )


def _exceeded(request: LoadRequest, deleted: int, share: float) -> str | None:
    """What was allowed, if this is more."""
    policy = request.delete_policy
    pairs = [(policy.max_rows, policy.max_pct), (policy.small_max_rows, policy.small_max_pct)]
    if request.is_referred_to:
        pairs.append((policy.referred_max_rows, policy.referred_max_pct))
    for rows, pct in pairs:
        if deleted > rows and share > pct:
            return f"at most {rows} records or {pct:g} %"
    if request.is_referred_to and share >= 100:
        return "at least one record: others refer to them"
    return None


def watermark_forward(request: LoadRequest, stored: str | None, received: str | None) -> None:
    """A delta must not end before the one before it; a full read starts anew."""
    is_full = request.is_full_read or request.kind is FeedKind.SNAPSHOT
    if is_full or stored is None or received is None:
        return
    if request.goes_back is not None and request.goes_back(stored, received):
        raise WatermarkError(
            _where(request),
            seen=f"watermark {received}",
            expected=f"{stored} or more, where the last load ended",
            next_step="Was the source restored from a backup? Run again with full_refresh.",
        )


def _where(request: LoadRequest) -> str:
    return f"{request.feed} ({request.window})"
