"""OpenMP on a shared node: as many threads as this job may use, and processors left to others while threads wait."""

from __future__ import annotations

import math
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_VARIABLE = "OMP_NUM_THREADS"
# libgomp goes by the second: shortly, for a task such as immoments has some 10,000 regions right after one another.
_WAITING = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "10000"}

# Of the threads that a limit leaves, one kernel's OpenMP takes this part: numpy, plotms and other kernels want some.
_SHARE = 4

_ROOT, _PROCESS = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


def limit() -> None:
    """Set OMP_NUM_THREADS where the job has fewer processors or threads than the machine shows, unless it is set."""
    shown = len(os.sched_getaffinity(0))  # what OpenMP goes by
    allowed = min(n for n in (shown, _slurm(), _cgroup(), _ulimit(), _pids()) if n is not None)
    if allowed < shown:
        os.environ.setdefault(_VARIABLE, str(allowed))


@contextmanager
def sleeping_threads() -> Iterator[None]:
    """While OpenMP is loaded: let threads that wait for long sleep, unless the user has said how they are to wait.

    Else they go round in circles on processors that others want, CASA's own other threads among them. Programs that the
    user starts are none of ours, so the variables do not stay.
    """
    if any(name in os.environ for name in _WAITING):
        yield
        return
    os.environ.update(_WAITING)
    try:
        yield
    finally:
        for name in _WAITING:
            os.environ.pop(name, None)


def _slurm() -> int | None:
    value = os.environ.get("SLURM_CPUS_PER_TASK", "")
    return int(value) if value.isdecimal() and int(value) > 0 else None


def _ulimit(processes: Path = Path("/proc")) -> int | None:
    """What `ulimit -u` leaves; it counts the threads of all that the user runs on the machine."""
    limit = resource.getrlimit(resource.RLIMIT_NPROC)[0]
    if limit == resource.RLIM_INFINITY or os.getuid() == 0:  # root has none
        return None
    # To look at every process of a shared node takes long, and few limits are so low that it matters.
    if limit - _running(processes) >= _SHARE * len(os.sched_getaffinity(0)):
        return None
    return _part_of(limit - sum(map(_threads, processes.glob("[0-9]*/status"))))


def _running(processes: Path) -> float:
    """The threads of all users."""
    try:
        return int((processes / "loadavg").read_text().split()[3].partition("/")[2])
    except (OSError, ValueError, IndexError):
        return math.inf


def _threads(status: Path) -> int:
    try:
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(fields["Threads"]) if int(fields["Uid"].split()[0]) == os.getuid() else 0
    except (OSError, KeyError):
        return 0  # it has ended


def _pids(root: Path = _ROOT, process: Path = _PROCESS) -> int | None:
    """What the control groups' limits on threads leave (a container's --pids-limit, systemd's TasksMax)."""
    left = [_left(group) for group in _groups(root, process)]
    return min((_part_of(count) for count in left if count is not None), default=None)


def _left(group: Path) -> int | None:
    try:
        return int((group / "pids.max").read_text()) - int((group / "pids.current").read_text())
    except (OSError, ValueError):
        return None  # "max", or no such controller


def _part_of(left: int) -> int:
    return max(1, left // _SHARE)


def _cgroup(root: Path = _ROOT, process: Path = _PROCESS) -> int | None:
    """The least quota of this process's control group and of those above it, in whole processors."""
    quotas = [_quota(group / "cpu.max") for group in _groups(root, process)]
    return min((quota for quota in quotas if quota is not None), default=None)


def _groups(root: Path, process: Path) -> list[Path]:
    """This process's control group and those above it (cgroup v2)."""
    try:
        own = next(line[3:].strip() for line in process.read_text().splitlines() if line.startswith("0::"))
    except (OSError, StopIteration):
        return []
    folder = root / own.lstrip("/")
    return [group for group in (folder, *folder.parents) if group.is_relative_to(root)]


def _quota(file: Path) -> int | None:
    try:
        quota, period = file.read_text().split()
        return max(1, round(int(quota) / int(period)))  # "max 100000" where there is no limit
    except (OSError, ValueError):
        return None
