"""One dbt command for one district, in this process: where it works and how it ends (what it is
told: dbt_values).

    python -m include.dbt_command grand_bend ls --select xwalk_attendance_category+

runs dbt by hand as a night would: with own rows, on the warehouse and the day of the last build.

A district has its own target folder, so districts never collide. What dbt itself writes may quote
a row, so only the service user reads it.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from include import (
    config,
    day_models,
    dbt_outcome,
    dbt_values,
    own_rows,
    seed_rows,
    system_of_record,
)
from include.dbt_pace import unhindered
from include.errors import TransformError, TransformInterruptedError
from include.interrupts import as_keyboard_interrupt
from include.settings import ROOT
from include.sources import registry

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

    from include.landing import Scope
    from include.run import Run

    Look = Callable[[Manifest], None]

log = logging.getLogger(__name__)

PROJECT = ROOT / "dbt_project"


def folder(run: Run) -> Path:
    """Where dbt keeps what it makes for this district."""
    return run.settings.work_dir / "dbt" / run.district.code


def results(run: Run) -> Path:
    """Where it stands how the latest command that failed ended, node by node, for a retry."""
    return folder(run) / "target" / "run_results.json"


def invoke(
    run: Run,
    arguments: list[str],
    *,
    changed: Collection[str] | None = None,
    what: str = "",
    look: Look | None = None,
) -> dict[str, str]:
    """Run one dbt command; returns the status of each node by its name.

    With `changed`, tables in raw that hold new rows, a build leaves out what neither they nor a new
    day concern. A resumed build leaves out what the one before did. `what` names in the log what is
    built. `look` is given the project as parsed for a build that is not resumed.

    Raises TransformError; and as it came what a signal's handler raised meanwhile, once dbt has
    cancelled its queries.
    """
    home = folder(run)
    home.mkdir(parents=True, exist_ok=True)
    # dbt.log and run_results.json may quote a value of a failing row
    home.chmod(0o700)
    # an earlier command's results are not this one's, should it end before it writes its own
    results(run).unlink(missing_ok=True)
    options = [
        *places(run, home),
        # the console is the task's log: what dbt says there may quote a row
        "--log-level",
        "none",
        "--log-level-file",
        "info",
        # a resumed build takes the variables of the one before
        *([] if arguments[0] == "retry" else _vars(run)),
    ]
    with (
        dbt_values.environment(variables(run)),
        unhindered(),
        as_keyboard_interrupt() as interruption,
    ):
        try:
            outcome = _outcome(arguments, options, changed, look)
        except KeyboardInterrupt:
            # between two commands of dbt nobody catches it
            raise (interruption.cause or KeyboardInterrupt()) from None
    # dbt hands over what it caught, Ctrl-C and a scheduler's time limit too
    if interruption.cause is not None:
        raise interruption.cause
    if outcome.exception is not None and not isinstance(outcome.exception, Exception):
        raise outcome.exception
    ended = dbt_outcome.nodes(outcome.result)
    dbt_outcome.report(log, f"{run.district.code}: dbt {arguments[0]} {what}".rstrip(), ended)
    if outcome.success:
        return {node.name: node.status for node in ended}
    _keep_for_a_retry(run, outcome)
    raise _error(run, arguments[0], ended, outcome.exception)


def _keep_for_a_retry(run: Run, outcome: dbtRunnerResult) -> None:
    from dbt.artifacts.schemas.run import RunExecutionResult

    if isinstance(outcome.result, RunExecutionResult):
        outcome.result.write(str(results(run)))


# dbt's own way in; as a module (-m) it warns of itself
_DBT = "from dbt.cli.main import cli; cli(prog_name='dbt')"


def by_hand(run: Run, arguments: Sequence[str]) -> int:
    """Run dbt as a person asks for it, on a terminal; returns its exit code.

    In a folder of its own: a night may be at work.
    """
    home = folder(run) / "by_hand"
    home.mkdir(parents=True, exist_ok=True)
    folder(run).chmod(0o700)
    options = [*places(run, home), *_vars(run)]
    with dbt_values.environment(variables(run)):
        done = subprocess.run(
            [sys.executable, "-c", _DBT, *arguments, *options],
            check=False,
        )
    return done.returncode


def check_seeds(run: Run) -> None:
    """Raise ConfigError for rows of seeds that this district's night would misread."""
    own, code = run.settings.own_rows_dir, run.district.code
    seed_rows.check(
        PROJECT,
        config.district_codes(),
        own,
        district=code,
        names=seed_rows.known_names(run.district.sources.values()),
    )
    if seed := seed_rows.seeds(PROJECT).get(system_of_record.NAME):
        used = dbt_values.systems_of_record(dbt_values.raw_names(run))
        system_of_record.check(seed, own, code, used)


def places(run: Run, home: Path) -> list[str]:
    """dbt's options that say where the project is and where dbt writes."""
    settings = run.settings
    project = own_rows.project_with(
        PROJECT, settings.own_rows_dir, settings.own_models_dir, home / "project", run.district.code
    )
    return [
        "--project-dir",
        str(project),
        "--profiles-dir",
        str(PROJECT),
        "--target-path",
        str(home / "target"),
        "--log-path",
        str(home / "logs"),
    ]


def _vars(run: Run) -> list[str]:
    return ["--vars", json.dumps(dbt_values.lasting_values(run))]


def variables(run: Run) -> dict[str, str]:
    """The environment in which dbt runs for this night."""
    own = run.settings.own_rows_dir
    return {
        **dbt_values.profile_values(run.connect(run.district.warehouse_connection)),
        **dbt_values.run_values(run),
        # no part of run_values: a run resumes on code that was corrected meanwhile
        "FIRSTBELL_DBT_CODE_VERSION": day_models.code_version(
            PROJECT,
            dbt_values.lasting_values(run),
            own,
            registry.layout_files(),
            district=run.district.code,
        ),
    }


# By command, how the project is parsed for it and what it writes. A manifest costs half a second
# per layer: nobody reads that of a build, and uncompiled docs read the file but would not write it.
_PARSED_FIRST = {"build": ("--no-write-json",), "docs": ()}


def _outcome(
    arguments: list[str], options: list[str], changed: Collection[str] | None, look: Look | None
) -> dbtRunnerResult:
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    if arguments[0] not in _PARSED_FIRST:
        return dbtRunner().invoke([*arguments, *options])
    parsed = dbtRunner().invoke(["parse", *_PARSED_FIRST[arguments[0]], *options])
    if not isinstance(parsed.result, Manifest):
        return parsed
    if look is not None:
        look(parsed.result)
    excluded = [] if changed is None else day_models.leave_out(parsed.result, changed)
    return dbtRunner(manifest=parsed.result).invoke(
        [*arguments, *excluded, *_PARSED_FIRST[arguments[0]], *options]
    )


def _error(
    run: Run,
    command: str,
    ended: Sequence[dbt_outcome.Node],
    exception: BaseException | None,
) -> TransformError:
    """What failed, by name. dbt's own message may quote a row, so it stays in dbt's log."""
    where = f"{run.district.code}: dbt {command}"
    seen = dbt_outcome.seen(ended, exception)
    details = folder(run) / "logs" / "dbt.log"
    if dbt_outcome.is_disk_full(ended, exception):
        return TransformError(
            where,
            seen=f"the warehouse's disk is full; {seen}",
            expected="room for the models",
            next_step="Free space there, then clear the task: it resumes with what failed.",
        )
    if dbt_outcome.was_interrupted(ended, exception):
        return TransformInterruptedError(
            where,
            seen=f"the warehouse broke off or was locked; {seen}",
            expected="a warehouse that answers",
            next_step=f"It is tried again by itself. If it stays so, read {details}, see to the "
            "warehouse (is it up, has its disk room?), then clear the task.",
        )
    return TransformError(
        where,
        seen=seen,
        expected="every model and test to succeed",
        next_step=f"Read {details}, correct, then clear the task: it resumes with what failed.",
    )


def scope(run: Run, stage: str) -> Scope:
    """How much the build of this run renews, as it was settled at its beginning."""
    from include import landing

    with dbt_values.reached(run):
        return landing.scope_of_run(run.dsn, stage, run.run_id)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run dbt by hand for a district; exits as dbt does."""
    import argparse
    from dataclasses import replace
    from datetime import UTC, date, datetime

    from include import landing
    from include.errors import FirstbellError
    from include.run import Run, day_asked_for, today

    parser = argparse.ArgumentParser(
        prog="python -m include.dbt_command",
        description="dbt for one district, as its nights run it",
    )
    parser.add_argument("district")
    parser.add_argument("--as-of", type=date.fromisoformat, help="default: day of the last build")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="of dbt, with its options")
    options = parser.parse_args(arguments)
    if not options.command:
        parser.error("say what dbt is to do, e.g. ls")
    try:
        district = config.get_district(options.district)
        now = datetime.now(UTC)
        run = Run(district, today(district, now), "by hand")
        if options.as_of:
            day_asked_for(district, options.as_of, now, last_day=run.settings.last_day)
        check_seeds(run)
        with dbt_values.reached(run):
            last = landing.last_build(run.dsn)
        day = options.as_of or (last.as_of_date if last else run.as_of_date)
        sys.exit(by_hand(replace(run, as_of_date=day), options.command))
    except FirstbellError as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
