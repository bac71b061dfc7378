"""Homes, disks and file systems that are not as they should be: a working kernel or a clear sentence."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from casa_session import need_casa, unpack_data
from conftest import TEST_PYTHON
from installed import Site

NO_LOCKS = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
static int call(const char *name, int file, int command, void *argument)
{
    int (*real)(int, int, ...) = dlsym(RTLD_NEXT, name);
    if (command != F_SETLK && command != F_SETLKW && command != F_GETLK) return real(file, command, argument);
    errno = ENOLCK;
    return -1;
}
int flock(int file, int operation) { errno = ENOLCK; return -1; }
int fcntl(int file, int command, ...)
{ va_list rest; va_start(rest, command); return call("fcntl", file, command, va_arg(rest, void *)); }
int fcntl64(int file, int command, ...)
{ va_list rest; va_start(rest, command); return call("fcntl64", file, command, va_arg(rest, void *)); }
"""


@pytest.fixture
def site(tmp_path: Path, casa_kernel: Path, kernel_env: dict[str, str]) -> Site:
    return Site(tmp_path, casa_kernel, kernel_env)


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk without a free block."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a full disk")
    folder = tmp_path / "full"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)


def fill(folder: Path) -> None:
    with open(folder / "ballast", "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            pass


@pytest.mark.deadline(120)
def test_without_home_the_kernel_works_and_so_does_casa(site: Site) -> None:
    need_casa()
    site.says("install", "--python", TEST_PYTHON)
    with site.kernel(HOME=None) as run_cell:
        assert run_cell("import os; os.environ['HOME'] == os.path.expanduser('~')") == "True"
        assert run_cell("print(casalog.logfile())").endswith(".log\n")


def test_a_full_disk_is_said_and_leaves_nothing(site: Site, full_disk: Path) -> None:
    fill(full_disk)
    sentence = site.refuses("install", "--python", TEST_PYTHON, "--prefix", full_disk)
    assert "No space left on device" in sentence and "make room there" in sentence
    assert not [path for path in full_disk.rglob("*") if path.name not in ("ballast", "share", "jupyter", "kernels")]


def test_a_full_disk_keeps_the_kernelspec_that_is_there(site: Site, full_disk: Path) -> None:
    site.says("install", "--python", TEST_PYTHON, "--prefix", full_disk)
    spec = full_disk / "share/jupyter/kernels/casa-kernel/kernel.json"
    before = spec.read_text()
    fill(full_disk)
    assert "make room" in site.refuses(
        "install", "--python", TEST_PYTHON, "--prefix", full_disk, "--display-name", "new" * 3000
    )
    assert spec.read_text() == before and os.listdir(spec.parent) == ["kernel.json"]


def test_a_prefix_that_cannot_be_written_is_said(site: Site) -> None:
    sentence = site.refuses("install", "--python", TEST_PYTHON, "--prefix", "/proc/casa")
    assert "/proc/casa" in sentence and "--prefix with a folder of your own" in sentence


@pytest.mark.deadline(180)
def test_without_locks_no_history_is_kept_and_all_else_works(site: Site) -> None:
    need_casa()
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler, to make a system without locks")
    (site.folder / "nolocks.c").write_text(NO_LOCKS)
    library = site.folder / "nolocks.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, site.folder / "nolocks.c", "-ldl"], check=True)
    unpack_data(site.folder)
    site.says("install", "--python", TEST_PYTHON)
    with site.kernel(LD_PRELOAD=str(library)) as run_cell:
        first = run_cell("get_ipython().history_manager.enabled")
        assert "has no locks; set IPYTHONDIR" in first and first.endswith("False")
        assert "N5921" in run_cell("listobs('ngc5921_raw.ms');")
