"""Watch a night in Airflow: what runs, for how long, how many rows; a line per finished task."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psycopg
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner
from rich.table import Table

from demo.airflow import AirflowDownError, Api
from include.bind import ingest_stage, source_names
from include.config import District
from include.errors import ConfigError
from include.orchestration.callbacks import reason_in
from include.orchestration.ids import DagName
from include.orchestration.stages import STAGES

ENDED = {"success", "failed"}


@dataclass(frozen=True, slots=True)
class Chain:
    """What is triggered, and what follows by itself: stage -> the task that announces it, where."""

    started: tuple[str, ...]
    following: Mapping[str, tuple[str, tuple[str, ...]]]

    @property
    def stages(self) -> tuple[str, ...]:
        return (*self.started, *self.following)

    def within(self, has: Collection[str]) -> Chain:
        """The part of the chain that a district has."""
        return Chain(
            started=tuple(stage for stage in self.started if file_of(stage) in has),
            following={stage: how for stage, how in self.following.items() if stage in has},
        )


def night_of(sources: Collection[str]) -> Chain:
    """The chain of a night that begins with the ingests of these sources."""
    ingests = tuple(ingest_stage(name) for name in sources)
    return Chain(
        started=ingests,
        following={
            "transform": ("done", ingests),
            "predict": ("done", ("transform",)),
            "send_alerts": ("done", ("transform",)),
            "open_tickets": ("ended", ingests),
            "dictionary": ("done", ("transform",)),
        },
    )


TRAINING = Chain(started=("train",), following={"predict": ("done", ("train",))})
# Tasks that only order the others: nothing to tell a reader.
PLUMBING = {
    "groups", "wait_for_ingests", "is_there_anything_new", "is_it_due", "done", "ended",
}  # fmt: skip
RETRIES = "up_for_retry"
TASK_ENDED = {"success", "failed", "upstream_failed", "skipped", "removed"}
# A look is two calls, whatever the stages.
LOOK_SECONDS = 2.0
# A night never takes that long; a stuck one must not keep a terminal forever.
PATIENCE_SECONDS = 3600.0
# How long Airflow may be away within a night: what has ended is started again (demo/keeper.py).
DOWN_SECONDS = 180.0
# Of how many failed tasks the reason is asked for.
MOST_REASONS = 5


@dataclass
class Watch:
    """A chain of stages of one district, from the trigger to the last stage."""

    api: Api
    out: Console
    district: District
    dsn: str
    # the stages that the district has
    has: Collection[str] = tuple(STAGES)
    # the parts of Airflow that do not run right now
    ended: Callable[[], Collection[str]] = tuple
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _told: set[tuple[str, str, int, int]] = field(default_factory=set)
    _runs: dict[str, list[str]] = field(default_factory=dict)
    # what the last look has seen: of a DAG and run, its state and its tasks
    _states: dict[tuple[str, str], str] = field(default_factory=dict)
    _tasks_seen: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    _failures: list[ConfigError] = field(default_factory=list)
    _chain: Chain = field(default_factory=lambda: TRAINING)
    _began: float = 0.0
    # what is away, and since when
    _away: dict[str, float] = field(default_factory=dict)

    def night(self, as_of: date | None) -> ConfigError | None:
        """Trigger all ingests and follow them to the last stage.

        Returns the first failure: one source's does not stop the rest of the night.
        """
        day = as_of.isoformat() if as_of else "today"
        return self._run(
            night_of(source_names(self.district)), as_of, f"The night of {day}", "the night"
        )

    @property
    def is_transformed(self) -> bool:
        """Whether the last chain's transformation did not fail."""
        return all(failure.where != self._dag("transform") for failure in self._failures)

    def training(self, as_of: date) -> ConfigError | None:
        """Train a model on what was known on that day, and follow its first predictions."""
        return self._run(TRAINING, as_of, f"A model for {as_of.isoformat()}", "the training")

    def _run(self, chain: Chain, as_of: date | None, title: str, what: str) -> ConfigError | None:
        conf = {"as_of_date": as_of.isoformat()} if as_of else {}
        self._began = self.clock()
        self._chain, self._runs, self._failures = chain.within(self.has), {}, []
        self._states, self._tasks_seen = {}, {}
        before = {(run["dag_id"], run["dag_run_id"]) for run in self.api.runs(self._dags())}
        for stage in self._chain.started:
            self._runs[stage] = [self.api.trigger(self._dag(stage), conf)]
        self.out.print(f"\n[bold]{title}[/], district {self.district.code}")
        if self.out.is_terminal:
            with Live(console=self.out, refresh_per_second=8, transient=True) as live:
                self._follow(before, lambda: live.update(self._picture()))
        else:
            self._follow(before, lambda: None)
        sign = "[red]✗[/]" if self._failures else "[green]✓[/]"
        self.out.print(f"{sign} {what} took {self.clock() - self._began:.0f} s")
        return self._failures[0] if self._failures else None

    def _follow(self, before: set[tuple[str, str]], show: Callable[[], None]) -> None:
        """Follow what we started, then what that started in turn."""
        for stage in self._chain.stages:
            if not self._is_expected(stage):
                continue
            while True:
                states = self._look(stage, before, show)
                if states and set(states) <= ENDED:
                    if "failed" in states:
                        self._report_failure(stage)
                    if stage == "transform":
                        self._report_held_back()
                    break
                self._patience(stage)
                self.sleep(LOOK_SECONDS)

    def _look(
        self, stage: str, before: set[tuple[str, str]], show: Callable[[], None]
    ) -> list[str]:
        """The states of a stage's runs, once what has ended is told; none while Airflow is away."""
        try:
            self._see(before)
            states = [self._states[run] for run in self._runs_of(stage) if run in self._states]
            self._tell_all()
            show()
        except AirflowDownError:
            self._note_away({"Airflow", *self.ended()})
            return []
        self._note_away(set(self.ended()))
        return states

    def _see(self, before: set[tuple[str, str]]) -> None:
        """Ask for the night's runs, then for their tasks: of an ended run all tasks have ended."""
        found = [
            (run["dag_id"], run["dag_run_id"], run["state"]) for run in self.api.runs(self._dags())
        ]
        self._states = {(dag, run): state for dag, run, state in found}
        for later in self._chain.following:
            # two ingests send two events: the second run finds nothing new and skips
            self._runs[later] = [
                run for dag, run, _ in found if dag == self._dag(later) and (dag, run) not in before
            ]
        runs = sorted({run for ids in self._runs.values() for run in ids})
        self._tasks_seen = {}
        for task in self.api.tasks(self._dags(), runs):
            self._tasks_seen.setdefault((task["dag_id"], task["dag_run_id"]), []).append(task)

    def _note_away(self, names: set[str]) -> None:
        """Say what is away and what is back; raises ConfigError for what stays away."""
        for name in sorted(names - set(self._away)):
            self._away[name] = self.clock()
            self.out.print(f"  [yellow]–[/] {name} does not run; it is started again")
        for name in sorted(set(self._away) - names):
            del self._away[name]
            self.out.print(f"  [green]✓[/] {name} runs again")
        for name, since in self._away.items():
            if self.clock() - since > DOWN_SECONDS:
                raise ConfigError(
                    f"demo: {name}",
                    seen=f"not running for {self.clock() - since:.0f} s",
                    expected="it to come back",
                    next_step="Read .runtime/logs (keeper.log says what was started again);"
                    " `make down` and `make demo` start over, and the night may run again.",
                )

    def _is_expected(self, stage: str) -> bool:
        """Whether a stage before has announced itself; what failed or was skipped starts none."""
        if stage in self._chain.started:
            return True
        announcer, before = self._chain.following[stage]
        # a stage that itself never ran announces nothing
        ran = [earlier for earlier in before if earlier in self._runs]
        done = [t for s in ran for t in self._tasks(s) if t["task_id"] == announcer]
        return any(task["state"] == "success" for task in done)

    def _report_held_back(self) -> None:
        """Say why the transformation left the tiers as they were, if it did."""
        done = [t for t in self._tasks("transform") if t["task_id"] == "done"]
        states = {task["state"] for task in done}
        if "skipped" not in states or "success" in states:
            return
        broken = self._half_loaded()
        why = "; ".join(broken) or "nothing was new"
        self.out.print(
            f"  [yellow]–[/] {'transform':<19} the last good tiers stay: {escape(why)}."
            " See docs/runbooks/transform.md"
        )

    def _half_loaded(self) -> list[str]:
        from include import ingest

        try:
            return [str(behind) for behind in ingest.half_loaded(self.district, self.dsn)]
        except psycopg.Error:
            return []

    def _report_failure(self, stage: str) -> None:
        failure = self._failure(stage)
        self._failures.append(failure)
        self.out.print(f"  [red]✗[/] {escape(str(failure))}")

    def _tell_all(self) -> None:
        for stage in self._runs:
            for task in self._tasks(stage):
                self._tell(stage, task)

    def _tell(self, stage: str, task: dict[str, Any]) -> None:
        """One line when a task has ended, or an attempt of it."""
        mark = (task["dag_run_id"], task["task_id"], task["map_index"], task["try_number"])
        if mark in self._told:
            return
        if task["state"] == RETRIES:
            self._told.add(mark)
            self._tell_retry(stage, task)
            return
        if task["state"] not in TASK_ENDED:
            return
        self._told.add(mark)
        if task["state"] not in ("success", "failed") or task["task_id"] in PLUMBING:
            return
        sign = "[green]✓[/]" if task["state"] == "success" else "[red]✗[/]"
        seconds = f"{task['duration']:.1f} s" if task["duration"] else ""
        self.out.print(f"  {sign} {_shown(stage, task)} {seconds:>8}  {self._rows(task)}")

    def _tell_retry(self, stage: str, task: dict[str, Any]) -> None:
        """Say why an attempt failed, when the next one starts and how long the night may take."""
        number, most = task["try_number"], task["max_tries"] + 1
        index = f"/mapped/{task['map_index']}" if task["map_index"] >= 0 else ""
        url = (
            f"{self.api.base}/dags/{task['dag_id']}/runs/{task['dag_run_id']}"
            f"/tasks/{task['task_id']}{index}"
        )
        why = self._reason(task) or "no reason of ours in its log"
        wait = _minutes(self.api.longest_wait(task))
        left = _minutes(self._began + PATIENCE_SECONDS - self.clock())
        said = (
            f"{_label(task)} failed (try {number} of {most}): {why}. Next try within {wait};"
            f" the night's limit is in {left}. Log: {url}"
        )
        self.out.print(f"  [yellow]–[/] {_words(stage):<19} {escape(said)}")

    def _reason(self, task: dict[str, Any]) -> str | None:
        """What broke, as our tasks leave it in their log; None where they left nothing."""
        try:
            told = [reason_in(message) for message in self.api.log_of(task)]
        except AirflowDownError:
            raise
        except ConfigError:  # a log that is gone, or that this user may not read
            return None
        return next((reason for reason in reversed(told) if reason), None)

    def _rows(self, task: dict[str, Any]) -> str:
        """What the task returned, if it is a count of rows or models."""
        if task["task_id"] != "load":
            return ""
        path = (
            f"/dags/{task['dag_id']}/dagRuns/{task['dag_run_id']}"
            f"/taskInstances/{task['task_id']}/xcomEntries"
        )
        found = self.api.get(path, map_index=task["map_index"], xcom_key="return_value")
        if not found["xcom_entries"]:
            return ""
        entry = self.api.get(f"{path}/return_value", map_index=task["map_index"], deserialize=True)
        value = entry.get("value")
        if not isinstance(value, dict) or "seen" not in value:
            return ""
        rejected = f", {value['rejected']:,} rejected" if value["rejected"] else ""
        return f"{value['seen']:>8,} rows read, {value['written']:>8,} written{rejected}"

    def _picture(self) -> Table:
        """What runs now."""
        table = Table.grid(padding=(0, 2))
        for stage in self._runs:
            for task in self._tasks(stage):
                if task["state"] == "running":
                    table.add_row(Spinner("dots"), _words(stage), escape(_label(task)))
        total = self._landed()
        table.add_row(
            "", f"{self.clock() - self._began:.0f} s", f"{total:,} rows in raw" if total else ""
        )
        return table

    def _landed(self) -> int:
        """Rows in raw by the ledger; 0 before the first load."""
        try:
            with psycopg.connect(self.dsn, connect_timeout=5) as connection:
                found = connection.execute(
                    "select coalesce(sum(rows_new + rows_changed), 0) from ops.loads"
                ).fetchone()
        except psycopg.Error:
            return 0
        return int(found[0]) if found else 0

    def _failure(self, stage: str) -> ConfigError:
        failed = [t for t in self._tasks(stage) if t["state"] == "failed"]
        # a host that is down fails many tasks for one reason
        reasons = dict.fromkeys(self._reason(task) for task in failed[:MOST_REASONS])
        why = "; ".join(reason for reason in reasons if reason)
        url = f"{self.api.base}/dags/{self._dag(stage)}/runs/{self._runs[stage][-1]}"
        return ConfigError(
            f"{self._dag(stage)}",
            seen=f"failed: {', '.join(map(_label, failed))}" + (f" ({why})" if why else ""),
            expected="every task to succeed",
            next_step=f"See {url} and docs/runbooks/{file_of(stage)}.md;"
            " clearing the task is safe.",
        )

    def _patience(self, stage: str) -> None:
        if self.clock() - self._began > PATIENCE_SECONDS:
            raise ConfigError(
                self._dag(stage),
                seen=f"not finished after {PATIENCE_SECONDS:.0f} s",
                expected="an end",
                next_step=f"Look at {self.api.base}.",
            )

    def _dag(self, stage: str) -> str:
        file, _, source = stage.partition("__")
        return str(DagName(file, self.district.code, source))

    def _dags(self) -> list[str]:
        return [self._dag(stage) for stage in self._chain.stages]

    def _runs_of(self, stage: str) -> list[tuple[str, str]]:
        return [(self._dag(stage), run) for run in self._runs.get(stage, ())]

    def _tasks(self, stage: str) -> list[dict[str, Any]]:
        return [task for run in self._runs_of(stage) for task in self._tasks_seen.get(run, ())]


def _label(task: dict[str, Any]) -> str:
    """load [attendance], marts, …"""
    mapped = task.get("rendered_map_index")
    return f"{task['task_id']} [{mapped}]" if mapped else str(task["task_id"])


def _minutes(seconds: float) -> str:
    """Seconds below a minute, else minutes, rounded up."""
    return f"{seconds:.0f} s" if seconds < 60 else f"{math.ceil(seconds / 60)} min"


def file_of(stage: str) -> str:
    """The DAG file of a stage."""
    return stage.partition("__")[0]


def _words(stage: str) -> str:
    """ingest map_growth, transform, …"""
    return stage.replace("__", " ")


def _shown(stage: str, task: dict[str, Any]) -> str:
    """A stage and its task, in columns."""
    return f"{_words(stage):<19} {escape(f'{_label(task):<24}')}"
