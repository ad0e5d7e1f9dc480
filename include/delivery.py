"""Files of assessment vendors, from delivery to raw: fetched, loaded, and their copies deleted."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from include.config import FileSource
from include.errors import FirstbellError
from include.night import Night, file_sources, raise_first
from include.records import Feed

if TYPE_CHECKING:
    from include.landing import LoadResult
    from include.sources.files import LocalFile

log = logging.getLogger(__name__)


def fetch_files(night: Night, name: str, source: FileSource) -> list[LocalFile]:
    """Copy a vendor's delivered files to the work folder of this run."""
    from include.sources import files

    folder = files_folder(night, name)
    # copies that a failed run left behind hold students' names; a rerun fetches its own
    for left_over in folder.parent.glob("*"):
        if left_over != folder:
            shutil.rmtree(left_over, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        fetched = files.fetch(source, night.connect(source.delivery.connection), folder)
    except FirstbellError as error:
        _record_failed(night, source, error, window=f"delivery {source.delivery.pattern}")
        raise
    if not fetched:
        log.warning("%s: nothing was delivered; what was loaded before stays", name)
    return fetched


def files_folder(night: Night, name: str) -> Path:
    """Where the files of one source wait while this run reads them."""
    run = "".join(c if c.isalnum() else "-" for c in night.run_id)
    return night.settings.work_dir / "files" / night.district.code / name / run


def land_files(
    night: Night, name: str, source: FileSource, fetched: Sequence[LocalFile]
) -> list[LoadResult]:
    """Load fetched files, oldest first; one already loaded (same hash) is skipped.

    One that fails does not stop the newer ones: a newer snapshot supersedes it, and landing lets
    nothing older come over what is newer (`include/landing/order.py`). The copies are deleted when
    all is loaded: they hold students' names.
    """
    results: list[LoadResult] = []
    failures: dict[str, FirstbellError] = {}
    for file in fetched:
        try:
            results += _land_file(night, source, file, _instance(night, name, source))
        except FirstbellError as error:
            log.error("%s", error)
            failures[file.name] = error
    raise_first(failures)
    shutil.rmtree(files_folder(night, name), ignore_errors=True)
    return results


def _instance(night: Night, name: str, source: FileSource) -> str:
    """What tells this delivery from others of its layout; empty for one alone, or named as it."""
    same = [s for s in file_sources(night.district).values() if s.layout == source.layout]
    return "" if len(same) < 2 or name == source.layout else name


def _land_file(
    night: Night, source: FileSource, file: LocalFile, instance: str
) -> list[LoadResult]:
    """Load the tables of one file; one that fails does not stop the others."""
    from include import landing
    from include.sources import files

    results: list[LoadResult] = []
    failures: dict[str, FirstbellError] = {}
    try:
        layout = files.get_layout(source.layout)
        feeds = files.open_feeds(
            file,
            source,
            night.school_year,
            as_of_date=night.as_of_date,
            school_year_starts_in=night.district.school_year_starts_in,
            learned=landing.notes_of_committed(
                night.dsn, layout.source, "owner", instance=instance
            ),
            instance=instance,
            is_released=night.release_parked,
        )
    except FirstbellError as error:
        _record_failed(night, source, error, window=file.name, file_hash=file.sha256)
        raise
    for feed in feeds:
        request = landing.LoadRequest(
            feed=feed.feed,
            kind=feed.kind,
            window=feed.window,
            run=night.context,
            delete_policy=source.delete_policy,
            release_parked=night.release_parked,
            file_hash=feed.file_hash,
            notes=feed.notes,
            written_at=file.modified_at,
            together=frozenset(known.entity for known in layout.feeds),
        )
        known = landing.was_loaded(night.dsn, feed.feed, feed.window, feed.file_hash)
        if known and not night.full_refresh:
            results.append(landing.record_skipped(night.dsn, request))
            continue
        try:
            results.append(landing.land(night.dsn, feed.stream, request))
        except FirstbellError as error:
            log.error("%s", error)
            failures[feed.window] = error
    raise_first(failures)
    return results


def _record_failed(
    night: Night,
    source: FileSource,
    error: FirstbellError,
    *,
    window: str,
    file_hash: str | None = None,
) -> None:
    """Put a failure of a whole file or delivery on the books of one of the vendor's feeds.

    The one that the file's name speaks of, else the vendor's first.
    """
    from include import landing
    from include.sources import files

    layout = files.load_layouts().get(source.layout)
    if layout is None:
        return  # the error says so; without a layout there is no feed
    known = next((f for f in layout.files if f.name_match(window)), layout.files[0])
    request = landing.LoadRequest(
        feed=Feed(layout.source, known.entity),
        kind=known.kind,
        window=window,
        run=night.context,
        delete_policy=source.delete_policy,
        file_hash=file_hash,
    )
    landing.record_failed(night.dsn, request, error)


def describe(file: LocalFile) -> dict[str, str]:
    """A fetched file in a form that may travel between tasks."""
    return {
        "path": str(file.path),
        "name": file.name,
        "sha256": file.sha256,
        "modified_at": file.modified_at.isoformat(),
    }


def local_files(
    night: Night, name: str, source: FileSource, described: Sequence[dict[str, str]]
) -> list[LocalFile]:
    """The files that an earlier task fetched; fetched again when their copies are gone."""
    from include.sources import files

    if not all(Path(item["path"]).exists() for item in described):
        return fetch_files(night, name, source)
    return [
        files.LocalFile(
            path=Path(item["path"]),
            name=item["name"],
            sha256=item["sha256"],
            modified_at=datetime.fromisoformat(item["modified_at"]),
        )
        for item in described
    ]
