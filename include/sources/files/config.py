"""What a district file says of files that a vendor delivers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from include.sources.base import SourceConfig, Strict


class SftpDelivery(Strict):
    """Files fetched from an SFTP server; the host key stands in the connection."""

    kind: Literal["sftp"]
    connection: str
    path: str
    pattern: str


class FolderDelivery(Strict):
    """Files dropped into a folder; the connection's extra `path` names it."""

    kind: Literal["folder"]
    connection: str
    path: str = "."
    pattern: str


class FilesConfig(SourceConfig):
    """Files of a vendor, read by a layout of include/layouts or of one's own.

    `school_years` are the only ones.
    """

    kind: Literal["files"] = "files"
    layout: str
    delivery: Annotated[SftpDelivery | FolderDelivery, Field(discriminator="kind")]
    # The greatest size of one file as it lies there.
    max_file_mb: int = Field(default=8192, ge=1)
    # For a listing, and for one whole file, however slowly it drips.
    deadline_s: float = Field(default=1800, gt=0)
    # The greatest size of a ZIP's files together, unpacked.
    max_unpacked_mb: int = Field(default=8192, ge=1)
    # How many times its packed size a ZIP, or a member of it, may have when unpacked. Wide tables
    # of empty columns come to 45, with quotes to 105 (bzip2: 350); a ZIP bomb to 1,000 and more.
    max_unpack_ratio: int = Field(default=400, ge=1)
    # What the files say of the district, by column of the layout's `owner`; other rows are refused.
    # Unset: as the files loaded before say it.
    owner: dict[str, list[str]] = Field(default={})
    # Where the layout says that an export is complete for what its rows name, a test that a newer
    # one lacks is deleted. False: this delivery comes in parts, and absence means nothing.
    absent_is_deleted: bool = True
