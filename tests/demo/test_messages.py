"""Errors of the demo's commands are shown as they are, brackets too."""

from __future__ import annotations

import pytest

from demo import __main__ as command
from include.errors import ConfigError


@pytest.mark.parametrize(
    "error",
    [
        ConfigError("load [star]", seen="[red]", expected="a day", next_step="See the log."),
        OSError("cannot read [star]"),
    ],
    ids=["ours", "the system's"],
)
def test_what_stands_in_brackets_is_shown(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(command, "app", fail)

    with pytest.raises(SystemExit):
        command.main()

    assert "[star]" in capsys.readouterr().err
