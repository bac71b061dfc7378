"""The notebook that the cells of a test's module share: each of them runs when a test first asks for it, once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from casa_session import Cell, Shell, unpack_data
from cells import Code, cells_of


class Notebook:
    """Runs cells in one process, in a folder with the data of NGC 5921; in a new one when that has died."""

    def __init__(self, module: object, make_folder: Callable[[], Path], **environment: str) -> None:
        self._module, self._make_folder, self._environment = module, make_folder, environment
        self._shell: Shell | None = None
        self._done: dict[tuple[Code, str], Cell] = {}
        self.folder, self._before = Path(), set[str]()

    def __call__(self, code: Code, /, **values: Any) -> Cell:
        """What a cell gave, with these values for its parameters; it ended in an error if it is to, and only then."""
        __tracebackhide__ = True  # who reads of a failure wants the line of the test, and the cell's error
        done = self._run_once(code, **values)
        if code.fails is (done.error is None):
            ended = f"with {done.error}\n{done.stdout}" if done.error else "without an error"
            pytest.fail(f"the cell {code} ended {ended}")
        return done

    def shell(self) -> Shell:
        """The process, begun if it is not there."""
        if self._shell is None:
            self._done.clear()
            self.folder = unpack_data(self._make_folder())
            self._before = set(os.listdir(self.folder))
            self._shell = Shell(self.folder, **self._environment)
        return self._shell

    def files_left(self) -> set[str]:
        """The files that all cells of the module have left in the working folder, once the process has ended."""
        for code in cells_of(self._module):
            self._run_once(code)
        self.end()
        return set(os.listdir(self.folder)) - self._before

    def end(self) -> None:
        """End the process; a cell that has not run yet begins another one."""
        shell, self._shell = self._shell, None
        if shell is not None:
            shell.end()

    def _run_once(self, code: Code, /, **values: Any) -> Cell:
        __tracebackhide__ = True
        key = (code, repr(values))
        if key not in self._done:
            shell = self.shell()
            for need in code.needs:
                self(need)
            try:
                self._done[key] = shell.run(code.text(**values))
            except BaseException:  # it has died, or may still be in the cell: the next test is to have another one
                shell.kill()
                self._shell = None
                raise
        return self._done[key]


StartNotebook = Callable[..., Notebook]


@pytest.fixture(scope="module")
def start_notebook(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartNotebook]:
    """Makes notebooks that end with the module: ``start_notebook(HOME=...) -> Notebook``."""
    notebooks: list[Notebook] = []

    def start(**environment: str) -> Notebook:
        name = request.module.__name__.rpartition("test_casa_")[2]
        made = Notebook(request.module, lambda: tmp_path_factory.mktemp(name), **environment)
        notebooks.append(made)
        return made

    yield start
    for one in notebooks:
        one.end()


@pytest.fixture(scope="module")
def notebook(start_notebook: StartNotebook) -> Notebook:
    """The notebook of the module's cells."""
    return start_notebook()
