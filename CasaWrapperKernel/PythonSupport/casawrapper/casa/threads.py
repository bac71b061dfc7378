"""As many threads as this job may use: CASA's imaging and numpy else take every processor of a shared node."""

from __future__ import annotations

import os
from pathlib import Path

_VARIABLE = "OMP_NUM_THREADS"


def limit() -> None:
    """Set OMP_NUM_THREADS where the job has fewer processors than the machine shows, and nobody has set it."""
    shown = len(os.sched_getaffinity(0))  # what OpenMP goes by
    allowed = min(n for n in (shown, _slurm(), _cgroup()) if n is not None)
    if allowed < shown:
        os.environ.setdefault(_VARIABLE, str(allowed))


def _slurm() -> int | None:
    value = os.environ.get("SLURM_CPUS_PER_TASK", "")
    return int(value) if value.isdecimal() and int(value) > 0 else None


def _cgroup(root: Path = Path("/sys/fs/cgroup"), process: Path = Path("/proc/self/cgroup")) -> int | None:
    """The least quota of this process's control group and of those above it, in whole processors (cgroup v2)."""
    try:
        own = next(line[3:].strip() for line in process.read_text().splitlines() if line.startswith("0::"))
    except (OSError, StopIteration):
        return None
    folder = root / own.lstrip("/")
    quotas = [_quota(group / "cpu.max") for group in (folder, *folder.parents) if group.is_relative_to(root)]
    return min((quota for quota in quotas if quota is not None), default=None)


def _quota(file: Path) -> int | None:
    try:
        quota, period = file.read_text().split()
        return max(1, round(int(quota) / int(period)))  # "max 100000" where there is no limit
    except (OSError, ValueError):
        return None
