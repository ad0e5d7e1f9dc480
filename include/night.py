"""The stages of a district's night, free of Airflow: the DAGs call them, and so does a shell.

    python -m include.night --district grand_bend --as-of 2022-05-27

From a shell, connections come from its environment, AIRFLOW_CONN_*: see .env.example.
Each stage may be repeated at any time: what was loaded already is not loaded again.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from include import bind, ingest, warehouse
from include.errors import DiskFullError, FirstbellError, StorageError
from include.run import Run, day_asked_for, today
from include.settings import Settings
from include.sources import registry

if TYPE_CHECKING:
    from include.landing import LoadResult

log = logging.getLogger(__name__)


def run(
    current: Run, *, resources: Collection[str] = (), select: str = "", transform: bool = True
) -> list[LoadResult]:
    """A whole night, one stage after the other.

    What fails stops nothing that does not stand on it: the other resources and sources are read,
    and the first error is raised at the end, with the names of all that failed. Only a system of
    record holds the models back: half of it would make a wrong rate that looks like a right one.
    `resources` are of the sources of which some can be read alone; the others are read whole.
    """
    partly = bind.names_that_read_some(current.district) if resources else []
    for name in partly:
        ingest.groups(current, name, resources)  # an unknown name stops us here
    ingest.prepare(current)
    results: list[LoadResult] = []
    failures: dict[str, FirstbellError] = {}

    def attempt(name: str, work: Callable[[], list[LoadResult]]) -> None:
        try:
            results.extend(work())
        except FirstbellError as error:
            log.warning("%s failed (%s); the night goes on", name, type(error).__name__)
            failures[name] = error

    for name in bind.source_names(current.district):
        attempt(name, partial(_read, current, name, resources if name in partly else ()))
    is_whole = not any(
        registry.of(current.district.sources[name]).holds_back_tiers for name in failures
    )
    ingest.end(current, "night", brought=is_whole, is_partial=bool(resources))
    if transform and is_whole:
        attempt("models", partial(_build, current, select))
    elif transform:
        log.warning("%s: tiers and reports keep the day of their data", current.district.code)
    if failures:
        first, *others = failures
        for name in others:
            failures[first].add_note(f"Also failed: {name}: {failures[name]}")
        raise failures[first]
    return results


def _read(current: Run, name: str, only: Collection[str]) -> list[LoadResult]:
    return ingest.load_groups(current, name, ingest.plan(current, name), only)


def _build(current: Run, select: str) -> list[LoadResult]:
    from include import outcome
    from include import transform as dbt

    dbt.begin(current, select=select)
    for layer in dbt.LAYERS:
        dbt.run_layer(current, layer, select=select)
    dbt.finish(current)
    log.info("%s", outcome.tiers(current))
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
    parser.add_argument("--resources", nargs="*", default=[], help="resources, or groups of them")
    parser.add_argument("--select", default="", help="dbt selection, e.g. fct_attendance_to_date+")
    parser.add_argument("--no-transform", action="store_true")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        district = get_district(options.district)
        now, settings = datetime.now(UTC), Settings()
        current = Run(
            district=district,
            as_of_date=day_asked_for(district, options.as_of, now, last_day=settings.last_day)
            if options.as_of
            else today(district, now),
            run_id=f"cli__{now:%Y%m%dT%H%M%S%f}",
            full_refresh=options.full_refresh,
            release_parked=options.release_parked,
            settings=settings,
        )
        run(
            current,
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
