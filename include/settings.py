"""Typed settings of this installation, from the environment."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from include.errors import ConfigError
from include.wrong_settings import problems

ROOT = Path(__file__).resolve().parent.parent
DISTRICTS = Path(__file__).resolve().parent / "districts"


class Settings(BaseSettings):
    """Settings of this installation, from variables named FIRSTBELL_*.

    Raises ConfigError for a variable that holds no such value.
    """

    model_config = SettingsConfigDict(env_prefix="FIRSTBELL_", extra="ignore")

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise ConfigError(
                "the environment",
                seen=problems(error, type(self), name=_variable),
                expected="values as .env.example explains them",
                next_step="Correct the variable, or take it away.",
            ) from None

    # A server where the districts' databases live; unset: the embedded Postgres of the demo.
    pg_url: SecretStr | None = None
    # Where files are staged while a feed is read.
    work_dir: Path = ROOT / ".runtime" / "work"
    # District files of one's own, instead of those in include/districts.
    districts_dir: Path = DISTRICTS
    code_version: str = "unknown"
    # Where people read docs/ of this repository; messages and DAG pages then link to runbooks.
    docs_url: str | None = None

    # The newest day that a run may be for, where days are simulated; unset: today in the district.
    last_day: date | None = None

    @property
    def own_rows_dir(self) -> Path:
        """Rows of one's own for the seeds: with the district files, so that who finds the one finds
        the other."""
        return self.districts_dir / "seeds"

    @property
    def own_models_dir(self) -> Path:
        """Reports of one's own, with the district files for the same reason."""
        return self.districts_dir / "models"

    @property
    def own_layouts_dir(self) -> Path:
        """Layouts of one's own, with the district files for the same reason."""
        return self.districts_dir / "layouts"


def _variable(setting: str) -> str:
    return f"FIRSTBELL_{setting.upper()}"
