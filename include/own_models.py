"""dbt models of reports that an installation adds to the project's.

They stand outside the checkout, in folder `models` beside the district files, as .sql and .yml
files: those for all districts there, those of one in `models/<code>`, which the nights of that
district alone read. A night builds them with layer `reporting`, so they may stand on every model,
and what hangs on a report (an index, a policy) may be a `post_hook` of one that stands on it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import yaml

from include.errors import ConfigError

# Where they lie in the project that is built.
PLACE = Path("models/reporting/own")
_KINDS = (".sql", ".yml")
# A contract is for those who change the project's reports; who wants one here says so in the model.
_CONFIG = {"+contract": {"enforced": False}}


def files(own: Path, district: str) -> list[Path]:
    """The files that a night of the district builds."""
    folders = (own, own / district)
    return sorted(path for folder in folders for kind in _KINDS for path in folder.glob(f"*{kind}"))


def names(own: Path, district: str) -> set[str]:
    """The names of the models."""
    return {path.stem for path in files(own, district) if path.suffix == ".sql"}


def mentions(own: Path, district: str, name: str) -> bool:
    """Whether a model says the name: of an index or a policy that its `post_hook` makes, say."""
    said = re.compile(rf"\b{re.escape(name)}\b")
    return any(said.search(path.read_text("utf-8")) for path in files(own, district))


def check(project: Path, own: Path, district: str) -> None:
    """Raise ConfigError for a file that has the name of another model."""
    taken = {path.stem: path for path in (project / "models").rglob("*.sql")}
    for path in files(own, district):
        if path.suffix == ".sql":
            if path.stem in taken:
                raise ConfigError(
                    str(path),
                    seen="the name of a model that is there",
                    expected=f"a name of its own: {_place(taken[path.stem], project)} has it",
                    next_step="Rename the file, for example by a prefix of your district.",
                )
            taken[path.stem] = path


def unread(own: Path, districts: Collection[str]) -> Iterator[ConfigError]:
    """A ConfigError for each file in the folder of own models that no night reads."""
    read = {own, *(own / code for code in districts)}
    for path in sorted(own.rglob("*")):
        if path.is_file() and (path.parent not in read or path.suffix not in _KINDS):
            yield ConfigError(
                str(path),
                seen="a file among own models that no night reads",
                expected=f"{' and '.join(_KINDS)} files: for every district in {own}, of one "
                f"district in the folder of its code there ({', '.join(sorted(districts))})",
                next_step="Move the file there, or away from here.",
            )


def digest_of(own: Path, district: str) -> bytes:
    """A digest of the own models that a night of the district builds."""
    digest = hashlib.sha256()
    for path in files(own, district):
        digest.update(str(path.relative_to(own)).encode())
        digest.update(path.read_bytes())
    return digest.digest()


def add_to(project: Path, home: Path, own: Path, district: str) -> None:
    """Link the files into `home`, a folder in which the project is being put together.

    `home` has no models and no dbt_project.yml yet. Raises ConfigError as `check` does.
    """
    check(project, own, district)
    # file by file: dbt (1.11) does not enter a folder below `models` that is a link
    for path in (project / "models").rglob("*"):
        if path.is_file():
            link = home / path.relative_to(project)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path)
    for path in files(own, district):
        # two folders may each have a properties file of one name
        part = "all" if path.parent == own else path.parent.name
        link = home / PLACE / part / path.name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path)
    (home / "dbt_project.yml").write_text(_settings(project), encoding="utf-8")


def _settings(project: Path) -> str:
    """dbt_project.yml with the settings of own models."""
    settings: dict[str, Any] = yaml.safe_load((project / "dbt_project.yml").read_bytes())
    found = settings
    for name in ("models", settings["name"], "reporting"):
        found = found.setdefault(name, {})
    found[PLACE.name] = _CONFIG
    return yaml.safe_dump(settings, sort_keys=False)


def _place(path: Path, project: Path) -> Path:
    return path.relative_to(project) if path.is_relative_to(project) else path
