"""PowerSchool as a source: whose it is and which year, then its tables group by group."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from include.errors import (
    ConfigError,
    EmptyFeedError,
    WrongDistrictError,
    WrongYearError,
)
from include.records import Feed, FeedKind
from include.sources.api import ApiSource
from include.sources.base import Item, Ledger, Plan, Pool, Reading
from include.sources.powerschool.config import PowerSchoolConfig

if TYPE_CHECKING:
    from include.sources.powerschool.client import Client
    from include.sources.powerschool.tables import Table

log = logging.getLogger(__name__)

# YEARID 31 is 2021-22
YEARS_BEFORE = 1991
PAGE = "docs/sources/powerschool.md"


class PowerSchoolSource(ApiSource[PowerSchoolConfig, "Client"]):
    """A PowerSchool SIS: tables with a moment by their changes, the others whole.

    A watermark is a cursor of cursor.py as text.
    """

    kind = "powerschool"
    title = "PowerSchool"
    brings = "attendance, grades, behavior and programs"
    config_model = PowerSchoolConfig
    # requests keep a distance, so more tasks would only wait for each other
    pool = Pool(1, "PowerSchool API: one task at a time, it serves its own people too")
    holds_back_tiers = True
    can_read_some = True

    @classmethod
    def feeds(cls) -> Collection[Feed]:
        """One feed for each table of tables.yaml."""
        from include.sources.powerschool.tables import TABLES

        return [table.feed for table in TABLES]

    @classmethod
    def raw_name_of(cls, config: PowerSchoolConfig) -> str:
        del config
        return "powerschool"

    def outage(self) -> Item:
        """The terms, which a run asks for first, stand for the whole."""
        return self._item(_table("terms"), window="plan")

    def plan(self, ledger: Ledger) -> Plan:
        """From which school year on rows are read.

        Raises WrongDistrictError when the token is another district's, WrongYearError when
        PowerSchool has other school years only, and EmptyFeedError when no term is left of those
        that we hold.
        """
        client = self.client
        self._check_district(client)
        first = self.config.first_school_year
        starts = self.run.school_year_starts_in
        plan = {
            "first_yearid": 0 if first is None else first - YEARS_BEFORE,
            "first_day": "1900-01-01" if first is None else date(first - 1, starts, 1).isoformat(),
            "log_type": self.config.discipline_log_type,
        }
        self._check_school_year(client, plan, ledger)
        return plan

    def groups(self) -> list[str]:
        """The groups with a table that is asked for."""
        return list(self._grouped())

    def items(self, plan: Plan, group: str) -> list[Item]:
        """The tables of a group that are asked for."""
        del plan
        return [self._item(table) for table in self._grouped()[group]]

    def open(
        self, item: Item, plan: Plan, ledger: Ledger, *, whole: bool = False
    ) -> Sequence[Reading]:
        """What changed in a table, or all of it: without a cursor, or when a whole read is due."""
        from include.sources.powerschool.cursor import Cursor, goes_back
        from include.sources.powerschool.references import together
        from include.sources.powerschool.stream import PowerSchoolStream

        table = _table(item.name)
        stored = None if whole or self.run.full_refresh else ledger.watermark(table.feed)
        since = Cursor.parse(stored) if stored is not None else None
        stream = PowerSchoolStream(self.client, table, plan, today=self.run.as_of_date, since=since)
        # nothing at the source deletes nothing, unless an operator has looked and says so
        is_released = not stream.is_delta and stream.is_empty and self.run.release_parked
        return [
            Reading(
                feed=table.feed,
                kind=FeedKind.SNAPSHOT if is_released else stream.kind,
                window=f"since {stored}" if stream.is_delta else "all",
                stream=stream,
                volatile=table.moments,
                is_full_read=not stream.is_delta,
                is_referred_to=table.referred_to,
                together=together(table),
                needs_rows=table.needs_rows,
                holds=stream.holds,
                goes_back=goes_back,
            )
        ]

    def _grouped(self) -> dict[str, list[Table]]:
        """The tables by group; `only` names tables or groups, empty means all."""
        from include.sources.powerschool.tables import GROUPS, read_by

        wanted, tables = set(self.run.only), read_by(self.config.discipline)
        unknown = wanted - {table.name for table in tables} - set(GROUPS)
        if unknown:
            raise ConfigError(
                "parameter resources",
                seen=f"unknown: {', '.join(sorted(unknown))}",
                expected="names of PowerSchool tables that are read here (students) or of groups "
                f"({', '.join(GROUPS)})",
                next_step="Correct the parameter and run again.",
            )
        found: dict[str, list[Table]] = {group: [] for group in GROUPS}
        for table in tables:
            if not wanted or table.name in wanted or table.group in wanted:
                found[table.group].append(table)
        return {group: chosen for group, chosen in found.items() if chosen}

    def _item(self, table: Table, window: str = "not read") -> Item:
        return Item(table.name, table.feed, FeedKind.DELTA, window)

    def connect(self, config: PowerSchoolConfig) -> Client:
        """A client that shares its token with the other tasks of this source."""
        from include.sources.powerschool.client import Client

        connection = self.run.connect(config.connection)
        return Client(connection, config, tokens=self.run.work_dir / "tokens")

    def log_in(self, client: Client) -> None:
        """Ask whose PowerSchool it is; raises WrongDistrictError for another district's."""
        self._check_district(client)

    def _check_district(self, client: Client) -> None:
        """Refuse a token of another district, before its children are taken for ours."""
        found = client.district_number()
        if found == self.config.district_number:
            return
        raise WrongDistrictError(
            f"{self.run.district_code}: PowerSchool at {client.host}",
            seen=f"district number {found[:20]!r}",
            expected=f"{self.config.district_number!r}, as the district file says",
            next_step="Nothing was read. Check host and credentials of connection "
            f"{self.config.connection}, and `district_number` of {self.run.district_code}.yaml: "
            f"PowerSchool shows it under District Info. See {PAGE}#access.",
        )

    def _check_school_year(self, client: Client, plan: Plan, ledger: Ledger) -> None:
        """Refuse a PowerSchool of other school years only, before it replaces what is loaded."""
        from include.records import Upsert
        from include.sources.powerschool.stream import PowerSchoolStream

        terms = _table("terms")
        stream = PowerSchoolStream(client, terms, plan, today=self.run.as_of_date, since=None)
        found = {
            int(str(change.payload["yearid"])) + YEARS_BEFORE
            for batch in stream.batches()
            for change in batch
            if isinstance(change, Upsert) and "yearid" in change.payload
        }
        wanted = self.config.school_years or [self.run.school_year]
        if found & set(wanted):
            return
        where = f"{self.run.district_code}: PowerSchool at {client.host}"
        if not found:
            held = 0 if self.run.release_parked else ledger.records_held([terms.feed])
            if held:
                raise _no_terms(where, held)
            log.warning("%s: no term says its school year", where)
            return
        raise WrongYearError(
            where,
            seen=f"terms of school year {_listed(found)}",
            expected=f"some of {_listed(wanted)}",
            next_step="Nothing was read. Has the district set up the new year's terms? If it runs "
            "on these years, name them in school_years of the district file "
            f"{self.run.district_code}.yaml; for a day of that year set as_of_date.",
        )


def _table(name: str) -> Table:
    from include.sources.powerschool.tables import TABLES

    return next(table for table in TABLES if table.name == name)


def _no_terms(where: str, held: int) -> EmptyFeedError:
    return EmptyFeedError(
        where,
        seen=f"no term, we hold {held}",
        expected="some: a school year has begun, and PowerSchool keeps it",
        next_step="Nothing was read. Ask the district's PowerSchool administrator what became of "
        "the terms. If they were really removed, run once with full_refresh and release_parked.",
    )


def _listed(years: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(years)))
