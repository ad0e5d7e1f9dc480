"""Files dropped into a folder: the connection names the root, the district file a place in it."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from include.connections import Connection
from include.errors import AuthenticationError, ConfigError, UnreachableError, UnreadableFileError
from include.sources.files.local import shown
from include.sources.files.remote import MAX_ENTRIES, RemoteFile, Target, copy_blocks, too_many

_NEVER = datetime.fromtimestamp(0, UTC)  # of what is not fetched, nobody asks


@contextmanager
def connect(connection: Connection, path: str) -> Iterator[Folder]:
    """The folder `path` below the connection's extra `path`; it cannot lead out of that root."""
    root = connection.extra.get("path")
    if not isinstance(root, str) or not root:
        raise ConfigError(
            f"connection {connection.conn_id}",
            seen="no `path` in its extra",
            expected='{"path": "/the/drop/folder"}',
            next_step="Add the folder to the connection.",
        )
    base = Path(root).resolve()
    folder = (base / path.lstrip("/")).resolve()
    if not folder.is_relative_to(base):
        raise ConfigError(
            f"connection {connection.conn_id}",
            seen=f"the delivery path {path!r}, which leads out of the connection's folder",
            expected="a path inside it",
            next_step="Correct `path` in the district file, or remove the link.",
        )
    if not folder.is_dir():
        raise UnreachableError(
            f"{connection.conn_id}: {path}",
            seen="no such folder",
            expected="the folder where the files are dropped",
            next_step="Create it or correct `path`; is the drive mounted?",
        )
    yield Folder(base, folder, connection.conn_id)


class Folder:
    """Files of one folder. A link that leads out of the root is refused, never followed."""

    def __init__(self, base: Path, folder: Path, conn_id: str) -> None:
        self._base, self._folder, self._conn_id = base, folder, conn_id

    def list(self) -> list[RemoteFile]:
        """Regular files, and links to regular files inside the root."""
        try:
            paths = sorted(islice(self._folder.iterdir(), MAX_ENTRIES + 1))
        except PermissionError as error:
            raise self._denied() from error
        if len(paths) > MAX_ENTRIES:
            raise too_many(f"{self._conn_id}: {self._folder.name}")
        return [file for path in paths if (file := self._file(path))]

    def _file(self, path: Path) -> RemoteFile | None:
        try:
            info = self._inside(path).stat()
        except UnreadableFileError as error:
            return RemoteFile(path.name, None, _NEVER, problem=error)
        except FileNotFoundError:
            return None  # gone since it was listed
        except PermissionError:
            return RemoteFile(path.name, None, _NEVER, problem=self._denied())
        if not stat.S_ISREG(info.st_mode):
            return None
        return RemoteFile(path.name, info.st_size, datetime.fromtimestamp(info.st_mtime, UTC))

    def copy(self, file: RemoteFile, target: Target) -> None:
        """Write a file's bytes to `target`."""
        try:
            with self._inside(self._folder / file.name).open("rb") as stream:
                copy_blocks(stream, target)
        except PermissionError as error:
            raise self._denied() from error
        except FileNotFoundError as error:
            raise UnreachableError(
                f"{self._conn_id}: {shown(file.name)}",
                seen="it vanished while it was fetched",
                expected="a file that stays",
                next_step="Somebody is changing the folder; run it again.",
            ) from error

    def _inside(self, path: Path) -> Path:
        try:
            real = path.resolve(strict=path.is_symlink())
        except (OSError, RuntimeError):
            # Python 3.11 and 3.12 raise RuntimeError for links in a circle
            problem = "a link to nothing"
        else:
            if real.is_relative_to(self._base):
                return real
            problem = "a link that leads out of the connection's folder"
        raise UnreadableFileError(
            f"{self._conn_id}: {shown(path.name)}",
            seen=problem,
            expected="files inside it",
            next_step="Remove the link, or copy the file itself into the folder.",
        )

    def _denied(self) -> AuthenticationError:
        return AuthenticationError(
            f"{self._conn_id}: {self._folder.name}",
            seen="permission denied",
            expected="to read the drop folder",
            next_step="Give the service's user read access.",
        )
