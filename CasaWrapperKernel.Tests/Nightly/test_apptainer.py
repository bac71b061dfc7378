"""Singularity.def, built and run by an ordinary user; and a Jupyter outside whose kernel runs in the image."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT, USER, WHEELHOUSE, WORK, check_reduction, need, run

# A client of Jupyter: starts the kernel, interrupts a cell, and ends the kernel, or dies and leaves that to it.
CLIENT = """
import os, sys
from jupyter_client.manager import KernelManager
manager = KernelManager(kernel_name="casa-kernel")
manager.start_kernel()
client = manager.blocking_client()
client.start_channels()
client.wait_for_ready(timeout=120)
client.execute("import time; print('begun'); time.sleep(300)")
while client.get_iopub_msg(timeout=120)["msg_type"] != "stream":
    pass
manager.interrupt_kernel()
while client.get_shell_msg(timeout=30)["content"].get("ename") != "KeyboardInterrupt":
    pass  # what is sent before the cell has ended is aborted with it
client.execute_interactive("import sys; print('alive in', sys.prefix)", timeout=60)
sys.stdout.flush()
os._exit(0) if sys.argv[1] == "die" else manager.shutdown_kernel()
"""


@pytest.fixture(scope="module")
def image(base: Path) -> Path:
    need("apptainer", "runuser")
    if USER not in (entry.pw_name for entry in pwd.getpwall()):
        run("useradd", "--create-home", USER)  # useradd gives it the range of ids that --fakeroot needs
    folder = WORK / "apptainer"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.chown(folder, USER)
    if not (WORK / "base.sif").exists():
        run("apptainer", "build", WORK / "base.sif", base)
    arguments = [
        "BOOTSTRAP=localimage",
        f"FROM={WORK / 'base.sif'}",
        *([f"WHEELHOUSE={WHEELHOUSE}"] if WHEELHOUSE else []),
    ]
    build = [part for argument in arguments for part in ("--build-arg", argument)]
    as_user(
        "apptainer",
        "build",
        "--force",
        "--fakeroot",
        *build,
        folder / "casa.sif",
        "Singularity.def",
        cwd=ROOT,
        seconds=3600,
    )
    return folder / "casa.sif"


def as_user(*command: object, cwd: Path, seconds: int = 1800) -> str:
    environment = {
        "HOME": f"/home/{USER}",
        "PATH": os.environ["PATH"],
        "LC_ALL": "C.UTF-8",
        "TMPDIR": str(WORK / "apptainer"),
    }
    return run("runuser", "-u", USER, "--", *command, cwd=cwd, env=environment, seconds=seconds)


@pytest.fixture(scope="module")
def client_python(image: Path) -> str:
    """A Python with jupyter_client that the user, too, can run."""
    python = os.environ.get("CASA_KERNEL_TEST_PYTHON", sys.executable)
    for candidate in (python, "/usr/bin/python3"):
        try:
            as_user(candidate, "-c", "import jupyter_client", cwd=image.parent)
            return candidate
        except AssertionError:
            continue
    pytest.fail(
        f"an ordinary user cannot run {python}, and Debian's python3-jupyter-client is not installed", pytrace=False
    )


def processes() -> str:
    return subprocess.run(["ps", "-u", USER, "-o", "args="], capture_output=True, text=True).stdout


def test_image_tests_itself(image: Path) -> None:
    as_user("apptainer", "test", image, cwd=image.parent)


@pytest.fixture(scope="module")
def kernel(image: Path) -> Path:
    """The program outside the image."""
    return shutil.copytree(ROOT / "artifacts/kernel", image.parent / "kernel", dirs_exist_ok=True) / "casa-kernel"


def test_image_without_the_kernel_is_refused(kernel: Path) -> None:
    command = ["runuser", "-u", USER, "--", kernel, "install", "--container", WORK / "base.sif"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=kernel.parent)
    assert done.returncode == 1
    assert done.stderr.startswith(f"casa-kernel: The image {WORK}/base.sif has no python on its PATH; build it with")


@pytest.mark.parametrize("end", ["shut down", "die"])
def test_kernel_for_a_jupyter_outside(image: Path, kernel: Path, client_python: str, end: str) -> None:
    as_user(kernel, "install", "--container", image, "--bind", image.parent, "--replace", cwd=image.parent)
    spec = json.loads(Path(f"/home/{USER}/.local/share/jupyter/kernels/casa-kernel/kernel.json").read_text())
    assert spec["interrupt_mode"] == "message"
    assert "alive in /opt/casa" in as_user(client_python, "-c", CLIENT, end, cwd=image.parent)
    deadline = time.monotonic() + 20
    while processes() and time.monotonic() < deadline:
        time.sleep(0.5)
    assert processes() == ""


def test_notebook_in_a_home_with_a_kernelspec_of_the_hosts(image: Path, kernel: Path, examples: Path) -> None:
    as_user(kernel, "install", "--container", image, "--replace", cwd=image.parent)
    as_user("apptainer", "run", "--bind", examples, image, "ngc5921.ipynb", cwd=examples)
    check_reduction(examples)
