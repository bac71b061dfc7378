"""The small data, and both sessions with what they gave."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from casa_session import ARCHIVE, PYTHON
from kernel_client import Kernel

from as_plain.compare import Difference, compare, compare_files
from as_plain.sessions import Call, KernelProcess, PlainProcess, Session, read_calls, run_both

HERE = Path(__file__).resolve().parent


@dataclass
class Both:
    """The two sessions after their calls; `files` says per call what differs there, and has the histories of both."""

    plain: Session
    kernel: Session
    files: dict[str, dict[str, Any]]

    def differences(self, name: str) -> list[Difference]:
        """All differences of a call."""
        return compare(name, self.plain, self.kernel) + [
            Difference("files", text) for text in self.files[name]["differences"]
        ]


RunBoth = Callable[[Sequence[Call]], Both]


@pytest.fixture(scope="session")
def as_plain_env(kernel_env: dict[str, str]) -> dict[str, str]:
    """The environment of both sessions: with one thread, sums come out the same to the last bit."""
    return kernel_env | {"OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="session")
def small_data(as_plain_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the data that inputs.py makes."""
    folder: Path = tmp_path_factory.mktemp("small")
    done = subprocess.run(
        [PYTHON, str(HERE / "inputs.py"), str(ARCHIVE)],
        cwd=folder,
        env=as_plain_env,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return folder


@pytest.fixture(scope="module")
def run_as_plain(
    casa_kernel: Path, as_plain_env: dict[str, str], small_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> RunBoth:
    """Runs calls in a plain CASA and in a kernel, at the same time."""

    def run(calls: Sequence[Call]) -> Both:
        folder = tmp_path_factory.mktemp("as-plain")
        # Of the same length, which texts and bytes with paths in them then have as well.
        sides = [folder / name for name in ("plain_casa", "the_kernel")]
        for side in sides:
            side.mkdir()
        plain = Session(PlainProcess(PYTHON, as_plain_env, sides[0]), sides[0])
        make = partial(Kernel, casa_kernel, PYTHON, as_plain_env, folder / "log", sides[1])
        kernel = Session(KernelProcess(make), sides[1])
        run_both(calls, small_data, plain, kernel)
        files = compare_files([call.name for call in calls], plain, kernel, PYTHON, as_plain_env)
        for side in sides:
            # Gigabytes, of which all that matters has been said.
            for call in calls:
                shutil.rmtree(side / call.name)
        return Both(plain, kernel, files)

    return run


def calls_of(*files: str) -> list[Call]:
    """The calls that stand in files of the folder `calls`."""
    return [call for file in files for call in read_calls((HERE / "calls" / f"{file}.txt").read_text())]
