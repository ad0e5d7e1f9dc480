"""Ed-Fi, from the ODS/API to raw: one ceiling for a run, then its resources group by group."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from include import catalog
from include.config import EdfiSource
from include.errors import (
    DeltaGapError,
    EmptyFeedError,
    FirstbellError,
    ServerError,
    TokenRefusedError,
    UnreachableError,
    WatermarkError,
    WrongYearError,
)
from include.night import Night, raise_first
from include.records import FeedKind

if TYPE_CHECKING:
    from include.landing import LoadResult
    from include.sources.edfi import Client, Resource

log = logging.getLogger(__name__)


def fix_ceiling(night: Night, source: EdfiSource) -> int | None:
    """The newest change version now: every resource of the run is read up to it.

    None: the source has no change queries, so everything is read in full. Raises WatermarkError
    when a stored watermark is higher, because then the source was restored or replaced,
    WrongYearError when the source holds other school years only, and EmptyFeedError when nothing
    that says a school year is left of what we hold.

    Whatever stops it, a host that is down as well, is put on the books: one row for the source, so
    that its health is bad, a ticket is opened, and no tiers are made of what is left.
    """
    from include import landing
    from include.sources import edfi

    try:
        return _fix_ceiling(night, source)
    except FirstbellError as error:
        first = next(r for r in edfi.RESOURCES if r.name == edfi.DATED[0])
        request = landing.LoadRequest(first.feed, FeedKind.DELTA, "plan", night.context)
        landing.record_failed(night.dsn, request, error)
        raise


def _fix_ceiling(night: Night, source: EdfiSource) -> int | None:
    from include import landing
    from include.sources import edfi

    client = _client(night, source)
    newest = client.newest_change_version()
    _check_school_year(night, client, newest)
    if newest is None or night.full_refresh:
        return newest
    for resource in edfi.RESOURCES:
        stored = landing.read_watermark(night.dsn, resource.feed)
        if stored is not None and stored > newest:
            raise WatermarkError(
                f"{night.district.code}: Ed-Fi {resource.name}",
                seen=f"newest change version {newest}",
                expected=f"at least {stored}, which was loaded before",
                next_step="If the ODS was restored or replaced, run once with full_refresh.",
            )
    return newest


def reach(night: Night, source: EdfiSource) -> None:
    """Raise what stops us from reading a host, after one attempt; no record is read."""
    client = _client(night, source.model_copy(update={"max_attempts": 1}))
    try:
        client.newest_change_version()
    finally:
        client.close()


def _client(night: Night, source: EdfiSource) -> Client:
    """A client that shares its token with the other tasks of this district."""
    from include.sources import edfi

    tokens = night.settings.work_dir / "tokens" / night.district.code
    return edfi.Client(night.connect(source.connection), source, tokens=tokens)


def _check_school_year(night: Night, client: Client, ceiling: int | None) -> None:
    """Refuse an ODS of other school years only, before it replaces what is loaded.

    An ODS of several years may hold the right one among them; one that dates nothing is let in with
    a warning, because a first night may find it so.
    """
    from include import landing
    from include.sources import edfi

    source = client.source
    wanted = source.school_years or [night.school_year]
    found = edfi.school_years(client, ceiling, wanted)
    if found & set(wanted):
        return
    where = f"{night.district.code}: Ed-Fi at {client.host}"
    dated = [resource.feed for resource in edfi.RESOURCES if resource.name in edfi.DATED]
    if not found:
        held = 0 if night.release_parked else landing.records_held(night.dsn, dated)
        if held:
            raise _nothing_dated(where, held)
        log.warning("%s: no session, grading period or calendar says its school year", where)
        return
    raise WrongYearError(
        where,
        seen=f"records of school year {_listed(found)}",
        expected=f"some of {_listed(wanted)}",
        next_step="Nothing was read. Was the connection, or its ODS, rolled over? If the district"
        " runs on these years, name them in school_years of the district file "
        f"{night.district.code}.yaml; for a day of that year set as_of_date.",
    )


def _nothing_dated(where: str, held: int) -> EmptyFeedError:
    return EmptyFeedError(
        where,
        seen=f"no session, grading period or calendar, we hold {held}",
        expected="some of them: a school year has begun, and an ODS keeps it",
        next_step="Nothing was read. A key without rights gets empty lists: ask the host's "
        "administrator which organisations this key may see. If the ODS was really emptied, run "
        "once with full_refresh and release_parked.",
    )


def _listed(years: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(years)))


def load_resources(
    night: Night, source: EdfiSource, resources: Sequence[Resource], ceiling: int | None
) -> list[LoadResult]:
    """Load some Ed-Fi resources up to the run's ceiling.

    One that fails does not stop the others; the first error is raised after the last resource,
    with the names of all that failed. Where the host is down, or gives no token any more, the
    others are not asked for: each would wait as long, for the same answer.
    """
    client = _client(night, source)
    results: list[LoadResult] = []
    failures: dict[str, FirstbellError] = {}
    down: FirstbellError | None = None
    for resource in resources:
        try:
            if down is not None:
                raise _not_asked(night, resource, down)
            result = _load_resource(night, client, resource, ceiling)
        except FirstbellError as error:
            log.error("%s", error)
            failures[resource.name] = error
            if down is None and _is_down(client, error):
                down = error
        else:
            results.append(result)
    raise_first(failures)
    return results


def _is_down(client: Client, error: FirstbellError) -> bool:
    """Whether no other resource can be read either; one alone may be too much for a host."""
    if isinstance(error, TokenRefusedError):
        return True
    return isinstance(error, UnreachableError | ServerError) and not client.answers()


def _not_asked(night: Night, resource: Resource, down: FirstbellError) -> FirstbellError:
    """Put a resource on the books that was not asked for."""
    from include import landing

    error = type(down)(
        f"{night.district.code}: Ed-Fi {resource.name}",
        seen=f"not asked for, because of {down.where}: {down.seen}",
        expected="a host that answers",
        next_step=down.next_step,
    )
    request = landing.LoadRequest(resource.feed, FeedKind.DELTA, "not asked for", night.context)
    landing.record_failed(night.dsn, request, error)
    return error


def _load_resource(
    night: Night, client: Client, resource: Resource, ceiling: int | None
) -> LoadResult:
    """Load one resource: its changes, or all of it where they do not add up."""
    from include import landing

    stored = None if night.full_refresh else landing.read_watermark(night.dsn, resource.feed)
    since = stored if ceiling is not None else None
    try:
        return _land(night, client, resource, ceiling, since)
    except DeltaGapError as error:
        log.warning("%s It is read whole now.", error)
    return _land(night, client, resource, ceiling, None)


def _land(
    night: Night,
    client: Client,
    resource: Resource,
    ceiling: int | None,
    since: int | None,
) -> LoadResult:
    from include import landing
    from include.sources import edfi

    window = "all" if ceiling is None else f"{0 if since is None else since + 1}..{ceiling}"
    is_full = since is None
    request = landing.LoadRequest(
        feed=resource.feed,
        kind=FeedKind.SNAPSHOT if is_full else FeedKind.DELTA,
        window=window,
        run=night.context,
        delete_policy=client.source.delete_policy,
        release_parked=night.release_parked,
        volatile=frozenset({"_etag", "_lastModifiedDate"}),
        is_full_read=is_full,
        is_referred_to=resource.referred_to,
        together=catalog.edfi_together(catalog.group_of(resource.name)),
        needs_rows=resource.needs_rows,
    )
    try:
        stream = edfi.open_stream(client, resource, ceiling=ceiling, since=since)
    except FirstbellError as error:
        # the first request was refused: the ledger must know, or the tiers mix two nights
        landing.record_failed(night.dsn, request, error)
        raise
    # nothing at the source deletes nothing, unless an operator has looked and says so
    is_released = is_full and stream.is_empty and night.release_parked
    kind = FeedKind.SNAPSHOT if is_released else stream.kind
    return landing.land(night.dsn, stream, replace(request, kind=kind, holds=stream.holds))
