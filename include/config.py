"""Typed settings: the environment, and one YAML file per district, validated before any run."""

from __future__ import annotations

import zoneinfo
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import (
    AnyHttpUrl,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from include.errors import ConfigError

ROOT = Path(__file__).resolve().parent.parent
DISTRICTS = Path(__file__).resolve().parent / "districts"


class Settings(BaseSettings):
    """Settings of this installation, from variables named FIRSTBELL_*."""

    model_config = SettingsConfigDict(env_prefix="FIRSTBELL_", extra="ignore")

    # A server where the districts' databases live; unset: the embedded Postgres of the demo.
    pg_url: SecretStr | None = None
    # Where files are staged while a feed is read.
    work_dir: Path = ROOT / ".runtime" / "work"
    # District files of one's own, instead of those in include/districts.
    districts_dir: Path = DISTRICTS
    code_version: str = "unknown"
    # Where people read docs/ of this repository; messages and DAG pages then link to runbooks.
    docs_url: str | None = None

    @property
    def own_rows_dir(self) -> Path:
        """Rows of one's own for the seeds: with the district files, so that who finds the one finds
        the other."""
        return self.districts_dir / "seeds"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DeletePolicy(_Strict):
    """How much one load may delete: more than both numbers of a pair is parked until released."""

    max_rows: int = Field(default=50, ge=0)
    max_pct: float = Field(default=10.0, ge=0, le=100)
    # A small feed never reaches the first pair, however much of it is gone.
    small_max_rows: int = Field(default=5, ge=0)
    small_max_pct: float = Field(default=50.0, ge=0, le=100)
    # A feed that others refer to (schools, calendars, sessions); its last record is parked as well.
    referred_max_rows: int = Field(default=1, ge=0)
    referred_max_pct: float = Field(default=10.0, ge=0, le=100)


class EdfiSource(_Strict):
    """An Ed-Fi ODS/API."""

    kind: Literal["edfi"]
    connection: str
    page_size: int = Field(default=500, ge=1, le=500)
    paging: Literal["auto", "cursor", "offset"] = "auto"
    use_snapshot: bool = False
    # How many requests run at once; the ODS/API shares one token among them.
    threads: int = Field(default=2, ge=1, le=16)
    # For connecting, and between two pieces of an answer.
    timeout_s: float = Field(default=60, gt=0)
    # For a whole answer, however slowly it drips.
    deadline_s: float = Field(default=300, gt=0)
    # The greatest size of one answer, unpacked.
    max_answer_mb: int = Field(default=64, ge=1)
    max_attempts: int = Field(default=6, ge=1)
    # Ed-Fi says the exit date is the last day in; some hosts store the first day out.
    exit_date: Literal["inclusive", "exclusive"] = "inclusive"
    # School years (spring year) of which the ODS must hold one; unset: that of the as-of date.
    school_years: list[int] | None = None
    delete_policy: DeletePolicy = DeletePolicy()


class SftpDelivery(_Strict):
    """Files fetched from an SFTP server; the host key stands in the connection."""

    kind: Literal["sftp"]
    connection: str
    path: str
    pattern: str


class FolderDelivery(_Strict):
    """Files dropped into a folder; the connection's extra `path` names it."""

    kind: Literal["folder"]
    connection: str
    path: str = "."
    pattern: str


class FileSource(_Strict):
    """Files of a vendor, read by a layout of include/layouts."""

    kind: Literal["files"]
    layout: str
    delivery: Annotated[SftpDelivery | FolderDelivery, Field(discriminator="kind")]
    # School years (spring year) that this feed may hold; unset: the year of the run's as-of date.
    school_years: list[int] | None = None
    # The greatest size of a ZIP's files together, unpacked.
    max_unpacked_mb: int = Field(default=8192, ge=1)
    # How many times its packed size a ZIP, or a member of it, may have when unpacked. Wide tables
    # of empty columns come to 45, with quotes to 105 (bzip2: 350); a ZIP bomb to 1,000 and more.
    max_unpack_ratio: int = Field(default=400, ge=1)
    # What the files say of the district, by column of the layout's `owner`; other rows are refused.
    # Unset: as the files loaded before say it.
    owner: dict[str, list[str]] = {}
    # Where the layout says that an export is complete for what its rows name, a test that a newer
    # one lacks is deleted. False: this delivery comes in parts, and absence means nothing.
    absent_is_deleted: bool = True
    delete_policy: DeletePolicy = DeletePolicy()


Source = Annotated[EdfiSource | FileSource, Field(discriminator="kind")]


class OnCrossing(_Strict):
    """Which crossings a channel hears of."""

    tiers: list[str] = Field(default=["High Risk"], min_length=1)
    # School ids; unset: all schools of the district.
    schools: list[str] | None = None


Trouble = Literal["failed", "parked", "unmatched", "missing", "late"]


class OnFeed(_Strict):
    """Which feeds a channel hears of: those that stand so in rpt_load_health; `late`: schools
    that are late with attendance, in rpt_attendance_submission."""

    statuses: list[Trouble] = Field(default=list(get_args(Trouble)), min_length=1)


class _Channel(_Strict):
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


class District(_Strict):
    """One district: its sources, its time zone, its schedule, its channels."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{1,40}$")
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
    model_policy: dict[str, Any] = {}
    # Days after which scores are renewed, when nothing else asks for it.
    predict_every_days: int = Field(default=7, ge=1, le=366)
    sources: dict[str, Source]
    # Where alerts and tickets go, by a name of the district's choice; none: nothing leaves.
    channels: dict[str, Channel] = {}

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
        problems = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors()
        )
        raise ConfigError(
            str(path),
            seen=problems,
            expected="a valid district file",
            next_step="Compare with include/districts/grand_bend.yaml.",
        ) from error
    except yaml.YAMLError as error:
        raise ConfigError(
            str(path),
            seen=f"not YAML ({error})",
            expected="a YAML mapping",
            next_step="Check the indentation.",
        ) from error
    if district.code != path.stem:
        raise ConfigError(
            str(path),
            seen=f"code {district.code!r}",
            expected=f"{path.stem!r}, the file's name",
            next_step="Rename the file or change the code.",
        )
    return district


def district_codes() -> set[str]:
    """The codes of all districts: those of the settings, whether their files can be read or not,
    and the samples that come with the project, whose rows stand in its seeds."""
    folders = (Settings().districts_dir, ROOT / "include" / "districts")
    return {path.stem for folder in folders for path in folder.glob("*.yaml")}


def load_districts(folder: Path | None = None) -> dict[str, District]:
    """All districts of a folder by code; default: the one of the settings."""
    folder = folder or Settings().districts_dir
    return {path.stem: load_district(path) for path in sorted(folder.glob("*.yaml"))}


def get_district(code: str) -> District:
    """One district by code; raises ConfigError that lists the known ones."""
    folder = Settings().districts_dir
    districts = load_districts(folder)
    if code not in districts:
        raise ConfigError(
            f"district {code!r}",
            seen=f"no {code}.yaml in {folder}",
            expected=f"one of {', '.join(districts) or 'none yet'}",
            next_step=f"Add {folder / code}.yaml, or name the folder of yours with"
            " FIRSTBELL_DISTRICTS_DIR.",
        )
    return districts[code]
