"""Layout files: include/layouts/<vendor>.yaml, and those of one's own beside the districts'."""

from __future__ import annotations

import logging
from functools import cache, lru_cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from include.errors import ConfigError
from include.settings import Settings
from include.sources.files.layouts import FileLayout, Layout
from include.wrong_settings import Place, problems

log = logging.getLogger(__name__)

FOLDER = Path(__file__).resolve().parents[2] / "layouts"

# In C where PyYAML was built with it: a tenth of the time.
_SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_layout(path: Path) -> Layout:
    """Read one layout; raises ConfigError that names the file and the field."""
    return _layout_of(path, path.read_text(encoding="utf-8"))


# Of one text there is one layout: a process asks for all of them several times for each command of
# dbt, and to judge one takes a hundred times as long as to read it.
@lru_cache(maxsize=128)
def _layout_of(path: Path, text: str) -> Layout:
    try:
        values = yaml.load(text, Loader=_SAFE)
        if isinstance(values, dict):
            values.pop("definitions", None)  # only a place for YAML anchors
        layout = Layout.model_validate(values)
    except (ValidationError, yaml.YAMLError) as error:
        raise ConfigError(
            f"layout {path.name}",
            seen=_problems(error),
            expected="a valid layout",
            next_step="See docs/add-an-assessment.md; compare with include/layouts/star.yaml.",
        ) from error
    if layout.source != path.stem:
        raise ConfigError(
            f"layout {path.name}",
            seen=f"source {layout.source!r}",
            expected=f"{path.stem!r}, the file's name",
            next_step="Rename the file or change `source`.",
        )
    return layout


def load_layouts(folder: Path | None = None) -> dict[str, Layout]:
    """All layouts by vendor; default: those that `layout_files` finds.

    An own layout that cannot be read is told and left out: it concerns who uses it alone, and
    `get_layout` says there what is wrong.
    """
    found = {}
    for name, path in layout_files(folder).items():
        try:
            found[name] = load_layout(path)
        except ConfigError as error:
            if path.parent in (folder, FOLDER):
                raise
            _log_once(path, str(error))
    return found


@cache
def _log_once(path: Path, problem: str) -> None:
    """Log what is wrong with a layout, which many ask for in one process."""
    log.error("%s", problem)


def layout_files(folder: Path | None = None) -> dict[str, Path]:
    """The layout files by vendor: of a folder, or those of include/layouts and one's own.

    One's own stand beside the district files, and win over one of the same name.
    """
    folders = [folder] if folder else [FOLDER, Settings().own_layouts_dir]
    found = {path.stem: path for place in folders for path in sorted(place.glob("*.yaml"))}
    return dict(sorted(found.items()))


def get_layout(name: str, folder: Path | None = None) -> Layout:
    """One layout by name; raises ConfigError that lists the known ones, or says what is wrong."""
    known = layout_files(folder)
    if name not in known:
        own = Settings().own_layouts_dir
        raise ConfigError(
            f"layout {name!r}",
            seen=f"no such file in {folder or f'include/layouts or {own}'}",
            expected=f"one of {', '.join(known) or 'none yet'}",
            next_step="Correct `layout` in the district file, or add the layout.",
        )
    return load_layout(known[name])


def _problems(error: ValidationError | yaml.YAMLError) -> str:
    if isinstance(error, yaml.YAMLError):
        return f"not YAML ({error})"
    return problems(error, Layout, _where_it_belongs)


def _where_it_belongs(place: Place) -> str | None:
    """Where a key belongs that stands at another place, if anywhere."""
    *above, key = place
    if not above and key in FileLayout.model_fields:
        return "a key of each entry of `files`"
    if above and key in Layout.model_fields:
        return "a key of the layout, beside `files`"
    return None
