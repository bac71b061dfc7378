"""How many threads CASA may use on a shared node."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from pathlib import Path

import pytest
from casa_session import PYTHON, SITE_CONFIG, SUPPORT

from casawrapper.casa.setup import openmp


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(16)))
    for limit in ("_cgroup", "_ulimit", "_pids"):
        monkeypatch.setattr(openmp, limit, lambda: None)
    for name in ("OMP_NUM_THREADS", "SLURM_CPUS_PER_TASK"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "slurm, cgroup, expected",
    [("4", None, "4"), ("4", 2, "2"), ("64", None, None), ("", 3, "3"), ("many", None, None), ("0", None, None)],
)
def test_the_least_of_what_the_job_may_use(
    slurm: str, cgroup: int | None, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", slurm)
    monkeypatch.setattr(openmp, "_cgroup", lambda: cgroup)
    openmp.limit()
    assert os.environ.pop("OMP_NUM_THREADS", None) == expected


def test_what_the_user_has_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", "4")
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    openmp.limit()
    assert os.environ["OMP_NUM_THREADS"] == "8"


@pytest.mark.parametrize(
    "own, above, expected",
    [
        ("200000 100000", "max 100000", 2),
        ("max 100000", "300000 100000", 3),
        ("50000 100000", "max 100000", 1),
        ("max 100000", "max 100000", None),
        ("no numbers", "", None),
    ],
)
def test_quota_of_the_control_group(
    own: str, above: str, expected: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    job = tmp_path / "slurm/job_1"
    job.mkdir(parents=True)
    (job / "cpu.max").write_text(own)
    (job.parent / "cpu.max").write_text(above)
    (tmp_path / "process").write_text("1:name=systemd:/x\n0::/slurm/job_1\n")
    assert openmp._cgroup(tmp_path, tmp_path / "process") == expected


@pytest.mark.parametrize(
    "most, now, expected", [("100", "20", 20), ("100", "99", 1), ("max", "20", None), ("", "", None)]
)
def test_threads_that_the_control_group_leaves(
    most: str, now: str, expected: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    (tmp_path / "pod").mkdir()
    (tmp_path / "pod/pids.max").write_text(most)
    (tmp_path / "pod/pids.current").write_text(now)
    (tmp_path / "process").write_text("0::/pod\n")
    assert openmp._pids(tmp_path, tmp_path / "process") == expected


def test_threads_that_ulimit_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    for number, (user, count) in enumerate([(1000, 10), (1000, 6), (1001, 500)], start=1):
        (tmp_path / str(number)).mkdir()
        (tmp_path / f"{number}/status").write_text(
            f"Name:\tx: y\nUid:\t{user}\t{user}\t{user}\t{user}\nThreads:\t{count}\n"
        )
    (tmp_path / "4").mkdir()  # a process that has just ended
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    monkeypatch.setattr(resource, "getrlimit", lambda which: (48, 48))
    assert openmp._ulimit(tmp_path) == 8
    # A limit that all threads of the machine together do not come near needs no counting.
    monkeypatch.setattr(resource, "getrlimit", lambda which: (100_000, 100_000))
    assert openmp._ulimit(tmp_path) == (100_000 - 16) // 4
    (tmp_path / "loadavg").write_text("0.10 0.10 0.10 1/516 99\n")
    assert openmp._ulimit(tmp_path) is None
    monkeypatch.setattr(resource, "getrlimit", lambda which: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert openmp._ulimit(tmp_path) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user and set his limits")
def test_a_real_ulimit_counts_what_the_user_runs() -> None:
    nobody = 54321  # nobody else runs as him
    sleepers = [subprocess.Popen(["sleep", "30"], user=nobody) for _ in range(4)]
    try:
        time.sleep(0.2)
        code = "import sys; names = {}; exec(sys.stdin.read(), names); print(names['_ulimit']())"

        def become() -> None:
            resource.setrlimit(resource.RLIMIT_NPROC, (45, 45))
            os.setuid(nobody)

        done = subprocess.run(
            ["/usr/bin/python3", "-c", code],
            input=(SUPPORT / "casawrapper/casa/setup/openmp.py").read_text(),
            preexec_fn=become,
            capture_output=True,
            text=True,
            timeout=30,
            env={},
        )
        assert done.stdout == "10\n", done.stderr  # (45 - 4 - 1) / 4
    finally:
        for sleeper in sleepers:
            sleeper.kill()
            sleeper.wait()


@pytest.mark.parametrize(
    "chosen, policy, count, after",
    [
        ({}, "PASSIVE", "10000", "None None"),
        ({"OMP_WAIT_POLICY": "active"}, "ACTIVE", "30000000000", "active None"),
        ({"GOMP_SPINCOUNT": "77"}, None, "77", "None 77"),
    ],
)
def test_openmp_has_read_how_its_threads_are_to_wait_and_programs_of_the_users_do_not(
    chosen: dict[str, str], policy: str | None, count: str, after: str, tmp_path: Path
) -> None:
    code = (
        "from IPython.core.interactiveshell import InteractiveShell\nfrom casawrapper import casa\n"
        f"casa.install(InteractiveShell.instance(), {str(tmp_path / 'casa.log')!r})\nimport casatools, os\n"
        "print(os.environ.get('OMP_WAIT_POLICY'), os.environ.get('GOMP_SPINCOUNT'))"
    )
    env = {name: value for name, value in os.environ.items() if name not in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")}
    if SITE_CONFIG.exists():
        env.setdefault("CASASITECONFIG", str(SITE_CONFIG))
    env |= {"PYTHONPATH": str(SUPPORT), "HOME": str(tmp_path), "OMP_DISPLAY_ENV": "verbose", **chosen}
    done = subprocess.run([PYTHON, "-c", code], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    # libgomp says on standard error what it has read.
    assert f"GOMP_SPINCOUNT = '{count}'" in done.stderr and done.stdout.split() == after.split()
    assert policy is None or f"OMP_WAIT_POLICY = '{policy}'" in done.stderr
