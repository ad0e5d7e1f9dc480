"""Files of a vendor as a source: fetched whole, then loaded one after the other."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include import errors
from include.errors import FirstbellError, UnreachableError
from include.records import LEFT_ALONE, Feed, FeedKind
from include.sources.base import KINDS, Item, Ledger, Plan, Pool, Reading, Source, SourceRun
from include.sources.files.config import FilesConfig, SftpDelivery

if TYPE_CHECKING:
    from include.records import LayoutData
    from include.sources.files.layouts import Layout
    from include.sources.files.local import LocalFile

log = logging.getLogger(__name__)

# Longer than a run reads without a new attempt (2 hours), shorter than to the next night.
_LEFT_OVER_AFTER_S = 12 * 3600
# Where the ledger tells of a delivery whose layout cannot be read: nobody knows its feeds.
_OF_UNKNOWN_FEEDS = "files"


class FilesSource(Source[FilesConfig]):
    """A delivery: files of one layout in one place. It has one group, named as the source.

    `plan` fetches the files, `items` are the files, the oldest first; a feed of them has no
    watermark. The copies hold students' names: they are deleted when all are loaded, and those of
    a failed run by a later one.
    """

    kind = "files"
    title = "Files"
    brings = "test results"
    config_model = FilesConfig
    pool = Pool(2, "file deliveries of assessment vendors")
    holds_back_tiers = False
    is_single = False

    def __init__(self, run: SourceRun) -> None:
        super().__init__(run)
        self._fetched: dict[str, LocalFile] | None = None

    @classmethod
    def feeds(cls) -> Collection[Feed]:
        """Every feed of every layout."""
        from include.sources.files.layout_folders import load_layouts

        return {feed for layout in load_layouts().values() for feed in layout.feeds}

    @classmethod
    def layouts(cls, configured: Collection[FilesConfig] = ()) -> LayoutData:
        """What the layouts say of results.

        Of one that nobody could read, or that a configured source names and is not there, what
        stood stays.
        """
        from include.sources.files.as_data import as_data
        from include.sources.files.layout_folders import layout_files, load_layouts

        known = load_layouts()
        named = {*layout_files(), *map(cls.raw_name_of, configured)}
        return as_data(known.values(), named - set(known) - KINDS)

    @classmethod
    def layout_files(cls) -> Collection[Path]:
        """Those of include/layouts and of one's own."""
        from include.sources.files.layout_folders import layout_files

        return layout_files().values()

    @classmethod
    def staging_folders(cls, raw_names: Collection[str]) -> set[str]:
        """`layouts` for files whose `results` say what they hold, else one named as the layout.

        Of a name without a readable layout `layouts` reads what the layout said when it was one.
        """
        from include.sources.files.layout_folders import load_layouts

        known = load_layouts()
        return {
            folder
            for name in set(raw_names) - KINDS
            for folder in (
                {"layouts" if file.results else name for file in known[name].files}
                if name in known
                else {"layouts"}
            )
        }

    @classmethod
    def raw_name_of(cls, config: FilesConfig) -> str:
        """The layout's name; that of another kind is none, and what failed is not that kind's."""
        return f"{cls.kind}__{config.layout}" if config.layout in KINDS else config.layout

    def check(self) -> None:
        """Raise ConfigError for a layout that cannot be read, or a connection that lacks a part."""
        from include.sources.files import folder, sftp
        from include.sources.files.layout_folders import get_layout

        get_layout(self.config.layout)
        delivery = self.config.delivery
        connection = self.run.connect(delivery.connection)
        if isinstance(delivery, SftpDelivery):
            sftp.check(connection)
            return
        with folder.connect(connection, delivery.path):
            return

    def reach(self) -> None:
        """Raise what stops us from seeing the delivery; nothing is fetched."""
        from include.sources.files.fetch import look

        connection = self.run.connect(self.config.delivery.connection)
        look(self.config, connection, beside=self._patterns_beside())

    def outage(self) -> Item:
        """The first feed of the layout stands for the delivery."""
        return self._item(f"delivery {self.config.delivery.pattern}", None)

    def plan(self, ledger: Ledger) -> Plan:
        """Copy the delivered files to the work folder of this run; says what lies there.

        Raises ConfigError for a layout that cannot be read, before anything is fetched.
        """
        from include.sources.files.layout_folders import get_layout

        get_layout(self.config.layout)
        fetched = self._fetch()
        if not fetched:
            log.warning("%s: nothing was delivered; what was loaded before stays", self.run.name)
        self._fetched = {file.name: file for file in fetched}
        return {"files": [_described(file) for file in fetched]}

    def groups(self) -> list[str]:
        """One: the files must be loaded in their order."""
        return [self.run.name]

    def items(self, plan: Plan, group: str) -> list[Item]:
        """The files, oldest first; without any, the delivery itself, to be noted as empty."""
        return [self._item(file["name"], file) for file in plan["files"]] or [self.outage()]

    def open(
        self, item: Item, plan: Plan, ledger: Ledger, *, whole: bool = False
    ) -> Sequence[Reading]:
        """The tables of a file; nothing to load where its layout, or the vendor, says so."""
        from include.sources.files.layout_folders import get_layout
        from include.sources.files.reader import not_read, open_feeds

        del whole  # a file is always read whole
        layout = get_layout(self.config.layout)
        if not plan["files"]:
            return [_nothing(item, {"files_delivered": 0})]
        file = self._file(item, plan)
        if file.refused:
            raise file.refused
        if why := not_read(file, layout):
            reason = why.get(file.name, "no member of it is read")
            log.info("%s is left alone: %s", file.name, reason)
            return [_nothing(item, {LEFT_ALONE: reason, "not_read": why}, file)]
        feeds = open_feeds(
            file,
            self.config,
            self.run.school_year,
            as_of_date=self.run.as_of_date,
            school_year_starts_in=self.run.school_year_starts_in,
            learned=ledger.noted(layout.source, "owner"),
            instance=self.run.instance,
            is_released=self.run.release_parked,
        )
        self._mention_gone(
            ledger, layout.source, f"{item.window}!", {feed.window: feed.notes for feed in feeds}
        )
        return [
            Reading(
                feed=feed.feed,
                kind=feed.kind,
                window=feed.window,
                stream=feed.stream,
                notes=feed.notes,
                file_hash=feed.file_hash,
                written_at=file.modified_at,
                together=frozenset(known.entity for known in layout.feeds),
            )
            for feed in feeds
        ]

    def is_told(self, item: Item, windows: Mapping[Feed, Collection[str]]) -> bool:
        """Whether a row is of this file or of a member of it, whatever its feed."""
        told = [window for found in windows.values() for window in found]
        return any(w == item.window or w.startswith(f"{item.window}!") for w in told)

    def after(self, plan: Plan) -> None:
        """Delete the copies."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def folder(self) -> Path:
        """Where the files wait while this run reads them."""
        run = "".join(c if c.isalnum() else "-" for c in self.run.run_id)
        return self.run.work_dir / run

    def _layout(self) -> Layout | None:
        from include.sources.files.layout_folders import load_layouts

        return load_layouts().get(self.config.layout)

    def _item(self, name: str, file: Mapping[str, str] | None) -> Item:
        """A file, or the delivery, under the feed that its name speaks of, else the first."""
        layout = self._layout()
        files = layout.files if layout else []
        known = next((f for f in files if file and f.name_match(name)), files[0] if files else None)
        instance = self.run.instance
        return Item(
            name=name,
            feed=Feed(self.raw_name, known.entity if known else _OF_UNKNOWN_FEEDS),
            kind=known.kind if known else FeedKind.SNAPSHOT,
            window=f"{instance}: {name}" if instance else name,
            file_hash=(file["sha256"] or None) if file else None,
        )

    def _patterns_beside(self) -> list[str]:
        """The patterns of all deliveries that lie in the same place, this one's too."""
        here = self.config.delivery
        others = [s.delivery for s in self.run.beside.values() if isinstance(s, FilesConfig)]
        place = (here.connection, here.path)
        return [d.pattern for d in [here, *others] if (d.connection, d.path) == place]

    def _fetch(self) -> list[LocalFile]:
        from include.sources.files.fetch import fetch

        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _delete_left_over(self.folder)
        connection = self.run.connect(self.config.delivery.connection)
        return fetch(self.config, connection, self.folder, beside=self._patterns_beside())

    def _file(self, item: Item, plan: Plan) -> LocalFile:
        """The copy that `plan` made; fetched again when the copies are gone."""
        with contextlib.suppress(FileNotFoundError):
            os.utime(self.folder)  # in use: see _delete_left_over
        if self._fetched is None:
            described: list[dict[str, str]] = plan["files"]
            if all("refused" in file or Path(file["path"]).exists() for file in described):
                files = [_local(file) for file in described]
            else:
                files = self._fetch()
            self._fetched = {file.name: file for file in files}
        if item.name not in self._fetched:
            raise UnreachableError(
                f"{self.config.delivery.connection}: {item.name}",
                seen="neither our copy nor the vendor's file is there any more",
                expected="the file that this run fetched",
                next_step="Clear the task `plan` with downstream: it fetches what lies there now.",
            )
        return self._fetched[item.name]

    def _mention_gone(
        self, ledger: Ledger, raw_name: str, prefix: str, notes: Mapping[str, dict[str, Any]]
    ) -> None:
        """Warn of members that the ZIP of this name had when it was read last; their data stays."""
        last = ledger.windows_of_last(raw_name, prefix, not_of=self.run.run_id)
        gone = sorted(window.removeprefix(prefix) for window in last - set(notes))
        if not gone:
            return
        log.warning("%s: no longer in it: %s", prefix.removesuffix("!"), ", ".join(gone))
        for noted in notes.values():
            noted["members_gone"] = gone


def _nothing(item: Item, notes: Mapping[str, Any], file: LocalFile | None = None) -> Reading:
    return Reading(
        feed=item.feed,
        kind=item.kind,
        window=item.window,
        stream=None,
        notes={**item.notes, **notes},
        file_hash=file.sha256 if file else None,
        written_at=file.modified_at if file else None,
    )


def _delete_left_over(folder: Path) -> None:
    """Delete what failed runs left behind: it holds students' names, and a rerun fetches its own.

    Another run may still be reading: a folder goes when it has not been used for a while.
    """
    for other in folder.parent.glob("*"):
        with contextlib.suppress(FileNotFoundError):  # its own run was faster
            if other != folder and time.time() - other.stat().st_mtime > _LEFT_OVER_AFTER_S:
                shutil.rmtree(other, ignore_errors=True)


def _described(file: LocalFile) -> dict[str, str]:
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


def _local(described: Mapping[str, str]) -> LocalFile:
    from include.sources.files.local import LocalFile

    return LocalFile(
        path=Path(described["path"]),
        name=described["name"],
        sha256=described["sha256"],
        modified_at=datetime.fromisoformat(described["modified_at"]),
        refused=_refused(described),
    )


def _refused(described: Mapping[str, str]) -> FirstbellError | None:
    """Why a described file was not fetched."""
    if "refused" not in described:
        return None
    kind: type[FirstbellError] = getattr(errors, described["refused"])
    return kind(
        described["where"],
        seen=described["seen"],
        expected=described["expected"],
        next_step=described["next_step"],
    )
