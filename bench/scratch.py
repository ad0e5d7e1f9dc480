"""A database of its own for each measurement, so that none meets what another left."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

_CODE = Path(__file__).parents[1]


def fresh_database(server_url: str, name: str) -> str:
    """An empty database of this name; what it held before is gone."""
    identifier = sql.Identifier(name)
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(sql.SQL("drop database if exists {} with (force)").format(identifier))
        admin.execute(sql.SQL("create database {}").format(identifier))
        admin.execute("checkpoint")
    return urlsplit(server_url)._replace(path=f"/{name}").geturl()


def check_out(commit: str, folder: Path, parts: Sequence[str], what: str) -> bool:
    """Write parts of a commit's code into a folder; False where it is not at hand."""
    try:
        run = subprocess.run(
            ["git", "-C", str(_CODE), "archive", commit, *parts], capture_output=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        sys.stdout.write(f"{what}: build {commit} is not at hand, so it is not measured\n")
        return False
    with tarfile.open(fileobj=io.BytesIO(run.stdout)) as archive:
        # Python 3.11 knows filters since 3.11.4, and Debian 12 has 3.11.2; the archive is ours
        if hasattr(tarfile, "data_filter"):
            archive.extraction_filter = tarfile.data_filter
        archive.extractall(folder)
    return True
