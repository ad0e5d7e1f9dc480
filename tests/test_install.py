"""install.sh says in one sentence what is missing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOOLS = ("bash", "dirname", "cat", "cksum", "sed", "awk", "df", "tail", "rm", "mkdir", "chmod")

OLD = """#!/bin/bash
case "$2" in *platform*) echo 3.9.2 ;; *) exit 1 ;; esac
"""
# a Python of the right version: what `-m venv` does is up to the test
RIGHT = """#!/bin/bash
if [ "$1 $2" = "-m venv" ]; then {venv}; fi
"""
WITHOUT_ENSUREPIP = "echo 'ensurepip is not available' >&2; exit 1"
WITH_PIP = (
    "mkdir -p $3/bin; printf '#!/bin/bash\\n"
    'echo "WARNING: Retrying after connection broken by NewConnectionError" >&2\\n'
    'echo "ERROR: No matching distribution found for uv" >&2; exit 1\\n\' > $3/bin/python;'
    " chmod +x $3/bin/python"
)


@pytest.mark.parametrize(
    ("python", "sentence"),
    [
        ("", "Python 3.11, 3.12 or 3.13 is needed; found: none."),
        (OLD, "Python 3.11, 3.12 or 3.13 is needed; found: 3.9.2."),
        (RIGHT.format(venv=WITHOUT_ENSUREPIP), "install the package python3-venv"),
        (RIGHT.format(venv=WITH_PIP), "could not be fetched: is there a network"),
    ],
    ids=["no Python", "an old Python", "no venv", "no network"],
)
def test_what_is_missing_is_one_sentence(tmp_path: Path, python: str, sentence: str) -> None:
    tools, clone = tmp_path / "bin", tmp_path / "clone"
    tools.mkdir()
    clone.mkdir()
    for tool in TOOLS:
        (tools / tool).symlink_to(shutil.which(tool) or tool)
    if python:
        (tools / "python3").write_text(python)
        (tools / "python3").chmod(0o755)
    for name in ("install.sh", "requirements-dev.txt", "requirements-bootstrap.txt"):
        shutil.copy(ROOT / name, clone)
    done = subprocess.run(
        [str(tools / "bash"), str(clone / "install.sh")],
        env={"PATH": str(tools), "HOME": str(tmp_path)},
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    told = [line for line in done.stderr.splitlines() if not line.startswith("·")]
    assert len(told) == 1, done.stderr
    assert sentence in told[0]
