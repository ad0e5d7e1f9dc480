"""What `make lint` says of the packages: those that are not declared, those that are vulnerable."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# lines of a lock: one package that the database below knows something of, one that it does not
LOCK = (
    "sample-vulnerable==1.0 --hash=sha256:" + "0" * 64 + "\n"
    "sample-good==2.0 --hash=sha256:" + "1" * 64 + "\n"
)
KNOWN = {
    "id": "PYSEC-0000-1",
    "summary": "An invented vulnerability",
    "affected": [
        {
            "package": {"name": "sample-vulnerable", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}],
        }
    ],
}


class Database(http.server.BaseHTTPRequestHandler):
    """Answers as OSV's /v1/query does."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        is_known = asked["package"]["name"] == "sample-vulnerable"
        body = json.dumps({"vulns": [KNOWN]} if is_known else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def database() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Database)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1/query"
    server.shutdown()
    server.server_close()


def audit(folder: Path, lock: str, url: str, accepted: str = "") -> tuple[int, str]:
    """Run the check of a copy of .ci, whose list of accepted vulnerabilities is `accepted`."""
    shutil.copytree(ROOT / ".ci", folder / ".ci")
    (folder / ".ci" / "audit-accepted.txt").write_text(f"# a comment\n{accepted}\n", "utf-8")
    (folder / "lock.txt").write_text(lock, "utf-8")
    environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    done = subprocess.run(
        [sys.executable, ".ci/audit.py", "lock.txt"],
        cwd=folder, check=False, capture_output=True, text=True,
        env={**environment, "FIRSTBELL_OSV_URL": url},
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_a_vulnerable_package_fails_with_its_name_and_the_version_to_take(
    database: str, tmp_path: Path
) -> None:
    code, said = audit(tmp_path, LOCK, database)
    assert code == 1
    assert "sample-vulnerable 1.0: PYSEC-0000-1 (mended in 1.1)" in said


def test_an_accepted_vulnerability_fails_no_more(database: str, tmp_path: Path) -> None:
    code, said = audit(tmp_path, LOCK, database, accepted="PYSEC-0000-1 not called by us")
    assert code == 0, said


def test_packages_without_a_known_vulnerability_pass(database: str, tmp_path: Path) -> None:
    code, said = audit(tmp_path, LOCK.splitlines()[1], database)
    assert (code, said) == (
        0, "pip-audit: 1 packages looked up, 0 not, 0 with a known vulnerability\n"
    )  # fmt: skip


def test_a_database_that_cannot_be_reached_is_said_to_be_so(tmp_path: Path) -> None:
    code, said = audit(tmp_path, LOCK, "http://127.0.0.1:9/v1/query")
    assert code == 0
    assert said.endswith("cannot be reached; nothing was looked up\n")


def test_an_import_that_no_file_declares_is_found(tmp_path: Path) -> None:
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    shutil.copy(ROOT / "requirements-bootstrap.txt", tmp_path)
    (tmp_path / "requirements.in").write_text("requests\nxxhash\n", "utf-8")
    (tmp_path / "ml").mkdir()
    (tmp_path / "ml" / "code.py").write_text("import requests\nimport orjson\n", "utf-8")
    done = subprocess.run(
        [
            *(str(Path(sys.executable).parent / "deptry"), "--config", ".ci/deptry.toml"),
            *("-rf", "requirements.in", "-rfd", "requirements-bootstrap.txt", "ml"),
        ],
        cwd=tmp_path, check=False, capture_output=True, text=True,
        env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip
    assert done.returncode == 1
    assert "'orjson' imported but" in done.stderr
    assert "'xxhash' defined as a dependency but not used" in done.stderr
    assert "requests" not in done.stderr
