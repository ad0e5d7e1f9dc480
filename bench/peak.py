"""The peak memory of this process."""

from __future__ import annotations

import resource
from pathlib import Path


def peak_mb() -> int:
    """Peak resident memory; getrusage would count what the parent held before the exec."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 * 1024)  # macOS: bytes
