"""Build a district's models: one layer at a time, and what hangs on them.

After a failure the layer's results are kept, and the next attempt of the same run resumes with
`dbt retry`: only what failed and what waited for it.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include import day_models, dbt_command, dbt_values
from include.dbt_command import folder, invoke
from include.errors import FirstbellError
from include.sources import registry

if TYPE_CHECKING:
    from include.landing import Scope
    from include.run import Run

log = logging.getLogger(__name__)

# Under which a build stands in the ledger of runs.
STAGE = "transform"

# In the order in which data flows; each is one task of the DAG `transform`.
LAYERS: dict[str, str] = {
    "seeds": "path:seeds",
    "staging": "path:models/staging",
    # three rooms, one call of dbt: each call costs seconds
    "intermediate": "path:models/identity path:models/canonical path:models/intermediate",
    "marts": "path:models/marts",
    "risk": "path:models/risk",
    "features": "path:models/features",
    "reporting": "path:models/reporting",
}

# Tests whose models lie in two layers of which neither stands on the other: no layer by itself
# holds all that they look at. They run with the last one.
ACROSS_LAYERS = "tag:across_layers"

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


def scope_of(run: Run) -> Scope | None:
    """How much a build must renew now; None: the last one stands for this night too.

    Only a whole build that came to its end, on this very project, can be built upon. A run that is
    repeated renews everything: somebody asked for it.
    """
    from include import landing

    last = landing.last_build(run.dsn)
    if (
        last is None
        or last.is_partial
        or not last.is_finished
        or last.fingerprint != fingerprint(run)
        or landing.was_begun(run.dsn, STAGE, run.run_id)
    ):
        return "all"
    is_same_day = last.as_of_date == run.as_of_date
    return "day" if landing.has_changed_since(run.dsn, last.run_id) or not is_same_day else None


def confirm(run: Run) -> None:
    """Let the last build stand for this run's ingests too: nothing has changed since."""
    from include import landing

    _enter(run)
    landing.fix_load_cutoff(run.dsn, run.context)
    finish(run)


def begin(run: Run, *, select: str = "", scope: Scope = "all") -> None:
    """Fix which loads the layers of this run see: one state of raw, whatever lands meanwhile.

    A run of some models only (`select`) stands on the state of the last whole run, because the
    tables around those models do.
    """
    from include import landing

    # in this order: what ended before the build began is then taken in
    _enter(run, scope=scope, is_partial=bool(select))
    if select and landing.current_load_cutoff(run.dsn) is not None:
        return
    cutoff = landing.fix_load_cutoff(run.dsn, run.context)
    log.info(
        "%s: builds %s of %s; takes in the loads up to %d, without %d under way",
        run.district.code, "all" if scope == "all" else "what the day and changed feeds concern",
        run.as_of_date, cutoff.ceiling, len(cutoff.under_way),
    )  # fmt: skip


def _enter(run: Run, *, scope: Scope = "all", is_partial: bool = False) -> None:
    from include import landing

    landing.begin_build(
        run.dsn, STAGE, run.run_id, run.as_of_date,
        fingerprint=fingerprint(run), scope=scope, is_partial=is_partial,
    )  # fmt: skip


def finish(run: Run) -> None:
    """Let this build stand for its night: everything that it was to make is there."""
    from include import landing

    landing.finish_build(run.dsn, STAGE, run.run_id)


def run_layer(run: Run, layer: str, *, select: str = "", full_refresh: bool = False) -> LayerResult:
    """Build and test one layer; raises TransformError that names what failed.

    Raises ConfigError before the seeds are loaded when one of their rows would be misread.
    """
    if layer == "seeds":
        return _run_seeds(run, select, full_refresh)
    return _run(run, layer, select, full_refresh)


def _run_seeds(run: Run, select: str, full_refresh: bool) -> LayerResult:
    """Load the seeds, unless they are as they were loaded and tested last."""
    from include import landing

    dbt_command.check_seeds(run)
    files = list((dbt_command.PROJECT / "seeds").rglob("*.csv"))
    names = [file.stem for file in files]
    project = fingerprint(run)
    # never resumed: a file that was corrected since may be one that had been loaded
    _forget_from(run, "seeds")
    with dbt_values.reached(run):
        stand = not full_refresh and landing.seeds_stand(run.dsn, project, names)
    if stand:
        log.info("%s: the seeds are as they were loaded last", run.district.code)
        return LayerResult("seeds", 0, 0, False)
    with dbt_values.reached(run):
        reshaped = landing.reshaped_seeds(run.dsn, _headers(files))
    if reshaped:
        log.info("%s: seeds with other columns are made anew: %s", run.district.code, reshaped)
        # these alone: what stands on a seed as a view goes with its table
        invoke(run, ["seed", "--full-refresh", "--select", *reshaped], what="seeds")
    result = _run(run, "seeds", select, full_refresh)
    if not select:
        with dbt_values.reached(run):
            landing.remember_seeds(run.dsn, project, names)
    return result


def _headers(files: Iterable[Path]) -> dict[str, list[str]]:
    """The columns of seeds by their names, from the first lines of their files."""
    return {
        file.stem: file.read_text(encoding="utf-8-sig").partition("\n")[0].strip().split(",")
        for file in files
    }


def _run(run: Run, layer: str, select: str, full_refresh: bool) -> LayerResult:
    from include import landing

    state = folder(run) / "state" / layer
    look = None
    scope = dbt_command.scope(run, STAGE)
    if layer == "reporting":
        from include import own_models, reporting_extras, unused

        look = partial(unused.warn, run)
        own, code = run.settings.own_models_dir, run.district.code
        with dbt_values.reached(run):
            reporting_extras.warn(
                run.dsn, code, dbt_command.PROJECT, own_models.names(own, code),
                comes_again=partial(own_models.mentions, own, code),
            )  # fmt: skip
    attempt = {**_attempt(run, select), "scope": scope}
    resume = _failed_before(state, attempt)
    if resume:
        arguments = ["retry", "--state", str(state)]
    else:
        _forget_from(run, layer)
        arguments = [
            "build",
            *selection(layer, select),
            # unit tests judge the code, not tonight's data: tests/dbt runs them
            "--exclude-resource-type",
            "unit_test",
            *(["--full-refresh"] if full_refresh else []),
        ]
    try:
        changed = None
        # a seed that is loaded was changed
        if scope == "day" and layer != "seeds":
            with dbt_values.reached(run):
                changed = landing.changed_tables(run.dsn)
        results = invoke(run, arguments, changed=changed, what=layer, look=look)
    except FirstbellError:
        _keep_results(run, state, attempt)
        raise
    # after anything else nothing is kept: dbt's results then lack what it never reached, and a
    # resumed layer would leave that out
    shutil.rmtree(state, ignore_errors=True)
    if layer == "reporting":
        from include import reporting_access

        reporting_access.warn_if_closed(run.dsn, run.district.code)
        reporting_access.warn_if_logged(run.dsn, run.district.code)
    warned = sum(status == "warn" for status in results.values())
    return LayerResult(layer, len(results) - warned, warned, resume)


def selection(layer: str, select: str = "") -> list[str]:
    """dbt's arguments that name the models of a layer and the tests that run with them."""
    places = [*LAYERS[layer].split(), *([ACROSS_LAYERS] if layer == list(LAYERS)[-1] else [])]
    return [
        "--select",
        *(part for place in places for part in _within(place, select)),
        # a test waits for the layer that holds the last model it looks at
        "--indirect-selection",
        "buildable",
    ]


def publish_predictions(run: Run) -> int:
    """Build the reports that show scores, on the state of the last transformation."""
    done = invoke(
        run,
        ["build", "--select", *PREDICTIONS, "--indirect-selection", "buildable",
         "--exclude-resource-type", "unit_test"],
    )  # fmt: skip
    return len(done)


def write_dictionary(run: Run) -> Path:
    """Write the data dictionary, one self-contained HTML file; returns its path."""
    # a reader sees the models as they are written; compiling all of them and every test is slow
    invoke(run, ["docs", "generate", "--static", "--no-compile"])
    page = run.settings.work_dir / "dictionary" / run.district.code / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    part = page.with_suffix(".part")
    shutil.copyfile(folder(run) / "target" / "static_index.html", part)
    part.replace(page)
    return page


def fingerprint(run: Run) -> str:
    """A digest of the project as this night builds it."""
    return day_models.fingerprint(
        dbt_command.PROJECT,
        dbt_values.lasting_values(run),
        run.settings.own_rows_dir,
        registry.layout_files(),
        models=run.settings.own_models_dir,
        district=run.district.code,
    )


def _within(layer: str, select: str) -> list[str]:
    """The layer, or the part of it that `select` (dbt's syntax) names."""
    return [f"{layer},{part}" for part in select.split()] or [layer]


def _is_of_a_build(results: Path) -> bool:
    """True for results that `dbt retry` may resume; `docs generate` writes the same file."""
    try:
        arguments = json.loads(results.read_text(encoding="utf-8"))["args"]
    except (OSError, ValueError, KeyError):
        return False
    return arguments.get("which") in ("build", "retry")


def _forget_from(run: Run, layer: str) -> None:
    """A fresh build replaces what this layer and the later ones stand on: none may resume."""
    names = list(LAYERS)
    for name in names[names.index(layer) :]:
        state = folder(run) / "state" / name
        if state.exists():
            shutil.rmtree(state)


def _failed_before(state: Path, attempt: Mapping[str, Any]) -> bool:
    """True when an earlier attempt of this very run of the layer failed half-way."""
    try:
        earlier = json.loads((state / "attempt.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(earlier == attempt) and _is_of_a_build(state / "run_results.json")


def _attempt(run: Run, select: str) -> dict[str, Any]:
    """What must be the same for an attempt to go on where an earlier one failed."""
    given = {**dbt_values.lasting_values(run), **dbt_values.run_values(run)}
    return {"run_id": run.run_id, "select": select, "variables": given}


def _keep_results(run: Run, state: Path, attempt: Mapping[str, Any]) -> None:
    """Keep dbt's results of this layer: the next layer overwrites them in the target folder."""
    results = dbt_command.results(run)
    if not _is_of_a_build(results):
        return
    state.mkdir(parents=True, exist_ok=True)
    shutil.move(results, state / "run_results.json")
    (state / "attempt.json").write_text(json.dumps(attempt), encoding="utf-8")
