"""One YAML file per district, validated before any run."""

from __future__ import annotations

import logging
import zoneinfo
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import (
    AnyHttpUrl,
    BeforeValidator,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    field_validator,
)

from include.errors import ConfigError
from include.settings import ROOT, Settings
from include.sources import registry
from include.sources.base import SourceConfig, Strict
from include.wrong_settings import problems

log = logging.getLogger(__name__)


def _configured(value: Any) -> Any:
    """The settings of one source, by its kind."""
    return registry.configured(value) if isinstance(value, Mapping) else value


# Names and codes stand in DAG ids, which `__` divides.
SourceName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$")]
# Each is of the class that its kind names in the registry.
AnySource = Annotated[SourceConfig, BeforeValidator(_configured)]


DistrictCode = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", min_length=2, max_length=41),
]


class OnCrossing(Strict):
    """Which crossings a channel hears of."""

    tiers: list[str] = Field(default=["High Risk"], min_length=1)
    # School ids; unset: all schools of the district.
    schools: list[str] | None = None


Trouble = Literal["failed", "parked", "unmatched", "missing", "late"]


class OnFeed(Strict):
    """Which feeds a channel hears of: those that stand so in rpt_load_health; `late`: schools
    that are late with attendance, in rpt_attendance_submission."""

    statuses: list[Trouble] = Field(default=list(get_args(Trouble)), min_length=1)


class _Channel(Strict):
    connection: str
    # The row of the vendor registry that says what may be sent there.
    recipient: str
    # For one request, from connecting to the last byte of the answer.
    timeout_s: float = Field(default=20, gt=0)
    # Further attempts after a failure that may pass; then the message waits for a person.
    max_attempts: int = Field(default=12, ge=1)
    # Older messages are not sent any more: an alert of last month helps nobody. A ticket's closing
    # is sent at any age.
    max_age_days: int = Field(default=7, ge=1)


class TeamsChannel(_Channel):
    """A Teams channel behind a Workflows webhook; the connection's password is the whole URL."""

    kind: Literal["teams"]
    when: OnCrossing = OnCrossing()
    # The page that a card opens; who may see it decides that page.
    link: AnyHttpUrl | None = None
    # Documented for the older connectors: more than 4 a second or 100 an hour are refused.
    min_gap_s: float = Field(default=0.5, ge=0)
    max_per_hour: int = Field(default=100, ge=1)


class PsaChannel(_Channel):
    """A service desk's REST API; login and password are its API keys."""

    kind: Literal["psa"]
    when: OnFeed = OnFeed()
    min_gap_s: float = Field(default=1.0, ge=0)
    max_per_hour: int = Field(default=600, ge=1)


Channel = Annotated[TeamsChannel | PsaChannel, Field(discriminator="kind")]


class District(Strict):
    """One district: its sources, its time zone, its schedule, its channels."""

    code: DistrictCode
    name: str
    time_zone: str
    # First month of a school year: a date in July 2026 belongs to school year 2027.
    school_year_starts_in: int = Field(default=7, ge=1, le=12)
    schedule: str | None = None
    # When the night must have come to its end, as cron in the district's time zone; without a
    # `schedule` the check runs by hand.
    check_schedule: str = "0 7 * * *"
    # When a model is trained anew, as cron in the district's time zone: once a semester is enough.
    training_schedule: str | None = None
    # Students whom the district can support at one time: a model's precision is told there too.
    support_seats: int | None = Field(default=None, ge=1)
    # Fields of ml.policy.Policy that the district sets itself; checked there, when it trains.
    model_policy: dict[str, Any] = Field(default={})
    # Days after which scores are renewed, when nothing else asks for it.
    predict_every_days: int = Field(default=7, ge=1, le=366)
    # By a name of the district's choice; it stands in DAG ids.
    sources: dict[SourceName, AnySource]
    # Where alerts and tickets go, by a name of the district's choice; none: nothing leaves.
    channels: dict[str, Channel] = Field(default={})

    @field_validator("time_zone")
    @classmethod
    def _known_time_zone(cls, value: str) -> str:
        if value not in zoneinfo.available_timezones():
            raise ValueError(f"{value!r} is not an IANA time zone")
        return value

    @property
    def database(self) -> str:
        """The district's own database; no query can see two districts."""
        return f"firstbell_{self.code}"

    @property
    def warehouse_connection(self) -> str:
        return f"{self.code}_warehouse"


def load_district(path: Path) -> District:
    """Read one district file; raises ConfigError that names the file and the field."""
    try:
        district = District.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise ConfigError(
            str(path),
            seen=problems(error, District),
            expected="a valid district file",
            next_step="Compare with include/districts/grand_bend.yaml.",
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(
            str(path),
            seen=f"not YAML ({error})",
            expected="a YAML mapping in UTF-8",
            next_step="Check the indentation, and how the file was saved.",
        ) from error
    except OSError as error:
        raise ConfigError(
            str(path),
            seen=f"a file that we may not read ({type(error).__name__})",
            expected="a valid district file",
            next_step="Give us the right, or take the file away.",
        ) from error
    if district.code != path.stem:
        raise ConfigError(
            str(path),
            seen=f"code {district.code!r}",
            expected=f"{path.stem!r}, the file's name",
            next_step="Rename the file or change the code.",
        )
    return district


def is_code(name: str) -> bool:
    """Whether a file of this name could be a district's."""
    try:
        TypeAdapter(DistrictCode).validate_python(name)
    except ValidationError:
        return False
    return True


def district_codes() -> set[str]:
    """The codes of all districts: those of the settings, whether their files can be read or not,
    and the samples that come with the project, whose rows stand in its seeds."""
    folders = (Settings().districts_dir, ROOT / "include" / "districts")
    return {path.stem for folder in folders for path in folder.glob("*.yaml")}


def load_districts(folder: Path | None = None) -> dict[str, District]:
    """All districts of a folder by code; default: the one of the settings.

    A file that cannot be read is told and left out: it concerns its district alone.
    """
    found, broken = read_districts(folder)
    for error in broken.values():
        _log_once(str(error))
    return found


def read_districts(
    folder: Path | None = None,
) -> tuple[dict[str, District], dict[str, ConfigError]]:
    """The districts of a folder by code, and by file name what is wrong with the other files."""
    found: dict[str, District] = {}
    broken: dict[str, ConfigError] = {}
    for path in sorted((folder or Settings().districts_dir).glob("*.yaml")):
        try:
            found[path.stem] = load_district(path)
        except ConfigError as error:
            broken[path.stem] = error
    return found, broken


@cache
def _log_once(problem: str) -> None:
    """Log what is wrong with a file that many ask for in one process."""
    log.error("%s", problem)


def get_district(code: str) -> District:
    """One district by code, from its own file alone; raises ConfigError that lists the known ones,
    or says what is wrong with the file."""
    folder = Settings().districts_dir
    known = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    if code not in known:
        raise ConfigError(
            f"district {code!r}",
            seen=f"no {code}.yaml in {folder}",
            expected=f"one of {', '.join(known) or 'none yet'}",
            next_step=f"Add {folder / code}.yaml, or name the folder of yours with"
            " FIRSTBELL_DISTRICTS_DIR.",
        )
    return load_district(known[code])
