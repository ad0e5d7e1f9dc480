"""The demo keeps its secrets to itself, leaves no process behind and steps around taken ports."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import stat
import sys
from pathlib import Path

import psutil
import pytest

from demo import startup, supervisor, warehouse
from demo.processes import Processes
from demo.runtime import Runtime
from include.errors import ConfigError
from include.local import postgres

FORKS = "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', {inner!r}]); " \
    "open({note!r}, 'w').write(str(p.pid)); p.wait()"  # fmt: skip


@pytest.fixture
def runtime(tmp_path: Path) -> Runtime:
    made = Runtime(tmp_path / "runtime")
    made.create()
    return made


def test_a_secret_is_made_once_and_private(runtime: Runtime) -> None:
    first = runtime.secret("sftp_password")
    assert runtime.secret("sftp_password") == first
    assert stat.S_IMODE((runtime.folder / "secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(runtime.folder.stat().st_mode) == 0o700


def test_stopping_ends_the_children_too(runtime: Runtime, tmp_path: Path) -> None:
    processes, note = Processes(runtime.processes, runtime.logs), tmp_path / "pid"
    script = FORKS.format(inner="import time; time.sleep(600)", note=str(note))
    processes.start("parent", [sys.executable, "-c", script], os.environ)
    processes.wait_until("parent", lambda: note.exists() and note.read_text() != "", seconds=30)
    child = int(note.read_text())
    processes.stop("parent")
    assert processes.names() == []
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == "zombie"


def test_a_number_that_now_belongs_to_a_stranger_is_left_alone(runtime: Runtime) -> None:
    processes = Processes(runtime.processes, runtime.logs)
    record = f'{{"pid": {os.getpid()}, "born": 1.0}}'
    (runtime.processes / "ours.json").write_text(record)
    assert not processes.is_running("ours")
    processes.stop("ours")  # must not end this test


def test_what_a_dead_process_left_behind_is_stopped(runtime: Runtime, tmp_path: Path) -> None:
    processes, note = Processes(runtime.processes, runtime.logs), tmp_path / "pid"
    script = FORKS.format(inner="import time; time.sleep(600)", note=str(note))
    processes.start("parent", [sys.executable, "-c", script], os.environ)
    processes.wait_until("parent", lambda: note.exists() and note.read_text() != "", seconds=30)
    leader = psutil.Process(Runtime(runtime.processes).read("parent")["pid"])
    leader.kill()
    leader.wait(30)
    child = psutil.Process(int(note.read_text()))
    assert child.status() != psutil.STATUS_ZOMBIE
    processes.stop("parent")
    _, alive = psutil.wait_procs([child], timeout=10)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


def test_a_second_command_is_told_that_another_runs(runtime: Runtime) -> None:
    with runtime.lock("demo"):
        with pytest.raises(ConfigError, match=rf"make demo \(process {os.getpid()}\) is running"):
            with runtime.lock("clean"):
                pass
    with runtime.lock("clean"):
        pass


def test_only_a_folder_of_our_own_is_used_and_deleted(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(ConfigError, match="holds other things"):
        Runtime(tmp_path).create()
    with pytest.raises(ConfigError, match="has no file"):
        Runtime(tmp_path).delete()
    assert (tmp_path / "thesis.txt").exists()


def test_an_open_folder_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "runtime"
    (folder).mkdir(mode=0o755)
    made = Runtime(folder)
    made.create()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(made.work.stat().st_mode) == 0o700


def test_a_process_that_ends_at_once_is_explained_by_its_log(runtime: Runtime) -> None:
    processes = Processes(runtime.processes, runtime.logs)
    processes.start(
        "broken", [sys.executable, "-c", "raise SystemExit('no such thing')"], os.environ
    )
    with pytest.raises(ConfigError, match="no such thing"):
        processes.wait_until("broken", lambda: False, seconds=30)


def test_a_taken_port_is_stepped_around() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert postgres.free_port(port) != port


def test_a_full_disk_is_one_sentence() -> None:
    text = supervisor.explain(OSError(errno.ENOSPC, "No space left on device"))
    assert text == "The disk is full: free 2 GB, then run `make demo` again."


def test_the_connection_string_names_the_districts_own_database() -> None:
    url = warehouse.database_url("postgresql://u:p%40@127.0.0.1:5433/postgres", "firstbell_x")
    assert url == "postgresql://u:p%40@127.0.0.1:5433/firstbell_x"


def test_a_wrong_server_is_said_without_the_password(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"postgresql://u:hidden@127.0.0.1:{postgres.free_port()}/postgres"
    monkeypatch.setenv("FIRSTBELL_PG_URL", url)
    with pytest.raises(ConfigError, match="FIRSTBELL_PG_URL") as caught:
        warehouse.server_url(runtime)
    assert "hidden" not in str(caught.value)


def test_a_small_disk_under_postgres_is_refused_before_anything_starts(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, real = tmp_path / "small", shutil.disk_usage
    monkeypatch.delenv("FIRSTBELL_PG_URL", raising=False)
    small.mkdir()
    monkeypatch.setattr(postgres, "place", lambda *_, **__: small)

    def usage(place: Path) -> object:
        total, used, _ = real(tmp_path)
        free = startup.FREE_BYTES - 1 if place == small else startup.FREE_BYTES
        return type(real(tmp_path))(total, used, free)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    with pytest.raises(OSError, match="No space left") as caught:
        startup.need_room(runtime)
    assert str(small) in supervisor.explain(caught.value)
    monkeypatch.setenv("FIRSTBELL_PG_URL", "postgresql://u@db.example.org/postgres")
    startup.need_room(runtime)
