"""Run dbt for one district: one layer at a time, in this process.

A district has its own target folder, so districts never collide. After a failure the layer's
results are kept, and the next attempt of the same run resumes with `dbt retry`: only what failed
and what waited for it. What dbt itself writes may quote a row, so only the service user reads it.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include import dbt_outcome
from include.config import ROOT, EdfiSource
from include.connections import Connection
from include.errors import (
    ConfigError,
    FirstbellError,
    TransformError,
    TransformInterruptedError,
)
from include.interrupts import as_keyboard_interrupt

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult

    from include.night import Night

log = logging.getLogger(__name__)

PROJECT = ROOT / "dbt_project"

# In the order in which data flows; each is one task of the DAG `transform`.
LAYERS: dict[str, str] = {
    "seeds": "path:seeds",
    "staging": "path:models/staging",
    "intermediate": "path:models/intermediate",
    "marts": "path:models/marts",
    "risk": "path:models/risk",
    "features": "path:models/features",
    "reporting": "path:models/reporting",
}

# What shows scores: built again whenever they are new.
PREDICTIONS = ("path:models/staging/ml", "rpt_student_predictions", "rpt_model_health",
               "vw_student_risk_scores")  # fmt: skip


@dataclass(frozen=True, slots=True)
class LayerResult:
    """How many nodes of a layer ran, and how they ended."""

    layer: str
    succeeded: int
    warned: int
    resumed: bool


def folder(night: Night) -> Path:
    """Where dbt keeps what it makes for this district."""
    return night.settings.work_dir / "dbt" / night.district.code


def begin(night: Night, *, select: str = "") -> None:
    """Fix which loads the layers of this run see: one state of raw, whatever lands meanwhile.

    A run of some models only (`select`) stands on the state of the last whole run, because the
    tables around those models do.
    """
    from include import landing

    if select and landing.current_intake(night.dsn) is not None:
        return
    intake = landing.fix_intake(night.dsn, night.context)
    log.info(
        "%s: takes in the loads up to %d, without %d under way",
        night.district.code, intake.ceiling, len(intake.under_way),
    )  # fmt: skip


def run_layer(
    night: Night, layer: str, *, select: str = "", full_refresh: bool = False
) -> LayerResult:
    """Build and test one layer; raises TransformError that names what failed."""
    state = folder(night) / "state" / layer
    attempt = _attempt(night, select)
    resume = _failed_before(state, attempt)
    if resume:
        arguments = ["retry", "--state", str(state)]
    else:
        _forget_from(night, layer)
        arguments = [
            "build",
            "--select",
            *_within(LAYERS[layer], select),
            # a test waits for the layer that holds the last model it looks at
            "--indirect-selection",
            "buildable",
            # unit tests judge the code, not tonight's data: tests/dbt runs them
            "--exclude-resource-type",
            "unit_test",
            *(["--full-refresh"] if full_refresh else []),
        ]
    try:
        results = invoke(night, arguments)
    except FirstbellError:
        _keep_results(night, state, attempt)
        raise
    # after anything else nothing is kept: dbt's results then lack what it never reached, and a
    # resumed layer would leave that out
    shutil.rmtree(state, ignore_errors=True)
    if layer == "reporting":
        from include import reporting_access

        reporting_access.warn_if_closed(night.dsn, night.district.code)
    warned = sum(status == "warn" for status in results.values())
    return LayerResult(layer, len(results) - warned, warned, resume)


def publish_predictions(night: Night) -> int:
    """Build the reports that show scores, on the state of the last transformation."""
    done = invoke(
        night,
        ["build", "--select", *PREDICTIONS, "--indirect-selection", "buildable",
         "--exclude-resource-type", "unit_test"],
    )  # fmt: skip
    return len(done)


def write_dictionary(night: Night) -> Path:
    """Write the data dictionary, one self-contained HTML file; returns its path."""
    # a reader sees the models as they are written; compiling all of them and every test is slow
    invoke(night, ["docs", "generate", "--static", "--no-compile"])
    page = night.settings.work_dir / "dictionary" / night.district.code / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    part = page.with_suffix(".part")
    shutil.copyfile(folder(night) / "target" / "static_index.html", part)
    part.replace(page)
    return page


def invoke(night: Night, arguments: list[str]) -> dict[str, str]:
    """Run one dbt command; returns the status of each node by its name.

    Raises TransformError; and as it came what a signal's handler raised meanwhile, once dbt has
    cancelled its queries.
    """
    home = folder(night)
    home.mkdir(parents=True, exist_ok=True)
    # dbt.log and run_results.json may quote a value of a failing row
    home.chmod(0o700)
    # an earlier command's results are not this one's, should it end before it writes its own
    _results(night).unlink(missing_ok=True)
    connection = night.connect(night.district.warehouse_connection)
    options = [
        "--project-dir",
        str(PROJECT),
        "--profiles-dir",
        str(PROJECT),
        "--target-path",
        str(home / "target"),
        "--log-path",
        str(home / "logs"),
        # the console is the task's log: what dbt says there may quote a row
        "--log-level",
        "none",
        "--log-level-file",
        "info",
        # a resumed build takes the variables of the one before
        *([] if arguments[0] == "retry" else ["--vars", json.dumps(_variables(night))]),
    ]
    given = {**_profile_variables(connection), **_run_values(night)}
    with environment(given), as_keyboard_interrupt() as interruption:
        try:
            outcome = _outcome(arguments, options)
        except KeyboardInterrupt:
            # between two commands of dbt nobody catches it
            raise (interruption.cause or KeyboardInterrupt()) from None
    # dbt hands over what it caught, Ctrl-C and a scheduler's time limit too
    if interruption.cause is not None:
        raise interruption.cause
    if outcome.exception is not None and not isinstance(outcome.exception, Exception):
        raise outcome.exception
    ended = dbt_outcome.nodes(outcome.result)
    dbt_outcome.report(log, f"{night.district.code}: dbt {arguments[0]}", ended)
    if outcome.success:
        return {node.name: node.status for node in ended}
    raise _error(night, arguments[0], ended, outcome.exception)


# By command, how the project is parsed for it: a build writes the manifest at its end anyway, and
# a second time costs a second per layer; uncompiled docs read the file but would not write it.
_PARSED_FIRST = {"build": ("--no-write-json",), "docs": ()}


def _outcome(arguments: list[str], options: list[str]) -> dbtRunnerResult:
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    if arguments[0] not in _PARSED_FIRST:
        return dbtRunner().invoke([*arguments, *options])
    parsed = dbtRunner().invoke(["parse", *_PARSED_FIRST[arguments[0]], *options])
    if not isinstance(parsed.result, Manifest):
        return parsed
    return dbtRunner(manifest=parsed.result).invoke([*arguments, *options])


def _error(
    night: Night,
    command: str,
    ended: Sequence[dbt_outcome.Node],
    exception: BaseException | None,
) -> TransformError:
    """What failed, by name. dbt's own message may quote a row, so it stays in dbt's log."""
    where = f"{night.district.code}: dbt {command}"
    seen = dbt_outcome.seen(ended, exception)
    details = folder(night) / "logs" / "dbt.log"
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


def _unreachable(night: Night, error: Exception) -> TransformError:
    """A warehouse that does not even say which loads to take in; its text may hold a password."""
    is_passing = dbt_outcome.is_passing(str(error).removeprefix("connection failed: "))
    kind = TransformInterruptedError if is_passing else TransformError
    return kind(
        f"{night.district.code}: warehouse",
        seen=type(error).__name__,
        expected="a warehouse that answers",
        next_step=f"Check connection {night.district.warehouse_connection} and the server, then "
        "clear the task.",
    )


def _within(layer: str, select: str) -> list[str]:
    """The layer, or the part of it that `select` (dbt's syntax) names."""
    return [f"{layer},{part}" for part in select.split()] or [layer]


def _variables(night: Night) -> dict[str, Any]:
    """What stays the same from night to night: dbt parses everything anew when one changes."""
    edfi = [s for s in night.district.sources.values() if isinstance(s, EdfiSource)]
    return {
        "district_code": night.district.code,
        "school_year_starts_in": night.district.school_year_starts_in,
        "time_zone": night.district.time_zone,
        **({"edfi_exit_date": edfi[0].exit_date} if edfi else {}),
    }


def _run_values(night: Night) -> dict[str, str]:
    """What this run stands on, as macro run_value reads it: its day, and which loads it sees.

    No ceiling in a database that never fixed an intake.
    """
    from psycopg import Error

    from include import landing

    try:
        intake = landing.current_intake(night.dsn)
    except Error as error:
        raise _unreachable(night, error) from None
    values = {"FIRSTBELL_DBT_AS_OF_DATE": night.as_of_date.isoformat()}
    if intake is None:
        return values
    return {
        **values,
        "FIRSTBELL_DBT_LOAD_CEILING": str(intake.ceiling),
        "FIRSTBELL_DBT_LOADS_UNDER_WAY": ",".join(map(str, intake.under_way)),
    }


def _profile_variables(connection: Connection) -> dict[str, str]:
    if not connection.host or not connection.schema:
        raise ConfigError(
            f"connection {connection.conn_id}",
            seen="no host or no schema",
            expected="host, and the district's database as schema",
            next_step="Complete the connection, as .env.example shows.",
        )
    tls = {
        f"FIRSTBELL_DBT_{key.upper()}": str(connection.extra[key])
        for key in ("sslmode", "sslrootcert", "sslcert", "sslkey")
        if connection.extra.get(key)
    }
    return {
        **tls,
        "FIRSTBELL_DBT_HOST": connection.host,
        "FIRSTBELL_DBT_PORT": str(connection.port or 5432),
        "FIRSTBELL_DBT_USER": connection.login or "",
        "FIRSTBELL_DBT_PASSWORD": connection.password or "",
        "FIRSTBELL_DBT_DATABASE": connection.schema,
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables for the time of a `with` block: dbt's profile reads them."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _results(night: Night) -> Path:
    return folder(night) / "target" / "run_results.json"


def _is_of_a_build(results: Path) -> bool:
    """True for results that `dbt retry` may resume; `docs generate` writes the same file."""
    try:
        arguments = json.loads(results.read_text(encoding="utf-8"))["args"]
    except (OSError, ValueError, KeyError):
        return False
    return arguments.get("which") in ("build", "retry")


def _forget_from(night: Night, layer: str) -> None:
    """A fresh build replaces what this layer and the later ones stand on: none may resume."""
    names = list(LAYERS)
    for name in names[names.index(layer) :]:
        state = folder(night) / "state" / name
        if state.exists():
            shutil.rmtree(state)


def _failed_before(state: Path, attempt: Mapping[str, Any]) -> bool:
    """True when an earlier attempt of this very run of the layer failed half-way."""
    try:
        earlier = json.loads((state / "attempt.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(earlier == attempt) and _is_of_a_build(state / "run_results.json")


def _attempt(night: Night, select: str) -> dict[str, Any]:
    """What must be the same for an attempt to go on where an earlier one failed."""
    given = {**_variables(night), **_run_values(night)}
    return {"run_id": night.run_id, "select": select, "variables": given}


def _keep_results(night: Night, state: Path, attempt: Mapping[str, Any]) -> None:
    """Keep dbt's results of this layer: the next layer overwrites them in the target folder."""
    results = _results(night)
    if not _is_of_a_build(results):
        return
    state.mkdir(parents=True, exist_ok=True)
    shutil.move(results, state / "run_results.json")
    (state / "attempt.json").write_text(json.dumps(attempt), encoding="utf-8")
