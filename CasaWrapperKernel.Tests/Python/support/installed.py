"""``casa-kernel`` as a user runs it, and the kernels that it has installed as Jupyter starts them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from conftest import TEST_PYTHON
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

RunCell = Callable[[str], str]


class Site:
    """A home folder with Jupyter's data in it, and the program."""

    def __init__(self, folder: Path, program: Path, env: dict[str, str]) -> None:
        self.folder, self.program = folder, program
        self.data = folder / "data"
        self.env = {**env, "HOME": str(folder), "JUPYTER_DATA_DIR": str(self.data)}
        for name in ("CASA_PYTHON", "VIRTUAL_ENV", "CONDA_PREFIX"):
            self.env.pop(name, None)

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.program), *map(str, arguments)], env=self.env, capture_output=True, text=True, timeout=90
        )

    def says(self, *arguments: object) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refuses(self, *arguments: object) -> str:
        """The one sentence that it refuses with."""
        done = self.run(*arguments)
        assert done.returncode != 0, done.stdout
        return done.stderr.splitlines()[0]

    @contextmanager
    def kernel(self, name: str = "casa-kernel", **changes: str | None) -> Iterator[RunCell]:
        """Start an installed kernel; gives a function that runs a cell and gives its value, its text or its error."""
        env = {key: value for key, value in {**self.env, **changes}.items() if value is not None}
        manager = KernelManager(
            kernel_name=name, kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(self.data / "kernels")])
        )
        manager.start_kernel(env=env, cwd=str(self.folder))
        client = manager.blocking_client()
        client.start_channels()

        def run_cell(code: str) -> str:
            said: list[str] = []

            def hear(message: dict) -> None:
                content = message["content"]
                is_text = message["msg_type"] == "display_data" and "text/html" not in content["data"]
                if message["msg_type"] == "execute_result" or is_text:
                    said.append(content["data"]["text/plain"])
                elif message["msg_type"] == "stream":
                    said.append(content["text"])
                elif message["msg_type"] == "error":
                    said.append(f"{content['ename']}: {content['evalue']}")

            client.execute_interactive(code, timeout=90, output_hook=hear)
            return "".join(said)

        try:
            client.wait_for_ready(timeout=60)
            yield run_cell
        finally:
            client.stop_channels()
            manager.shutdown_kernel()


def borrowing_environment(folder: Path, python: str = TEST_PYTHON) -> Path:
    """A new virtual environment that sees the packages of the Python under test; its python."""
    subprocess.run([python, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=60)
    lend(next((folder / "lib").glob("python3*/site-packages")))
    return folder / "bin" / "python"


def lend(site_packages: Path) -> None:
    """Let an environment see the packages of the Python under test."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    own = subprocess.run([TEST_PYTHON, "-c", code], check=True, capture_output=True, text=True, timeout=60).stdout
    (site_packages / "borrowed.pth").write_text(own)


def mapped(run_cell: RunCell, name: str) -> set[str]:
    """The files of a library that are loaded in the kernel."""
    return set(re.findall(rf"/\S*/{re.escape(name)}\S*", run_cell("print(open('/proc/self/maps').read())")))
