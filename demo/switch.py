"""Change a demo district's SIS: what docs/changing-the-sis.md has a district do, step by step.

What was done is kept, so that a change that was cut short goes on where it stood.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from rich.console import Console

from demo import airflow, comparison, own_files, sources, startup
from demo.comparison import Tiers
from demo.districts import DemoDistrict
from demo.progress import Watch
from demo.runtime import Runtime
from include import ingest
from include.config import District, get_district
from include.errors import ConfigError
from include.orchestration import ids, pools
from include.sources import registry

_KEPT = "switch"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the SIS of one demo district, from a day on."""

    runtime: Runtime
    district: str
    shown: DemoDistrict

    @property
    def command(self) -> str:
        return f"make switch DISTRICT={self.district}"

    @property
    def old(self) -> str:
        return self.shown.kinds[0]

    @property
    def new(self) -> str:
        return self.shown.kinds[1]

    @property
    def titles(self) -> tuple[str, str]:
        """What people call the two systems."""
        return registry.SOURCES[self.old].title, registry.SOURCES[self.new].title

    def done_on(self) -> str | None:
        """The first day of the new system, once the old one is gone."""
        kept = self._kept()
        return str(kept["day"]) if kept.get("is_done") else None

    def begin(self, dsn: str) -> tuple[date, Tiers]:
        """The first day of the new system, and the tiers of that day as the old one told them."""
        self._prepare_next()
        kept = self._kept()
        if not kept:
            day, before = self.shown.played_to(self.runtime), comparison.read(dsn)
            if before is None or before.day != day.isoformat():
                raise ConfigError(
                    self.command,
                    seen=f"tiers of {before.day if before else 'no day yet'}",
                    expected=f"those of {day}, to compare with",
                    next_step=f"Run `make night DISTRICT={self.district} AS_OF={day}` first.",
                )
            kept = {"day": day.isoformat(), "before": before.kept(), "is_done": False}
            self._keep(kept)
        return date.fromisoformat(kept["day"]), Tiers(**kept["before"])

    def add(self, api: airflow.Api, day: date) -> None:
        """Start the new system beside the old one, and make it the record from that day on."""
        settings = self._prepare_next()(self.runtime)
        own_files.add_source(self.runtime, self.district, self.new, settings)
        own_files.hand_over(self.runtime, self.district, self.old, self.new, day)
        district, given = get_district(self.district), self.shown.prepare(self.runtime)
        processes = startup.processes(self.runtime)
        ports = {name: int(port) for name, port in self.runtime.read("ports").items()}
        sources.start_systems(processes, district, given, ports)
        sources.wait(processes, district, given, ports)
        for name, slots, description in pools.of(district):
            api.create_pool(name, slots, description)
        api.read_again(set(ids.dags_of(district)))

    def remove_old(self, api: airflow.Api) -> None:
        """Take the old system out of the district file, and stop it."""
        own_files.remove_source(self.runtime, self.district, self.old)
        startup.processes(self.runtime).stop(f"{self.old}-{self.district}")
        api.read_again(set(ids.dags_of(get_district(self.district))))
        self._keep({**self._kept(), "is_done": True, "before": None})

    def _prepare_next(self) -> Callable[[Runtime], dict[str, object]]:
        if self.shown.prepare_next is None:
            raise ConfigError(
                self.command,
                seen="a district of which one student system tells",
                expected="one of which two do",
                next_step="Leave DISTRICT out: the demo's own district has two.",
            )
        return self.shown.prepare_next

    def _kept(self) -> dict[str, Any]:
        return dict(self.runtime.read(_KEPT).get(self.district) or {})

    def _keep(self, values: dict[str, Any]) -> None:
        self.runtime.write(_KEPT, {**self.runtime.read(_KEPT), self.district: values})


def run(
    out: Console, change: Change, api: airflow.Api, dsn: str, watch: Callable[[], Watch]
) -> None:
    """Add the new system, run the night of its first day, compare, and let the old one go.

    Raises what kept that night from its tiers; then nothing is let go, and a second call goes on.
    """
    day, before = change.begin(dsn)
    old, new = change.titles
    out.print(f"{new} is made ready: the district's own children, days, marks and incidents")
    change.add(api, day)
    out.print(f"[green]✓[/] {new} serves the same district beside {old}, as its record from {day}")
    night = watch()
    failure = night.night(day)
    if behind := half_loaded(change, dsn):
        raise failure or behind
    if not night.is_transformed and failure:
        raise failure
    after = comparison.read(dsn)
    if after is None or after.day != day.isoformat():
        raise failure or ConfigError(
            change.command,
            seen=f"tiers of {after.day if after else 'no day'}",
            expected=f"those of {day}",
            next_step="See the night above, then run `make switch` again: it goes on from here.",
        )
    comparison.show(out, before, after, change.titles)
    for system, (earlier, later) in comparison.record(dsn, day).items():
        out.print(
            f"Attendance that counts, told by {registry.SOURCES[system].title}:"
            f" {earlier:,} events before {day}, {later:,} since"
        )
    change.remove_old(api)
    out.print(f"[green]✓[/] {old} is out of the district file and has stopped; its records stay")


def half_loaded(change: Change, dsn: str) -> ConfigError | None:
    """Why tiers wait, if they do."""
    district: District = get_district(change.district)
    found = ingest.half_loaded(district, dsn)
    if not found:
        return None
    return ConfigError(
        change.command,
        seen="; ".join(map(str, found)),
        expected="a whole load",
        next_step="See the night above, then run `make switch` again: it goes on from here.",
    )
