"""Clients that run without a browser, started as their users start them: jupyter execute, papermill, nbconvert,
jupyter console."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from kernel_client import plain, process_exists, wait_until

pytestmark = pytest.mark.deadline(120)
Client = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(kernelspec: str, kernel_env: dict[str, str]) -> dict[str, str]:
    """That of a user who has activated the environment of the tests; jupyter looks for its commands in PATH."""
    path = os.pathsep.join([os.path.dirname(sys.executable), kernel_env.get("PATH", "")])
    return kernel_env | {"PATH": path, "JUPYTER_PATH": os.environ["JUPYTER_PATH"], "PYTHONPATH": ""}


@pytest.fixture
def client(environment: dict[str, str], tmp_path: Path) -> Client:
    """Runs a module of Jupyter in a folder of its own."""

    def run(module: str, *arguments: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=100,
        )
        assert (done.returncode == 0) == ok, done.stderr[-4000:]
        return done

    return run


def write(folder: Path, kernel: str, *cells: str, name: str = "n.ipynb") -> str:
    """A notebook of code cells; papermill looks for the tag of the first."""
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}}
    )
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    notebook.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(notebook, folder / name)
    return name


def texts(path: Path) -> list[str]:
    """What each code cell printed and returned."""
    found = []
    for cell in (c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"):
        outputs = [o.get("text") or o.get("data", {}).get("text/plain") or o.get("evalue", "") for o in cell.outputs]
        found.append("".join(outputs))
    return found


def test_jupyter_execute(client: Client, kernelspec: str, tmp_path: Path) -> None:
    pytest.importorskip("nbclient.cli", reason="this nbclient has no jupyter execute")
    name = write(tmp_path, kernelspec, "print('one')", "import asyncio; await asyncio.sleep(0)\n6 * 7")
    client("jupyter", "execute", "--inplace", name)
    assert texts(tmp_path / name) == ["one\n", "42"]
    name = write(tmp_path, kernelspec, "print('one')", "1 / 0", "print('not reached')")
    assert "ZeroDivisionError" in client("jupyter", "execute", "--inplace", name, ok=False).stderr


def test_papermill(client: Client, kernelspec: str, tmp_path: Path) -> None:
    pytest.importorskip("papermill")
    name = write(tmp_path, kernelspec, "field = 'none'", "print('field', field)\nfield.upper()")
    client("papermill", name, "out.ipynb", "-p", "field", "N5921", "--no-progress-bar")
    assert texts(tmp_path / "out.ipynb")[-1] == "field N5921\n'N5921'"
    name = write(tmp_path, kernelspec, "x = 1", "raise ValueError('stop here')", "print('not reached')")
    assert "stop here" in client("papermill", name, "out.ipynb", "--no-progress-bar", ok=False).stderr
    assert texts(tmp_path / "out.ipynb")[-1] == ""


def test_nbconvert(client: Client, kernelspec: str, tmp_path: Path) -> None:
    pytest.importorskip("nbconvert")
    name = write(tmp_path, kernelspec, "print('one')", "%time x = 1\n!echo shell", "1 / 0", "print('last')")
    client("nbconvert", "--to", "notebook", "--execute", "--allow-errors", "--output", "out.ipynb", name)
    done = texts(tmp_path / "out.ipynb")
    assert (done[0], done[2], done[3]) == ("one\n", "division by zero", "last\n")
    assert done[1].endswith("shell\r\n")  # a command of ! has a terminal
    assert "ZeroDivisionError" in client("nbconvert", "--to", "html", "--execute", name, ok=False).stderr
    # The language_info that our kernel_info_reply put into the notebook chooses the exporter and the suffix.
    client("nbconvert", "--to", "script", "out.ipynb")
    script = (tmp_path / "out.py").read_text()
    compile(script, "out.py", "exec")
    assert "get_ipython().system('echo shell')" in script


# -- jupyter console, at a terminal --------------------------------------------------------------------------
class Console:
    """A user at jupyter console."""

    def __init__(self, kernel: str, environment: dict[str, str], folder: Path) -> None:
        import pexpect

        self.terminal = pexpect.spawn(
            sys.executable,
            ["-m", "jupyter", "console", "--kernel", kernel],
            env=environment,
            cwd=str(folder),
            encoding="utf-8",
            timeout=30,
            dimensions=(50, 200),
        )
        self.terminal.delaybeforesend = 0.3
        self.seen("In [")

    def seen(self, text: str) -> str:
        """Wait until the terminal shows this; returns what came before."""
        self.terminal.expect_exact(text)
        return plain(self.terminal.before)

    def type(self, line: str) -> None:
        self.terminal.sendline(line)

    def press(self, key: str) -> None:
        self.terminal.send(key)


@pytest.fixture
def console(kernelspec: str, environment: dict[str, str], tmp_path: Path) -> Iterator[Console]:
    pytest.importorskip("jupyter_console")
    # Nothing answers here when the prompt asks the terminal where its cursor is.
    terminal = {"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
    found = Console(kernelspec, environment | terminal, tmp_path)
    yield found
    found.terminal.close(force=True)


def test_console_runs_cells_shows_errors_and_asks(console: Console) -> None:
    console.type("'s' + 'um'")  # what is typed is echoed, so the answer must differ from it
    console.seen("'sum'")
    console.type("1 / 0")
    console.seen("division by zero")
    console.type("x = input('na' + 'me? ')")
    console.seen("name? ")
    console.type("Karl")
    console.type("x + ' Jan' + 'sky'")
    console.seen("'Karl Jansky'")
    console.type("zip?")
    console.seen("Type:")  # the last line of what the pager shows


def test_console_interrupts(console: Console) -> None:
    console.type("import time; print('sle' + 'eps'); time.sleep(60)")
    console.seen("sleeps")
    console.press("\x03")
    console.seen("KeyboardInterrupt")
    console.type("'al' + 'ive'")
    console.seen("'alive'")


def test_console_completes(console: Console) -> None:
    console.type("import os; print('rea' + 'dy')")
    console.seen("ready")
    console.press("os.getpgr\t")
    console.seen("getpgrp")


@pytest.mark.parametrize("end", ["exit", "quit()", "\x04"])
def test_console_quits(console: Console, end: str) -> None:
    import pexpect

    console.type("import os; print(f'process {os.getpid()} en' + 'd')")
    kernel = int(console.seen(" end").rpartition("process ")[2])
    console.press(end + "\r")
    if end == "\x04":
        console.press("y\r")  # Do you really want to exit?
    console.terminal.expect(pexpect.EOF)
    assert wait_until(lambda: not process_exists(kernel), 10)
