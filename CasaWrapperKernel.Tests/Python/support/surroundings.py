"""The program under test, and an environment in which nothing of the user who runs the tests is read."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from casa_session import SITE_CONFIG


@pytest.fixture(scope="session")
def casa_kernel() -> Path:
    """The program under test."""
    program = os.environ.get("CASA_KERNEL") or shutil.which("casa-kernel")
    if program is None:
        pytest.skip("no casa-kernel: set CASA_KERNEL to the program to test")
    assert Path(program).is_file(), f"CASA_KERNEL={program} is no file"
    return Path(program).resolve()


@pytest.fixture(scope="session")
def kernel_env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which nothing of the user who runs the tests is read or changed."""
    home = tmp_path_factory.mktemp("home")
    env = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("JPY_", "JUPYTER_", "IPYTHON", "CASA_KERNEL_", "MPL", "XDG_")) and k != "DISPLAY"
    }
    env |= {
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CACHE_HOME": str(home / "cache"),
    }
    if "CASASITECONFIG" not in env and SITE_CONFIG.exists():
        env["CASASITECONFIG"] = str(SITE_CONFIG)
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env.pop("PYTHONUNBUFFERED", None)  # it would also flush C's buffer, which is the kernel's task
    return env
