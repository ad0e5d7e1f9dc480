"""The stages of a district's night, free of Airflow: the DAGs call them, and so does a shell.

    python -m include.night --district grand_bend --as-of 2022-05-27

From a shell, connections come from its environment, AIRFLOW_CONN_*: see .env.example.
Each stage may be repeated at any time: what was loaded already is not loaded again.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from include import catalog, warehouse
from include.config import District, EdfiSource, FileSource, Settings
from include.connections import Connection, from_environment
from include.errors import (
    ConfigError,
    DiskFullError,
    FirstbellError,
    StorageError,
    WatermarkError,
    WrongYearError,
)
from include.records import FeedKind, RunContext

if TYPE_CHECKING:
    from include.landing import LoadResult
    from include.sources.edfi import Client, Resource

log = logging.getLogger(__name__)

Connect = Callable[[str], Connection]


@dataclass(frozen=True, slots=True)
class Night:
    """One district's run for one day, and where its systems are."""

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


def edfi_sources(district: District) -> dict[str, EdfiSource]:
    return {name: s for name, s in district.sources.items() if isinstance(s, EdfiSource)}


def edfi_source(district: District) -> EdfiSource:
    """The district's one Ed-Fi source: two would share the same raw tables."""
    found = edfi_sources(district)
    if len(found) != 1:
        raise ConfigError(
            f"district {district.code}",
            seen=f"{len(found)} Ed-Fi sources",
            expected="one",
            next_step=f"Correct include/districts/{district.code}.yaml.",
        )
    return next(iter(found.values()))


def file_sources(district: District) -> dict[str, FileSource]:
    return {name: s for name, s in district.sources.items() if isinstance(s, FileSource)}


def prepare(night: Night) -> int:
    """Bring schema ops and the raw tables up to date; returns how many feeds there are."""
    from include import landing

    feeds = catalog.feeds()
    landing.prepare(night.dsn, feeds)
    return len(feeds)


def edfi_ceiling(night: Night, source: EdfiSource) -> int | None:
    """The newest change version now: every resource of the run is read up to it.

    None: the source has no change queries, so everything is read in full. Raises WatermarkError
    when a stored watermark is higher, because then the source was restored or replaced, and
    WrongYearError when the source holds other school years only.
    """
    from include import landing
    from include.sources import edfi

    client = edfi.Client(night.connect(source.connection), source)
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


def _check_school_year(night: Night, client: Client, ceiling: int | None) -> None:
    """Refuse an ODS of other school years only, before it replaces what is loaded.

    An ODS of several years may hold the right one among them; one that dates nothing is let in with
    a warning, because a first night may find it so. The refusal is put on the books, so that no
    tiers of the new year are computed from the records of the old one.
    """
    from include import landing
    from include.sources import edfi

    source = client.source
    wanted = source.school_years or [night.school_year]
    found = edfi.school_years(client, ceiling, wanted)
    if found & set(wanted):
        return
    where = f"{night.district.code}: Ed-Fi at {client.host}"
    if not found:
        log.warning("%s: no session, grading period or calendar says its school year", where)
        return
    error = WrongYearError(
        where,
        seen=f"records of school year {_listed(found)}",
        expected=f"some of {_listed(wanted)}",
        next_step="Nothing was read. Was the connection, or its ODS, rolled over? If the district"
        f" runs on these years, name them in school_years of include/districts/"
        f"{night.district.code}.yaml; for a day of that year set as_of_date.",
    )
    first = next(r for r in edfi.RESOURCES if r.name == "sessions")
    request = landing.LoadRequest(
        first.feed, FeedKind.SNAPSHOT, "school year", night.context, is_full_read=True
    )
    landing.record_failed(night.dsn, request, error)
    raise error


def _listed(years: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(years)))


def load_edfi(
    night: Night, source: EdfiSource, resources: Sequence[Resource], ceiling: int | None
) -> list[LoadResult]:
    """Load some Ed-Fi resources up to the run's ceiling.

    One that fails does not stop the others; the first error is raised after the last resource,
    with the names of all that failed.
    """
    from include.sources import edfi

    client = edfi.Client(night.connect(source.connection), source)
    results: list[LoadResult] = []
    failures: dict[str, FirstbellError] = {}
    for resource in resources:
        try:
            result = _load_resource(night, client, source, resource, ceiling)
        except FirstbellError as error:
            log.error("%s", error)
            failures[resource.name] = error
        else:
            results.append(result)
    raise_first(failures)
    return results


def _load_resource(
    night: Night, client: Client, source: EdfiSource, resource: Resource, ceiling: int | None
) -> LoadResult:
    from include import landing
    from include.sources import edfi

    stored = None if night.full_refresh else landing.read_watermark(night.dsn, resource.feed)
    since = stored if ceiling is not None else None
    window = "all" if ceiling is None else f"{0 if since is None else since + 1}..{ceiling}"
    is_full = since is None or resource.full
    request = landing.LoadRequest(
        feed=resource.feed,
        kind=FeedKind.SNAPSHOT if is_full else FeedKind.DELTA,
        window=window,
        run=night.context,
        delete_policy=source.delete_policy,
        release_parked=night.release_parked,
        volatile=frozenset({"_etag", "_lastModifiedDate"}),
        is_full_read=is_full,
        is_referred_to=resource.referred_to,
        together=catalog.edfi_together(catalog.group_of(resource.name)),
    )
    try:
        stream = edfi.open_stream(client, resource, ceiling=ceiling, since=since)
    except FirstbellError as error:
        # the first request was refused: the ledger must know, or the tiers mix two nights
        landing.record_failed(night.dsn, request, error)
        raise
    return landing.land(night.dsn, stream, replace(request, kind=stream.kind))


def totals(results: Iterable[LoadResult]) -> dict[str, int]:
    """The counts of some loads, added up."""
    listed = list(results)
    return {
        "loads": len(listed),
        "seen": sum(result.rows_seen for result in listed),
        "written": sum(r.rows_new + r.rows_changed + r.rows_deleted for r in listed),
        "rejected": sum(result.rows_rejected for result in listed),
    }


def raise_first(failures: dict[str, FirstbellError]) -> None:
    """Raise what failed first; when more failed, say which."""
    if not failures:
        return
    first = next(iter(failures.values()))
    if len(failures) > 1:
        first.add_note(f"Also failed: {', '.join(list(failures)[1:])}. Each is logged above.")
    raise first


def run(
    night: Night, *, resources: Collection[str] = (), select: str = "", transform: bool = True
) -> list[LoadResult]:
    """A whole night, one stage after the other."""
    from include import landing
    from include import transform as dbt
    from include.delivery import fetch_files, land_files

    prepare(night)
    results: list[LoadResult] = []
    if edfi_sources(night.district):
        source = edfi_source(night.district)
        ceiling = edfi_ceiling(night, source)
        for group in catalog.edfi_groups(resources).values():
            results += load_edfi(night, source, group, ceiling)
    for name, files_source in file_sources(night.district).items():
        results += land_files(night, name, files_source, fetch_files(night, name, files_source))
    landing.end_ingest(
        night.dsn, "night", night.run_id, night.as_of_date,
        brought=True, is_partial=bool(resources),
    )  # fmt: skip
    if transform:
        dbt.begin(night, select=select)
        for layer in dbt.LAYERS:
            dbt.run_layer(night, layer, select=select)
        dbt.finish(night)
    return results


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a night from a shell; connections come from AIRFLOW_CONN_* variables."""
    import argparse

    import psycopg

    from include.config import get_district

    parser = argparse.ArgumentParser(prog="python -m include.night", description=__doc__)
    parser.add_argument("--district", required=True)
    parser.add_argument("--as-of", type=date.fromisoformat, help="default: today there")
    parser.add_argument("--full-refresh", action="store_true")
    parser.add_argument("--release-parked", action="store_true")
    parser.add_argument("--resources", nargs="*", default=[], help="Ed-Fi resources or groups")
    parser.add_argument("--select", default="", help="dbt selection, e.g. fct_attendance_to_date+")
    parser.add_argument("--no-transform", action="store_true")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        district = get_district(options.district)
        now = datetime.now(UTC)
        night = Night(
            district=district,
            as_of_date=options.as_of or today(district, now),
            run_id=f"cli__{now:%Y%m%dT%H%M%S%f}",
            full_refresh=options.full_refresh,
            release_parked=options.release_parked,
        )
        run(
            night,
            resources=options.resources,
            select=options.select,
            transform=not options.no_transform,
        )
    except FirstbellError as error:
        raise SystemExit(str(error)) from None
    except psycopg.OperationalError as error:
        # its first line at most: a detail may quote a row
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise SystemExit(_unreachable(options.district, said)) from None
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise SystemExit(_full(options.district, Settings().work_dir)) from None


def _unreachable(district: str, said: str) -> str:
    return str(
        StorageError(
            f"{district}: warehouse",
            seen=said,
            expected="a server that lets us in and stays up",
            next_step="Is it up, and has its disk room? Run again: what was loaded stays.",
        )
    )


def _full(district: str, place: Path) -> str:
    return str(
        DiskFullError(
            f"{district}: working files",
            seen=f"the disk of {place} is full",
            expected="room for the files of a night",
            next_step="Free space there, then run again: what was loaded stays.",
        )
    )


if __name__ == "__main__":
    main()
