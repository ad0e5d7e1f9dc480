"""Files of assessment vendors, from delivery to raw: fetched, loaded, and their copies deleted."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include import errors
from include.config import FileSource
from include.errors import FirstbellError
from include.night import Night, file_sources, raise_first
from include.records import Feed

if TYPE_CHECKING:
    from include.landing import LoadRequest, LoadResult
    from include.sources.files import LocalFile

log = logging.getLogger(__name__)

# Longer than a run reads without a new attempt (2 hours), shorter than to the next night.
_LEFT_OVER_AFTER_S = 12 * 3600


def fetch_files(night: Night, name: str, source: FileSource) -> list[LocalFile]:
    """Copy a vendor's delivered files to the work folder of this run."""
    from include.sources import files

    folder = files_folder(night, name)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _delete_left_over(folder)
    try:
        fetched = files.fetch(
            source,
            night.connect(source.delivery.connection),
            folder,
            beside=_patterns_beside(night, source),
        )
    except FirstbellError as error:
        _record_failed(night, name, source, error)
        raise
    if not fetched:
        log.warning("%s: nothing was delivered; what was loaded before stays", name)
        _record_nothing(night, name, source)
    return fetched


def _delete_left_over(folder: Path) -> None:
    """Delete what failed runs left behind: it holds students' names, and a rerun fetches its own.

    Another run may still be reading: a folder goes when it has not been used for a while.
    """
    for other in folder.parent.glob("*"):
        with contextlib.suppress(FileNotFoundError):  # its own run was faster
            if other != folder and time.time() - other.stat().st_mtime > _LEFT_OVER_AFTER_S:
                shutil.rmtree(other, ignore_errors=True)


def reach(night: Night, source: FileSource) -> None:
    """Raise what stops us from seeing a vendor's delivery; nothing is fetched."""
    from include.sources import files

    connection = night.connect(source.delivery.connection)
    files.look(source, connection, beside=_patterns_beside(night, source))


def _patterns_beside(night: Night, source: FileSource) -> list[str]:
    """The patterns of other deliveries that lie in the same place."""
    here = (source.delivery.connection, source.delivery.path)
    deliveries = [other.delivery for other in file_sources(night.district).values()]
    return [d.pattern for d in deliveries if (d.connection, d.path) == here]


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
    with contextlib.suppress(FileNotFoundError):
        os.utime(files_folder(night, name))  # in use: see _delete_left_over
    results: list[LoadResult] = []
    failures: dict[str, FirstbellError] = {}
    for file in fetched:
        try:
            results += _land_file(night, name, source, file)
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


def _land_file(night: Night, name: str, source: FileSource, file: LocalFile) -> list[LoadResult]:
    """Load the tables of one file; one that fails does not stop the others."""
    from include import landing
    from include.sources import files

    results: list[LoadResult] = []
    failures: dict[str, FirstbellError] = {}
    instance = _instance(night, name, source)
    try:
        if file.refused:
            raise file.refused
        layout = files.get_layout(source.layout)
        if why := files.not_read(file, layout):
            return [_record_not_read(night, name, source, file, why)]
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
        _record_failed(night, name, source, error, file=file)
        raise
    _mention_gone(
        night,
        layout.source,
        f"{instance}: {file.name}!" if instance else f"{file.name}!",
        {feed.window: feed.notes for feed in feeds},
    )
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


def _mention_gone(
    night: Night, source: str, prefix: str, notes: Mapping[str, dict[str, Any]]
) -> None:
    """Warn of members that the ZIP of this name had when it was read last; what they said stays."""
    from include import landing

    last = landing.windows_of_last(night.dsn, source, prefix, not_of=night.run_id)
    gone = sorted(window.removeprefix(prefix) for window in last - set(notes))
    if not gone:
        return
    log.warning("%s: no longer in it: %s", prefix.removesuffix("!"), ", ".join(gone))
    for noted in notes.values():
        noted["members_gone"] = gone


def _record_failed(
    night: Night,
    name: str,
    source: FileSource,
    error: FirstbellError,
    *,
    file: LocalFile | None = None,
) -> None:
    """Put a failure of a whole file, or without one of the delivery, on the books."""
    from include import landing

    request = request_for(night, name, source, file.name if file else None)
    if request is not None:
        file_hash = (file.sha256 or None) if file else None
        landing.record_failed(night.dsn, replace(request, file_hash=file_hash), error)


def _record_not_read(
    night: Night, name: str, source: FileSource, file: LocalFile, why: dict[str, str]
) -> LoadResult:
    """Put on the books that a file was seen and, as its layout says, left alone."""
    from include import landing

    reason = why.get(file.name, "no member of it is read")
    log.info("%s is left alone: %s", file.name, reason)
    request = request_for(night, name, source, file.name)
    assert request is not None  # it was its layout that said so
    notes = {**request.notes, landing.LEFT_ALONE: reason, "not_read": why}
    return landing.record_skipped(
        night.dsn, replace(request, file_hash=file.sha256, notes=notes, written_at=file.modified_at)
    )


def _record_nothing(night: Night, name: str, source: FileSource) -> None:
    """Put on the books that the vendor had no file: a delivery may stay away too long."""
    from include import landing

    request = request_for(night, name, source)
    if request is not None:
        notes = {**request.notes, "files_delivered": 0}
        landing.record_skipped(night.dsn, replace(request, notes=notes))


def request_for(
    night: Night, name: str, source: FileSource, file_name: str | None = None
) -> LoadRequest | None:
    """What stands on the books for a file that was not read, or for the whole delivery.

    It is of the feed that the file's name speaks of, else of the vendor's first. None without a
    layout, for which there is no feed; the error of reading it says so.
    """
    from include import landing
    from include.sources import files

    layout = files.load_layouts().get(source.layout)
    if layout is None:
        return None
    window = file_name or f"delivery {source.delivery.pattern}"
    known = next(
        (f for f in layout.files if file_name and f.name_match(file_name)), layout.files[0]
    )
    instance = _instance(night, name, source)
    return landing.LoadRequest(
        feed=Feed(layout.source, known.entity),
        kind=known.kind,
        window=f"{instance}: {window}" if instance else window,
        run=night.context,
        delete_policy=source.delete_policy,
        notes={"instance": instance} if instance else {},
    )


def describe(file: LocalFile) -> dict[str, str]:
    """A fetched file in a form that may travel between tasks."""
    why = file.refused
    refused = (
        {}
        if why is None
        else {
            "refused": type(why).__name__,
            "where": why.where,
            "seen": why.seen,
            "expected": why.expected,
            "next_step": why.next_step,
        }
    )
    return {
        **refused,
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

    if not all("refused" in item or Path(item["path"]).exists() for item in described):
        return fetch_files(night, name, source)
    return [
        files.LocalFile(
            path=Path(item["path"]),
            name=item["name"],
            sha256=item["sha256"],
            modified_at=datetime.fromisoformat(item["modified_at"]),
            refused=_refused(item),
        )
        for item in described
    ]


def _refused(item: dict[str, str]) -> FirstbellError | None:
    """Why a described file was not fetched."""
    if "refused" not in item:
        return None
    kind: type[FirstbellError] = getattr(errors, item["refused"])
    return kind(
        item["where"],
        seen=item["seen"],
        expected=item["expected"],
        next_step=item["next_step"],
    )
