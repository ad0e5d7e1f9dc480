"""One token per source: shared by threads, clients and processes while it lives, renewed by one."""

from __future__ import annotations

import logging
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from demo.simulators.edfi import Behaviour, Fault, Running, serve
from include.errors import AuthenticationError, RateLimitedError
from include.sources import edfi
from tests.sources.edfi.helpers import PATH, client_for, store_of

STUDENTS = "ed-fi/students"


def ask(client: edfi.Client) -> int:
    return client.count(STUDENTS, {})


def test_all_threads_share_one_token() -> None:
    with serve(store_of(10)) as server:
        client = client_for(server, threads=8)
        with ThreadPoolExecutor(8) as pool:
            counts = list(pool.map(lambda _: ask(client), range(32)))
        assert counts == [10] * 32
        assert server.tokens.issued == 1


@pytest.mark.parametrize(("age_s", "tokens"), [(1679, 1), (1680, 2), (1799, 2)])
@pytest.mark.parametrize("shared", [False, True], ids=["one client", "two tasks"])
def test_a_token_is_renewed_two_minutes_before_it_expires(
    tmp_path: Path, age_s: float, tokens: int, shared: bool
) -> None:
    now = 0.0
    with serve(store_of(10), clock=lambda: now) as server:
        folder = tmp_path if shared else None
        client = client_for(server, clock=lambda: now, tokens=folder)
        ask(client)
        now = age_s
        ask(client_for(server, clock=lambda: now, tokens=folder) if shared else client)
        assert server.tokens.issued == tokens


def test_tasks_that_start_together_fetch_one_token(server: Running, tmp_path: Path) -> None:
    together = Barrier(6)

    def task(_: int) -> int:
        client = client_for(server, tokens=tmp_path)
        together.wait()
        return ask(client)

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(task, range(6))) == [95] * 6
    assert server.tokens.issued == 1


def test_a_token_that_was_refused_is_renewed_by_one(server: Running, tmp_path: Path) -> None:
    clients = [client_for(server, tokens=tmp_path) for _ in range(3)]
    for client in clients:
        ask(client)
    server.faults.add(Fault("unauthorized", match=PATH))
    assert [ask(client) for client in clients] == [95] * 3
    assert server.tokens.issued == 2


def test_a_shared_token_is_readable_by_us_alone_and_lies_beside_no_secret(
    server: Running, tmp_path: Path
) -> None:
    folder = tmp_path / "tokens"
    ask(client_for(server, tokens=folder))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = list(folder.iterdir())
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    text = "".join(file.name + file.read_text(encoding="utf-8") for file in files)
    assert server.key not in text
    assert server.secret not in text


def test_a_folder_that_others_may_open_is_closed_first(server: Running, tmp_path: Path) -> None:
    folder = tmp_path / "tokens"
    folder.mkdir(mode=0o755)
    ask(client_for(server, tokens=folder))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_where_no_token_can_be_kept_the_run_goes_on_and_says_so(
    server: Running, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "tokens").symlink_to(tmp_path / "elsewhere")
    for _ in range(2):
        assert ask(client_for(server, tokens=tmp_path / "tokens")) == 95
    assert server.tokens.issued == 2
    assert not list((tmp_path / "elsewhere").iterdir())
    assert "each task asks for a token of its own" in caplog.text


def test_a_damaged_file_is_as_good_as_none(server: Running, tmp_path: Path) -> None:
    ask(client_for(server, tokens=tmp_path))
    (kept,) = tmp_path.glob("*.json")
    kept.write_text('{"value": 7', encoding="utf-8")
    assert ask(client_for(server, tokens=tmp_path)) == 95
    assert server.tokens.issued == 2


def test_a_wrong_secret_is_not_hidden_by_a_token_that_lives(
    server: Running, tmp_path: Path
) -> None:
    ask(client_for(server, tokens=tmp_path))
    with pytest.raises(AuthenticationError, match="refused"):
        ask(client_for(server, secret="another", tokens=tmp_path))


def test_a_refused_token_names_the_limit_of_live_tokens() -> None:
    behaviour = Behaviour(version="5.4", token_limit="refuse")
    with serve(store_of(10, behaviour), behaviour) as server:
        for _ in range(15):
            ask(client_for(server))
        with pytest.raises(AuthenticationError, match=r"login.*15 live tokens.*half an hour"):
            ask(client_for(server))


def test_a_throttled_token_names_the_limit_and_not_the_threads() -> None:
    behaviour = Behaviour(version="7.3", token_limit="refuse")
    with serve(store_of(10), behaviour) as server:
        for _ in range(15):
            ask(client_for(server))
        with pytest.raises(RateLimitedError, match=r"15 live tokens") as caught:
            ask(client_for(server))
        assert "threads" not in str(caught.value)
