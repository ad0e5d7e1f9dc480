"""Ask the OSV database whether a package of the lock has a known vulnerability.

Fails on one that is known. Where the database cannot be reached nothing is known, which is said and
is no failure: `make lint` works without a network. FIRSTBELL_OSV_URL names another address of it.
A vulnerability that does not touch us stands in .ci/audit-accepted.txt with the reason.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# What requests says of a host without an address, a refused connection, or none in time.
UNREACHABLE = ("ConnectionError", "ConnectTimeout", "ReadTimeout", "ProxyError", "SSLError",
               "Could not connect")  # fmt: skip


def accepted() -> list[str]:
    """Return the ids of vulnerabilities that were looked at, one at the start of each line."""
    lines = (HERE / "audit-accepted.txt").read_text("utf-8").splitlines()
    return [line.split()[0] for line in lines if line.strip() and not line.startswith("#")]


def main(lock: str) -> int:
    url = os.environ.get("FIRSTBELL_OSV_URL")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip_audit", "--requirement", lock, "--disable-pip"),
            *("--require-hashes", "--vulnerability-service", "osv", "--format", "json"),
            *("--progress-spinner", "off", "--timeout", "10"),
            *(("--osv-url", url) if url else ()),
            *(part for known in accepted() for part in ("--ignore-vuln", known)),
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        if any(word in done.stderr for word in UNREACHABLE):
            sys.stdout.write("pip-audit: the database of vulnerabilities cannot be reached; "
                             "nothing was looked up\n")  # fmt: skip
            return 0
        sys.stderr.write(done.stderr)
        return 1
    # a package that the database could not answer for is listed without a verdict, and pip-audit
    # still ends with 0 (2.10.1)
    skipped = [one["name"] for one in found if "skip_reason" in one]
    bad = [one for one in found if one.get("vulns")]
    for one in bad:
        ids = ", ".join(
            f"{vuln['id']} (mended in {', '.join(vuln['fix_versions']) or 'no release yet'})"
            for vuln in one["vulns"]
        )
        sys.stdout.write(f"pip-audit: {one['name']} {one['version']}: {ids}\n")
    sys.stdout.write(
        f"pip-audit: {len(found) - len(skipped)} packages looked up, {len(skipped)} not, "
        f"{len(bad)} with a known vulnerability\n"
    )
    return int(bool(bad) or done.returncode != 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
