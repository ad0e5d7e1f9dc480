"""What a source is to the rest of the house: the class that every kind of source derives from.

A kind of source (an SIS, a vendor's files) is a folder beside this file and one line in
registry.py. Nothing else knows which kinds there are: the ingest DAG, the shell, the pools, the
check of a district and the guard of the tiers ask the registry.

A run takes these steps (include/ingest); each may be a process of its own, days later when it is
cleared, so only a `Plan`, which is JSON, goes from one to the next:

    with make(run) as source:  plan = source.plan(ledger)        # once: its checks, how far to read
    names = source.groups()                                      # one task each
    with make(run) as source:                                    # for each group
        for item in source.items(plan, group):
            for reading in source.open(item, plan, ledger):      # then landing reads the stream
    what has no row in the ledger at the end gets one            # `items`, or `outage` without plan

A source knows no database. What earlier loads left behind it asks of a `Ledger`. Watermarks are
text that nobody but the source reads: a change version, a timestamp, the id of an event.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, Self, TypeVar

from pydantic import BaseModel, ConfigDict

from include.connections import Connection
from include.records import DeletePolicy, Feed, FeedKind, FeedStream, Holds, LayoutData

Connect = Callable[[str], Connection]
# The folders of kinds, used or not yet: what the raw tables of each begin with is its own.
KINDS = frozenset(path.parent.name for path in Path(__file__).parent.glob("*/source.py"))
# What `plan` found, as JSON, without a record or a secret: it travels between tasks.
Plan = Mapping[str, Any]


class Strict(BaseModel):
    """Settings that refuse a key they do not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceConfig(Strict):
    """What a district file says of one source; each kind adds its own settings.

    A kind narrows `kind` to its own word: `kind: Literal["files"]`.
    """

    kind: str
    # School years (spring year) that the source may hold; unset: that of the run's as-of date.
    school_years: list[int] | None = None
    delete_policy: DeletePolicy = DeletePolicy()


class Pool(NamedTuple):
    """How many tasks may use the systems of one kind of source in one district at once."""

    slots: int
    description: str


class Ledger(Protocol):
    """What earlier loads of this source wrote down; reading it changes nothing."""

    def watermark(self, feed: Feed) -> str | None:
        """Where the last committed load of the feed ended; None: never, or to be read whole."""
        ...

    def records_held(self, feeds: Iterable[Feed]) -> int:
        """How many records of these feeds are current and not deleted."""
        ...

    def noted(self, raw_name: str, name: str) -> list[Any]:
        """The values that committed loads noted under a name."""
        ...

    def windows_of_last(self, raw_name: str, prefix: str, *, not_of: str) -> set[str]:
        """The windows that begin so, of the newest run besides `not_of` that had some."""
        ...


@dataclass(frozen=True, slots=True)
class SourceRun:
    """One source of a district in one run, and where its systems are."""

    # the source's name in the district file
    name: str
    config: SourceConfig
    district_code: str
    as_of_date: date
    # the spring year of the as-of date
    school_year: int
    school_year_starts_in: int
    run_id: str
    connect: Connect
    # a private folder for working files, of this source alone; may not be there yet
    work_dir: Path
    # read everything again, whatever was loaded before
    full_refresh: bool = False
    # an operator has looked at what was stopped, and lets it in
    release_parked: bool = False
    # names of resources or groups; empty: all (only for sources that `can_read_some`)
    only: tuple[str, ...] = ()
    # which of several sources of one raw name it is; empty: the first, or the only one
    instance: str = ""
    # the district's other sources of this kind, by name
    beside: Mapping[str, SourceConfig] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a group reads: a resource, a table, a file.

    Its feed, kind, window and notes stand in the ledger where it could not even be opened.
    """

    # as an operator knows it; the names of one plan differ
    name: str
    feed: Feed
    kind: FeedKind
    window: str
    notes: Mapping[str, Any] = field(default_factory=dict)
    file_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One feed, opened and not yet read, and what landing must know of it.

    The fields are those of `include.landing.LoadRequest`, where they are explained.
    """

    feed: Feed
    kind: FeedKind
    window: str
    # None: there is nothing to load; the ledger gets a row `skipped` with the notes
    stream: FeedStream | None
    # read once the stream is: a stream may add to them
    notes: Mapping[str, Any] = field(default_factory=dict)
    # of a file: one that is in already, under this window, is not loaded again
    file_hash: str | None = None
    written_at: datetime | None = None
    volatile: frozenset[str] = frozenset()
    is_full_read: bool = False
    is_referred_to: bool = False
    together: frozenset[str] = frozenset()
    needs_rows: bool = False
    holds: Callable[[], Holds | None] | None = None
    # whether the second watermark is older than the first; None: they are not compared
    goes_back: Callable[[str, str], bool] | None = None


C = TypeVar("C", bound=SourceConfig)


class Source(ABC, Generic[C]):
    """One source of a district, bound to one run. A context manager: it closes what it opened.

    Making it asks nothing of any system and imports nothing heavy: the registry is imported by
    every DAG file. Methods import their client themselves. Errors are those of include/errors.py.
    """

    # the word of the district file, and of the pool `<kind>__<district>`
    kind: ClassVar[str]
    # as people call it
    title: ClassVar[str]
    # what stays as of the last good night when it fails, for the message of a failed task
    brings: ClassVar[str]
    config_model: ClassVar[type[SourceConfig]]
    pool: ClassVar[Pool]
    # a system of record: while one of its feeds is behind the others, no tiers are made
    holds_back_tiers: ClassVar[bool]
    # whether a run may ask for some resources or groups only
    can_read_some: ClassVar[bool] = False
    # two of one district would write to the same raw tables
    is_single: ClassVar[bool] = True

    def __init__(self, run: SourceRun) -> None:
        self.run = run

    @property
    def config(self) -> C:
        """What the district file says of it."""
        assert isinstance(self.run.config, self.config_model)
        return self.run.config  # type: ignore[return-value]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back what was opened."""
        return

    # of the kind

    @classmethod
    @abstractmethod
    def feeds(cls) -> Collection[Feed]:
        """Every feed that sources of this kind can bring: each has a raw table from the start."""

    @classmethod
    def layouts(cls, configured: Collection[C] = ()) -> LayoutData:
        """What dbt must know of records that no SQL of their own reads; by default nothing.

        `configured` are the sources of this kind that a district has.
        """
        del configured
        return LayoutData()

    @classmethod
    def layout_files(cls) -> Collection[Path]:
        """The files that say so: a change of one renews the models."""
        return ()

    @classmethod
    def staging_folders(cls, raw_names: Collection[str]) -> set[str]:
        """Folders of dbt's staging that read feeds of these names, beside one of the kind's own."""
        del raw_names
        return set()

    @classmethod
    def dbt_vars(cls, config: C) -> Mapping[str, str]:
        """What the models that read this kind must know of its settings."""
        del config
        return {}

    @classmethod
    def behind(cls, watermarks: Mapping[str, str]) -> set[str]:
        """The entities whose watermark is older than it would be after one whole run.

        For sources that read all of a run up to one point. The others say nothing: what failed or
        was not read stands in the ledger.
        """
        del watermarks
        return set()

    @classmethod
    @abstractmethod
    def raw_name_of(cls, config: C) -> str:
        """What the feeds of a source have before the dot, and its raw tables before `__`."""

    # of one source

    @property
    def raw_name(self) -> str:
        """What its feeds have before the dot."""
        return self.raw_name_of(self.config)

    @abstractmethod
    def check(self) -> None:
        """Raise ConfigError for what its settings or connections lack; ask no system."""

    @abstractmethod
    def reach(self) -> None:
        """Log in once, without a second attempt, and raise what stops us; read no record."""

    @abstractmethod
    def outage(self) -> Item:
        """What stands in the ledger for the whole source when nothing of it could be read."""

    @abstractmethod
    def plan(self, ledger: Ledger) -> Plan:
        """Say what this run reads and how far, after every check that must stop all of it.

        A source of another school year or district, or one that was restored to an older state,
        is refused here, before anything is read. Repeating it is safe.
        """

    @abstractmethod
    def groups(self) -> list[str]:
        """The groups to load, one task each; raises ConfigError for an unknown name in `only`."""

    @abstractmethod
    def items(self, plan: Plan, group: str) -> list[Item]:
        """What a group reads, in the order in which it must be loaded."""

    @abstractmethod
    def open(
        self, item: Item, plan: Plan, ledger: Ledger, *, whole: bool = False
    ) -> Sequence[Reading]:
        """The feeds of an item, not yet read; several for an archive.

        `whole`: read all of it, whatever the watermark; asked for once a stream of changes has
        raised DeltaGapError. A stream of several that cannot be read raises from its `batches()`,
        so that the others load.
        """

    def is_told(self, item: Item, windows: Mapping[Feed, Collection[str]]) -> bool:
        """Whether a run's ledger rows, windows by feed, say what became of an item."""
        return item.feed in windows

    def is_down(self, error: Exception) -> bool:
        """Whether, after this error of one item, no other can be read either."""
        del error
        return False

    def after(self, plan: Plan) -> None:
        """Tidy up once every item of a group was loaded."""
        del plan
