"""Ed-Fi as a source: one ceiling for a run, then its resources group by group."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from include.errors import (
    EmptyFeedError,
    WatermarkError,
    WrongYearError,
)
from include.records import Feed, FeedKind
from include.sources.api import ApiSource
from include.sources.base import Item, Ledger, Plan, Pool, Reading
from include.sources.edfi.config import EdfiConfig

if TYPE_CHECKING:
    from include.sources.edfi.client import Client
    from include.sources.edfi.resources import Resource

log = logging.getLogger(__name__)


class EdfiSource(ApiSource[EdfiConfig, "Client"]):
    """An ODS/API: every resource is read up to the change version that `plan` found, the ceiling.

    A watermark is a change version as text.
    """

    kind = "edfi"
    title = "Ed-Fi"
    brings = "attendance, grades, behavior and programs"
    config_model = EdfiConfig
    pool = Pool(2, "Ed-Fi API: as many tasks at once as its host allows")
    holds_back_tiers = True
    can_read_some = True

    @classmethod
    def feeds(cls) -> Collection[Feed]:
        """One feed for each resource of resources.yaml."""
        from include.sources.edfi.resources import RESOURCES

        return [resource.feed for resource in RESOURCES]

    @classmethod
    def dbt_vars(cls, config: EdfiConfig) -> Mapping[str, str]:
        """Whether an exit date is the last day in."""
        return {"edfi_exit_date": config.exit_date}

    @classmethod
    def behind(cls, watermarks: Mapping[str, str]) -> set[str]:
        """The entities below the highest change version: all of a run share one ceiling."""
        reached = {entity: int(watermark) for entity, watermark in watermarks.items()}
        highest = max(reached.values(), default=0)
        return {entity for entity, version in reached.items() if version < highest}

    @classmethod
    def raw_name_of(cls, config: EdfiConfig) -> str:
        return "edfi"

    def outage(self) -> Item:
        """The resource that a run asks for first stands for the host."""
        from include.sources.edfi.years import DATED

        return self._item(_resource(DATED[0]), window="plan")

    def plan(self, ledger: Ledger) -> Plan:
        """The newest change version now: every resource of the run is read up to it.

        None: the host has no change queries, so everything is read in full. Raises WatermarkError
        when a stored watermark is higher, because then the host was restored or replaced,
        WrongYearError when it holds other school years only, and EmptyFeedError when nothing that
        says a school year is left of what we hold.
        """
        from include.sources.edfi.resources import RESOURCES

        client = self.client
        newest = client.newest_change_version()
        self._check_school_year(client, newest, ledger)
        if newest is None or self.run.full_refresh:
            return {"ceiling": newest}
        for resource in RESOURCES:
            stored = ledger.watermark(resource.feed)
            if stored is not None and int(stored) > newest:
                raise WatermarkError(
                    f"{self.run.district_code}: Ed-Fi {resource.name}",
                    seen=f"newest change version {newest}",
                    expected=f"at least {stored}, which was loaded before",
                    next_step="If the ODS was restored or replaced, run once with full_refresh.",
                )
        return {"ceiling": newest}

    def groups(self) -> list[str]:
        """The groups with a resource that is asked for."""
        from include.sources.edfi.groups import grouped

        return list(grouped(self.run.only))

    def items(self, plan: Plan, group: str) -> list[Item]:
        """The resources of a group that are asked for."""
        from include.sources.edfi.groups import grouped

        return [self._item(resource) for resource in grouped(self.run.only)[group]]

    def open(
        self, item: Item, plan: Plan, ledger: Ledger, *, whole: bool = False
    ) -> Sequence[Reading]:
        """A resource's changes, or all of it where there is no watermark."""
        from include.sources.edfi.groups import together
        from include.sources.edfi.stream import open_stream

        resource, ceiling = _resource(item.name), plan["ceiling"]
        is_delta = not (whole or self.run.full_refresh) and ceiling is not None
        stored = ledger.watermark(resource.feed) if is_delta else None
        since = None if stored is None else int(stored)
        stream = open_stream(self.client, resource, ceiling=ceiling, since=since)
        is_full = since is None
        # nothing at the source deletes nothing, unless an operator has looked and says so
        is_released = is_full and stream.is_empty and self.run.release_parked
        reading = Reading(
            feed=resource.feed,
            kind=FeedKind.SNAPSHOT if is_released else stream.kind,
            window="all" if ceiling is None else f"{0 if since is None else since + 1}..{ceiling}",
            stream=stream,
            volatile=frozenset({"_etag", "_lastModifiedDate"}),
            is_full_read=is_full,
            is_referred_to=resource.referred_to,
            together=together(resource),
            needs_rows=resource.needs_rows,
            holds=stream.holds,
            goes_back=lambda stored, received: int(received) < int(stored),
        )
        return [reading]

    def _item(self, resource: Resource, window: str = "not read") -> Item:
        return Item(resource.name, resource.feed, FeedKind.DELTA, window)

    def connect(self, config: EdfiConfig) -> Client:
        """A client that shares its token with the other tasks of this source."""
        from include.sources.edfi.client import Client

        connection = self.run.connect(config.connection)
        return Client(connection, config, tokens=self.run.work_dir / "tokens")

    def log_in(self, client: Client) -> None:
        """Ask for the newest change version."""
        client.newest_change_version()

    def _check_school_year(self, client: Client, ceiling: int | None, ledger: Ledger) -> None:
        """Refuse an ODS of other school years only, before it replaces what is loaded.

        An ODS of several years may hold the right one among them; one that dates nothing is let in
        with a warning, because a first night may find it so.
        """
        from include.sources.edfi.years import DATED, school_years

        wanted = self.config.school_years or [self.run.school_year]
        found = school_years(client, ceiling, wanted)
        if found & set(wanted):
            return
        where = f"{self.run.district_code}: Ed-Fi at {client.host}"
        if not found:
            dated = [_resource(name).feed for name in DATED]
            held = 0 if self.run.release_parked else ledger.records_held(dated)
            if held:
                raise _nothing_dated(where, held)
            log.warning("%s: no session, grading period or calendar says its school year", where)
            return
        raise WrongYearError(
            where,
            seen=f"records of school year {_listed(found)}",
            expected=f"some of {_listed(wanted)}",
            next_step="Nothing was read. Was the connection, or its ODS, rolled over? If the"
            " district runs on these years, name them in school_years of the district file "
            f"{self.run.district_code}.yaml; for a day of that year set as_of_date.",
        )


def _resource(name: str) -> Resource:
    from include.sources.edfi.resources import RESOURCES

    return next(resource for resource in RESOURCES if resource.name == name)


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
