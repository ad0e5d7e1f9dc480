"""Reads fetched files: one feed per table, streamed row by row."""

from __future__ import annotations

import hashlib
import logging
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import IO, Any

from include.errors import EmptyFeedError, FeedError, UnreadableFileError
from include.records import READ_BY, Feed, FeedKind, FeedStream, Told
from include.sources.files import archive
from include.sources.files.columns import map_columns, missing_scope
from include.sources.files.config import FilesConfig
from include.sources.files.content import Content, check_header, inspect
from include.sources.files.formats import Format
from include.sources.files.identify import Identity, identify
from include.sources.files.layout_folders import get_layout
from include.sources.files.layouts import Layout
from include.sources.files.local import LocalFile
from include.sources.files.owner import Said, ours
from include.sources.files.stream import FileStream, Rules

log = logging.getLogger(__name__)

# Files are written in the vendor's time zone, tests dated in the district's.
_CLOCKS_APART = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FileFeed:
    """One table of a file. `notes` is final once the stream is read; it goes to the ledger."""

    feed: Feed
    kind: FeedKind
    stream: FeedStream
    file_hash: str
    window: str
    notes: dict[str, Any]
    # What a snapshot's name says of its scope: two files of another part are no rivals.
    part: tuple[str, ...] = ()


def open_feeds(
    file: LocalFile,
    source: FilesConfig,
    as_of_school_year: int,
    *,
    as_of_date: date | None = None,
    school_year_starts_in: int = 7,
    layouts: Path | None = None,
    learned: Iterable[Said] = (),
    instance: str = "",
    is_released: bool = False,
) -> list[FileFeed]:
    """The feeds in a file, in a stable order; several for a ZIP, none for one not to be read.

    A problem of the whole file raises here (truncated ZIP, nothing we know in it); a problem of one
    table raises from its stream, so that the other tables of a ZIP still load.
    `learned` is what the files loaded before said of their district, `is_released` lets one of
    another in; `instance` says which of several deliveries of one layout this is.
    A test dated after both the file's own date and `as_of_date` is rejected: nobody can have
    sat it.
    """
    layout = get_layout(source.layout, layouts)
    rules = Rules(
        accepted_years=frozenset(source.school_years or [as_of_school_year]),
        school_year_starts_in=school_year_starts_in,
        latest_day=max(file.modified_at.date(), as_of_date or date.min) + _CLOCKS_APART,
        ours=ours(layout, source.owner, learned, is_released=is_released),
        instance=instance,
        absent_is_deleted=source.absent_is_deleted,
        listed_years=tuple(source.school_years or ()),
    )
    if not_read(file, layout):
        return []
    if file.path.stat().st_size == 0:
        raise _empty(file.name)
    if not archive.is_zip(file.path):
        opener = partial(_read, file.path)
        feed = _open(file.name, file.name, opener, layout, rules, file_hash=file.sha256)
        if feed is None:
            raise _nothing_known(file.name, layout, [file.name])
        return [feed]
    members = archive.members(
        file.path,
        file.name,
        max_total_bytes=source.max_unpacked_mb << 20,
        max_ratio=source.max_unpack_ratio,
    )
    return _open_members(file, members, layout, rules)


def not_read(file: LocalFile, layout: Layout) -> dict[str, str]:
    """What the layout lists under `not_read`, with the reason, where a file holds nothing else."""
    if why := layout.why_not_read(file.name):
        return {file.name: why}
    if file.path.stat().st_size == 0 or not archive.is_zip(file.path):
        return {}
    # they are not unpacked: sizes do not matter
    members = archive.members(
        file.path, file.name, max_total_bytes=sys.maxsize, max_ratio=sys.maxsize
    )
    reasons = {member: layout.why_not_read(_base(member)) for member in members}
    listed = {member: why for member, why in reasons.items() if why}
    return listed if len(listed) == len(reasons) else {}


def _base(member: str) -> str:
    return member.replace("\\", "/").rsplit("/", 1)[-1]


def _open_members(
    file: LocalFile, members: Mapping[str, Callable[[], IO[bytes]]], layout: Layout, rules: Rules
) -> list[FileFeed]:
    feeds: list[FileFeed] = []
    left_out: dict[str, str] = {}
    failure: FeedError | None = None
    for member, opener in members.items():
        name = _base(member)
        if why := layout.why_not_read(name):
            left_out[member] = why
            continue
        where = f"{file.name}!{member}"
        try:
            feed = _open(where, name, opener, layout, rules, file_hash=f"{file.sha256}!{member}")
        except FeedError as error:
            # neither a name of ours nor a table: the other members are what was exported
            failure = failure or error
            left_out[member] = _why_no_table(opener) or error.seen
            log.warning("%s is not read: %s", where, left_out[member])
            continue
        if feed is None:
            left_out[member] = _why_no_table(opener) or (
                f"neither its name nor its header is one of {layout.title}"
            )
        else:
            feeds.append(feed)
    if not feeds:
        if failure and len(left_out) == 1:
            raise failure
        raise _nothing_known(file.name, layout, sorted(left_out))
    for feed in feeds:
        feed.notes["not_read"] = left_out
    return _without_rival_snapshots(feeds)


def _why_no_table(opener: Callable[[], IO[bytes]]) -> str | None:
    """What a member is whose first bytes say that it holds no table of text."""
    try:
        with opener() as stream:
            head = stream.read(5)
    except (*archive.BROKEN, FeedError):
        return None
    kinds = {b"PK\x03\x04": "a ZIP in a ZIP", b"%PDF-": "a PDF"}
    return next((kind for start, kind in kinds.items() if head.startswith(start)), None)


def _without_rival_snapshots(feeds: list[FileFeed]) -> list[FileFeed]:
    """Two parts of one snapshot would delete each other's rows: then absence means nothing."""
    counts = Counter((feed.feed, feed.part) for feed in feeds if feed.kind is FeedKind.SNAPSHOT)
    result = []
    for feed in feeds:
        count = counts[feed.feed, feed.part]
        if feed.kind is FeedKind.SNAPSHOT and count > 1:
            feed.notes["read_as_delta"] = f"{count} files of one snapshot in this ZIP"
            feed = replace(feed, kind=FeedKind.DELTA)  # noqa: PLW2901
        result.append(feed)
    return result


def _why_delta(layout: Layout, identity: Identity, header: list[str], rules: Rules) -> str | None:
    """Why absence from a file whose layout is a snapshot's means nothing, if so."""
    if identity.file.kind is not FeedKind.SNAPSHOT:
        return None
    if not rules.absent_is_deleted:
        return "`absent_is_deleted: false` of the source"
    position = map_columns(layout, identity.file, header).position
    missing = missing_scope(identity.file, position, identity.constants)
    if not missing:
        return None
    return f"the file lacks {', '.join(missing)}, which would say what it is complete for"


def _open(
    where: str,
    name: str,
    opener: Callable[[], IO[bytes]],
    layout: Layout,
    rules: Rules,
    *,
    file_hash: str,
) -> FileFeed | None:
    """The feed of one table; None when it is not one of the layout."""
    content, header = None, list[str]()
    failure: FeedError | None = None
    identity: Identity | None = None
    try:
        content = inspect(where, opener)
        content, header, identity = _recognised(where, name, layout, content)
    except FeedError as error:
        # the name says which feed this is: let that feed fail, and the others go on
        failure = error
        named = next((f for f in layout.files if f.name_match(name)), None)
        if named is None:
            raise
        identity = Identity(named)
    if identity is None:
        return None
    notes: dict[str, Any] = {
        "file": identity.file.name,
        "recognised_by": identity.by,
        READ_BY: _digest(layout.reading_of(identity.file), identity.constants, rules.set_by_hand()),
    }
    stream: FeedStream
    if failure or content is None:
        stream = FailedStream(failure or _empty(where))
    else:
        stream = FileStream(layout, identity, content, rules, notes)
    if why := None if failure else _why_delta(layout, identity, header, rules):
        notes["read_as_delta"] = why
    return FileFeed(
        feed=Feed(layout.source, identity.file.entity),
        kind=FeedKind.DELTA if why else identity.file.kind,
        stream=stream,
        file_hash=content.sha256 if content else file_hash,
        window=f"{rules.instance}: {where}" if rules.instance else where,
        notes=notes,
        part=tuple(identity.constants.get(column, "") for column in identity.file.scope),
    )


def _digest(layout: str, constants: Mapping[str, str], settings: str) -> str:
    text = "\0".join([layout, repr(sorted(constants.items())), settings])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _recognised(
    where: str, name: str, layout: Layout, content: Content
) -> tuple[Content, list[str], Identity | None]:
    """The content as the format says that fits name and header, its header, and what it is.

    Formats of the files whose name it bears come first; without one that fits, the first says why.
    """
    tried: list[Format] = []
    failure: FeedError | None = None
    header: list[str] = []
    for file in sorted(layout.files, key=lambda file: not file.name_match(name)):
        if file.format in tried:
            continue
        tried.append(file.format)
        table = content.read_as(file.format)
        try:
            header = next(table.rows(), [])
            check_header(where, header)
            identity = identify(where, name, layout, header, file.format)
        except FeedError as error:
            failure = failure or error
            continue
        if identity is not None:
            return table, header, identity
    if failure:
        raise failure
    return content, header, None


def _read(path: Path) -> IO[bytes]:
    return path.open("rb")


class FailedStream:
    """A feed that could not even be opened; reading it raises why."""

    def __init__(self, error: FeedError) -> None:
        self._error = error

    def batches(self) -> Iterator[list[Any]]:
        raise self._error

    def told(self) -> Told:
        """Return that nothing is known."""
        return Told()


def _empty(where: str) -> EmptyFeedError:
    return EmptyFeedError(
        where,
        seen="an empty file",
        expected="a header and at least one row",
        next_step="Ask the vendor whether the export ran; the data of the last file stays.",
    )


def _nothing_known(where: str, layout: Layout, names: list[str]) -> UnreadableFileError:
    known = ", ".join(file.name for file in layout.files)
    return UnreadableFileError(
        where,
        seen=f"no file that the layout {layout.source} knows (found: {', '.join(names) or 'none'})",
        expected=f"one of: {known}",
        next_step=f"Check the delivery's pattern, and the names in {layout.docs}.",
    )
