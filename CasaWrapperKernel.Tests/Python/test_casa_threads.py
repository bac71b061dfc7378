"""How many threads CASA may use on a shared node."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from casawrapper.casa import threads


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(16)))
    monkeypatch.setattr(threads, "_cgroup", lambda: None)
    for name in ("OMP_NUM_THREADS", "SLURM_CPUS_PER_TASK"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("slurm, cgroup, expected", [
    ("4", None, "4"), ("4", 2, "2"), ("64", None, None), ("", 3, "3"), ("many", None, None), ("0", None, None)])
def test_the_least_of_what_the_job_may_use(
        slurm: str, cgroup: int | None, expected: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", slurm)
    monkeypatch.setattr(threads, "_cgroup", lambda: cgroup)
    threads.limit()
    assert os.environ.pop("OMP_NUM_THREADS", None) == expected


def test_what_the_user_has_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", "4")
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    threads.limit()
    assert os.environ["OMP_NUM_THREADS"] == "8"


@pytest.mark.parametrize("own, above, expected", [
    ("200000 100000", "max 100000", 2), ("max 100000", "300000 100000", 3), ("50000 100000", "max 100000", 1),
    ("max 100000", "max 100000", None), ("no numbers", "", None)])
def test_quota_of_the_control_group(own: str, above: str, expected: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    job = tmp_path / "slurm/job_1"
    job.mkdir(parents=True)
    (job / "cpu.max").write_text(own)
    (job.parent / "cpu.max").write_text(above)
    (tmp_path / "process").write_text("1:name=systemd:/x\n0::/slurm/job_1\n")
    assert threads._cgroup(tmp_path, tmp_path / "process") == expected
