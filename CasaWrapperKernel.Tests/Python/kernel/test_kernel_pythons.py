"""The kernel hosts every CPython from 3.10 to 3.13 that is on the machine.

Most of these interpreters have no IPython. It is pure Python, so they borrow one, with all that it needs, from
any interpreter that has a release for their version, else Debian's; where there is none, the test is skipped and
says so.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import TEST_PYTHON
from kernel_client import Kernel, process_exists, wait_until
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

pytestmark = pytest.mark.deadline(60)
# Debian's Python packages serve every Python 3, but do not all say which files are theirs and what they need.
DEBIAN = Path("/usr/lib/python3/dist-packages")
SUPPORTED = [(3, 10), (3, 11), (3, 12), (3, 13)]
PACKAGES = r"""
import importlib.metadata as m, json, re
found = {}
for d in m.distributions():
    name = re.sub("[-_.]+", "-", d.metadata["Name"] or "").lower()
    files = d.files or []
    tops = sorted({f.parts[0] for f in files if f.parts[0] not in ("..", "__pycache__")})
    found.setdefault(name, {
        "version": d.version, "python": d.metadata["Requires-Python"] or "", "requires": d.requires or [],
        "paths": [str(d.locate_file(t)) for t in tops], "pure": not any(f.suffix == ".so" for f in files)})
print(json.dumps(found))
"""


@cache
def _version(python: Path) -> tuple[int, int] | None:
    """The version of an interpreter, or None if it is no CPython that can be hosted."""
    code = (
        "import sys, sysconfig\n"
        "print(sys.implementation.name, sysconfig.get_config_var('Py_ENABLE_SHARED'), "
        "*sys.version_info[:2])"
    )
    fields = subprocess.run([python, "-c", code], capture_output=True, text=True, timeout=20).stdout.split()
    return (int(fields[2]), int(fields[3])) if fields[:2] == ["cpython", "1"] else None


@cache
def _interpreters() -> list[Path]:
    folders = [
        *Path.home().glob(".pyenv/versions/*/bin"),
        Path("/usr/bin"),
        Path("/usr/local/bin"),
        *(Path(p) for p in os.environ.get("CASA_KERNEL_TEST_PYTHONS", "").split(os.pathsep) if p),
    ]
    found = [p for folder in folders for p in sorted(folder.glob("python3.*"))]
    return [p for p in found if re.fullmatch(r"python3\.\d+", p.name) and _version(p) is not None]


@cache
def _packages(python: Path) -> dict[str, Any]:
    done = subprocess.run([python, "-c", PACKAGES], capture_output=True, text=True, timeout=60)
    return json.loads(done.stdout) if done.returncode == 0 else {}


def _borrow(lender: Path, version: str) -> list[str] | None:
    """The paths of an IPython and of all that it needs under this Python; None if not all can be lent."""
    packages, wanted, paths, seen = _packages(lender), ["ipython"], [], set()
    while wanted:
        name = wanted.pop()
        if name in seen:
            continue
        seen.add(name)
        package = packages.get(name)
        if package is None or not package["paths"] or version not in SpecifierSet(package["python"]):
            return None
        # psutil is compiled, but serves pictures in the kitty terminal only, and IPython goes without it.
        if not package["pure"] and name != "psutil":
            return None
        paths += package["paths"] if package["pure"] else []
        for text in package["requires"]:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate(
                {"python_version": version, "python_full_version": version + ".0", "extra": ""}
            ):
                wanted.append(re.sub("[-_.]+", "-", requirement.name).lower())
    return paths


def _environment(python: Path, version: tuple[int, int], folder: Path) -> Path:
    """A virtual environment of this interpreter with an IPython."""
    text = "{}.{}".format(*version)
    lenders = [python, Path(TEST_PYTHON), *(p for p in _interpreters() if p != python)]
    paths = next((found for lender in lenders if (found := _borrow(lender, text)) is not None), None)
    made = subprocess.run(
        [python, "-m", "venv", "--without-pip", folder / "env"], capture_output=True, text=True, timeout=60
    )
    assert made.returncode == 0, made.stderr
    site = folder / "env" / "lib" / f"python{text}" / "site-packages"
    for path in map(Path, paths or []):
        if path.exists() and not (site / path.name).exists():
            (site / path.name).symlink_to(path)
    environment = folder / "env" / "bin" / "python"
    if paths is None:
        (site / "debian.pth").write_text(f"{DEBIAN}\n")
        if subprocess.run([environment, "-c", "import IPython"], capture_output=True, timeout=60).returncode != 0:
            pytest.skip(f"no interpreter here can lend an IPython that runs on Python {text}, nor can Debian")
    return environment


@pytest.fixture(scope="module", params=SUPPORTED, ids="{0[0]}.{0[1]}".format)
def hosted(
    request: pytest.FixtureRequest, start_kernel: Callable[..., Kernel], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Kernel, Path, str]:
    """A kernel on one version of Python, that python and its version."""
    version = request.param
    python = next((p for p in _interpreters() if _version(p) == version), None)
    if python is None:
        pytest.skip(f"no CPython {version[0]}.{version[1]} with a shared library on this machine")
    environment = _environment(python, version, tmp_path_factory.mktemp("python"))
    return start_kernel(python=str(environment)), environment, "{}.{}".format(*version)


Hosted = tuple[Kernel, Path, str]


def test_runs_cells(hosted: Hosted) -> None:
    kernel, python, version = hosted
    front = kernel.connect()
    print(front.value("import sys, IPython; sys.version, IPython.__version__"))
    assert front.value("sys.executable") == repr(str(python))
    assert front.value("'.'.join(map(str, sys.version_info[:2]))") == repr(version)
    info = front.request("kernel_info_request").reply["content"]
    assert info["language_info"]["version"].startswith(version + ".")
    cell = front.run("print('out'); print('err', file=sys.stderr)\n6 * 7")
    assert (cell.stdout, cell.stderr, cell.result) == ("out\n", "err\n", "42")
    assert front.run("1 / 0").error == "ZeroDivisionError"


def test_awaits_completes_inspects_and_pickles(hosted: Hosted) -> None:
    front = hosted[0].connect()
    assert front.value("import asyncio\nawait asyncio.sleep(0.01)\n'slept'") == "'slept'"
    front.run("import math, pickle\nclass Gain: pass")
    assert front.value("type(pickle.loads(pickle.dumps(Gain()))).__name__") == "'Gain'"
    reply = front.request("complete_request", {"code": "math.gam", "cursor_pos": 8}).reply["content"]
    assert any(match.endswith("gamma") for match in reply["matches"])
    assert front.request("inspect_request", {"code": "math.gamma", "cursor_pos": 8}).reply["content"]["found"]
    assert front.run("import ctypes; ctypes.CDLL(None).printf(b'from C\\n');").stdout == "from C\n"
    assert front.value("import sqlite3, ssl, zlib, hashlib; hashlib.sha256(b'').hexdigest()[:4]") == "'e3b0'"


@pytest.mark.parametrize("mode", ["signal", "message"])
@pytest.mark.parametrize(
    "code", ["import time\ntime.sleep(30)", "while True: pass", "import asyncio\nawait asyncio.sleep(30)"]
)
def test_is_interrupted(hosted: Hosted, code: str, mode: str) -> None:
    kernel = hosted[0]
    front = kernel.connect()
    msg_id = front.execute("print('on')\n" + code)
    front.wait_for(lambda m: m["msg_type"] == "stream" and m["parent_header"].get("msg_id") == msg_id)
    time.sleep(0.2)
    begin = time.monotonic()
    kernel.interrupt(front, mode)
    assert front.collect(msg_id, timeout=10).error == "KeyboardInterrupt"
    assert time.monotonic() - begin < 1
    assert front.value("1") == "1"


def test_forks_and_threads(hosted: Hosted) -> None:
    front = hosted[0].connect()
    cell = front.run(
        "import multiprocessing\nwith multiprocessing.get_context('fork').Pool(2) as p: r = p.map(abs, [-1, -2])\nr"
    )
    assert cell.result == "[1, 2]"
    cell = front.run("import threading\nt = threading.Thread(target=print, args=('thread',)); t.start(); t.join()")
    assert cell.stdout == "thread\n"


def test_shuts_down(hosted: Hosted) -> None:
    kernel = hosted[0]
    front = kernel.connect()
    front.request("shutdown_request", {"restart": False}, channel="control")
    assert wait_until(lambda: not process_exists(kernel.pid), 5)


@pytest.mark.parametrize("version", [(3, 8), (3, 9)], ids="{0[0]}.{0[1]}".format)
def test_a_python_that_is_too_old_says_so(start_kernel: Callable[..., Kernel], version: tuple[int, int]) -> None:
    python = next((p for p in _interpreters() if _version(p) == version), None)
    if python is None:
        pytest.skip(f"no CPython {version[0]}.{version[1]} on this machine")
    front = start_kernel(python=str(python)).connect()
    cell = front.run("1")
    (error,) = cell.all("error")
    assert "3.10" in error["evalue"] and "\n" not in error["evalue"], error["evalue"]
