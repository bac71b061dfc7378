"""Fixtures of the whole-kernel tests.

CASA_KERNEL is the casa-kernel program to test, CASA_KERNEL_TEST_PYTHON the python of the environment that it is
to host (default: the one that runs the tests).
"""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from casa_session import PYTHON as TEST_PYTHON

pytest_plugins = ["as_plain.fixtures", "beside", "casa_notebook", "ipykernel_beside", "surroundings"]

KERNEL_NAME = "casa-kernel-test"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "deadline(seconds): fail a test that takes longer, rather than hang")
    config.addinivalue_line("markers", "serial: measures time, so it runs while no other test does")


@pytest.fixture(autouse=True)
def _deadline(request: pytest.FixtureRequest) -> Iterator[None]:
    """A kernel that hangs must not hang the test run. Only for tests with the marker."""
    marker = request.node.get_closest_marker("deadline")
    if marker is None:
        yield
        return

    def fail(signum: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"the test took longer than {marker.args[0]} s")

    before = signal.signal(signal.SIGALRM, fail)
    signal.setitimer(signal.ITIMER_REAL, marker.args[0])
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def install_kernelspec(kernel: Path, folder: Path) -> None:
    """Make the kernelspec that jupyter_client starts the kernel by."""
    spec = folder / "kernels" / KERNEL_NAME
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(
        json.dumps(
            {
                "argv": [str(kernel), "start", "-f", "{connection_file}", "--python", TEST_PYTHON],
                "display_name": "casa-kernel under test",
                "language": "python",
            }
        )
    )


@pytest.fixture(scope="session")
def kernelspec(casa_kernel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name by which jupyter_client finds the kernel."""
    folder = tmp_path_factory.mktemp("jupyter")
    install_kernelspec(casa_kernel, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(folder))
        patch.setenv("JUPYTER_DATA_DIR", str(folder))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(folder / "runtime"))
        yield KERNEL_NAME


StartKernel = Callable[..., Any]


@pytest.fixture(scope="module")
def start_kernel(
    casa_kernel: Path, kernel_env: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartKernel]:
    """Starts kernels that end with the module: ``start_kernel(python=, env=, cwd=) -> Kernel``."""
    from kernel_client import Kernel

    kernels: list[Kernel] = []

    def start(python: str = TEST_PYTHON, env: dict[str, str] | None = None, cwd: Path | None = None) -> Kernel:
        folder = tmp_path_factory.mktemp("kernel")
        kernels.append(Kernel(casa_kernel, python, kernel_env | (env or {}), folder, cwd))
        return kernels[-1]

    yield start
    for kernel in kernels:
        kernel.end()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working directory with the measurement set of NGC 5921."""
    from casa_session import unpack_data

    return unpack_data(tmp_path_factory.mktemp("work"))


@pytest.fixture(scope="module")
def kernel(start_kernel: StartKernel) -> Any:
    """The module's kernel, for tests that leave it as they found it."""
    return start_kernel()


@pytest.fixture
def front(kernel: Any) -> Iterator[Any]:
    """A front end of the module's kernel; at the end every message must have been read."""
    from kernel_client import summary

    try:
        client = kernel.connect(timeout=5)
    except TimeoutError:  # an earlier test broke it, and has failed; this one is to say what it has to say
        kernel.manager.restart_kernel(now=True)
        client = kernel.connect()
    yield client
    unread = client.unread()
    client.close()
    kernel.fronts.remove(client)
    assert not unread, f"unread messages: {summary(unread)}"
