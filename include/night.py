"""The stages of a district's night, free of Airflow: the DAGs call them, and so does a shell.

    python -m include.night --district grand_bend --as-of 2022-05-27

From a shell, connections come from its environment, AIRFLOW_CONN_*: see .env.example.
Each stage may be repeated at any time: what was loaded already is not loaded again.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
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
)
from include.records import RunContext

if TYPE_CHECKING:
    from include.landing import LoadResult

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
            next_step=f"Correct {district.code}.yaml.",
        )
    return next(iter(found.values()))


def file_sources(district: District) -> dict[str, FileSource]:
    return {name: s for name, s in district.sources.items() if isinstance(s, FileSource)}


def prepare(night: Night) -> int:
    """Bring schema ops and the raw tables up to date; returns how many feeds there are.

    The first thing that a night does: it logs all that the district lacks, and stops for what
    nothing can go on without. A vendor without its connection stops itself alone, later.
    """
    from include import check

    for error in check.missing(night):
        log.error("%s", error)
    check.check_warehouse(night)
    return upgrade(night)


def upgrade(night: Night) -> int:
    """Bring schema ops and the raw tables up to date; returns how many feeds there are."""
    from include import landing

    feeds = catalog.feeds()
    landing.prepare(night.dsn, feeds)
    landing.list_retired_feeds(night.dsn, feeds)
    return len(feeds)


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
    """A whole night, one stage after the other.

    What fails stops nothing that does not stand on it: the other resources and vendors are read,
    and the first error is raised at the end, with the names of all that failed. Only Ed-Fi holds
    the models back: half of it would make a wrong rate that looks like a right one.
    """
    from include import edfi, landing
    from include.delivery import fetch_files, land_files

    chosen = [r for group in catalog.edfi_groups(resources).values() for r in group]
    prepare(night)
    results: list[LoadResult] = []
    failures: dict[str, FirstbellError] = {}

    def attempt(name: str, work: Callable[[], list[LoadResult]]) -> None:
        try:
            results.extend(work())
        except FirstbellError as error:
            log.warning("%s failed (%s); the night goes on", name, type(error).__name__)
            failures[name] = error

    def read_edfi() -> list[LoadResult]:
        source = edfi_source(night.district)
        return edfi.load_resources(night, source, chosen, edfi.fix_ceiling(night, source))

    def read_files(name: str, source: FileSource) -> list[LoadResult]:
        return land_files(night, name, source, fetch_files(night, name, source))

    if edfi_sources(night.district):
        attempt("Ed-Fi", read_edfi)
    is_whole = not failures
    for name, source in file_sources(night.district).items():
        attempt(name, partial(read_files, name, source))
    landing.end_ingest(
        night.dsn, "night", night.run_id, night.as_of_date,
        brought=is_whole, is_partial=bool(resources),
    )  # fmt: skip
    if transform and is_whole:
        attempt("models", partial(_build, night, select))
    elif transform:
        log.warning("%s: tiers and reports keep the day of their data", night.district.code)
    if failures:
        first, *others = failures
        for name in others:
            failures[first].add_note(f"Also failed: {name}: {failures[name]}")
        raise failures[first]
    return results


def _build(night: Night, select: str) -> list[LoadResult]:
    from include import outcome
    from include import transform as dbt

    dbt.begin(night, select=select)
    for layer in dbt.LAYERS:
        dbt.run_layer(night, layer, select=select)
    dbt.finish(night)
    log.info("%s", outcome.tiers(night))
    return []


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
        # what failed besides stands in its notes
        raise SystemExit("\n".join([str(error), *getattr(error, "__notes__", ())])) from None
    except psycopg.OperationalError as error:
        raise SystemExit(_unreachable(options.district, warehouse.words_of(error))) from None
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
            next_step="Is it up? `python -m include.check` says what it lacks. Run again: what was"
            " loaded stays.",
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
