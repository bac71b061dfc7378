"""Import a package a few statements of its `__init__` at a time; nobody sees it before it is whole.

Whoever imports it in between, in any thread, has the rest executed at once.
"""

from __future__ import annotations

import ast
import importlib
import sys
import threading
import time
from types import ModuleType
from typing import Any

from casawrapper.util.parsing import parse, quietly

_SECONDS = 0.02
"""For so long statements are executed before a pause; the last one may take longer."""


class _Pause(BaseException):
    """Ends an import that is to go on later: Python then takes the module away, as one whose import has failed."""


class _Partly:
    """A package whose `__init__` has been executed in part."""

    def __init__(self, module: ModuleType, source: str, path: str) -> None:
        self.module = module
        self._path = path
        self._statements = parse(source, path).body
        self._flags = _futures(self._statements)
        self._parts: dict[str, ModuleType] = {}
        self._prefix = module.__name__ + "."

    def go_on(self, until: float | None) -> None:
        """Execute what is left, or a part of it that takes until then by the clock."""
        sys.modules.update(self._parts)
        while self._statements:
            statement = self._statements.pop(0)
            with quietly():
                code = compile(ast.Module([statement], []), self._path, "exec", self._flags, dont_inherit=True)
            exec(code, vars(self.module))
            if until is not None and self._statements and time.monotonic() > until:
                self._hide_parts()
                raise _Pause

    def _hide_parts(self) -> None:
        names = [name for name in sys.modules if name.startswith(self._prefix)]
        self._parts = {name: sys.modules.pop(name) for name in names}


_partly: dict[str, _Partly] = {}
_stepping: tuple[str, int] | None = None


def advance(name: str) -> bool:
    """Import a little more of the package or module `name`; whether it is there now.

    Returns
    -------
    bool
        False if it is to be called again.

    Raises
    ------
    Exception
        What the import raises.
    """
    global _stepping
    if name not in sys.modules:
        _stepping = (name, threading.get_ident())
        try:
            importlib.import_module(name)
        except _Pause:
            return False
        finally:
            _stepping = None
    return True


def is_wanted(name: str) -> bool:
    """Whether the import of this module that begins now must come to `execute`."""
    return name in _partly or _stepping == (name, threading.get_ident())


def begun(name: str) -> ModuleType | None:
    """The module that has been executed in part.

    Returns
    -------
    module or None
        To be taken for the new module of that name, so that what has been executed is not lost; None if there is none.
    """
    return _partly[name].module if name in _partly else None


def execute(name: str, module: ModuleType, loader: Any) -> None:
    """Execute the module by its `loader`; in part, if it is the one that `advance` speaks of.

    Parameters
    ----------
    name
        The module's absolute name.
    module
        The new module, or the one that `begun` has given.
    loader
        Python's own loader of it.

    Raises
    ------
    Exception
        What the module's code raises. A pause is raised too, which no handler of errors catches.
    """
    steps = _stepping == (name, threading.get_ident())
    if name not in _partly and not (steps and _can_be_parted(name, module, loader)):
        loader.exec_module(module)
        return
    partly = _partly.pop(name)
    try:
        partly.go_on(time.monotonic() + _SECONDS if steps else None)
    except _Pause:
        _partly[name] = partly
        raise


def _can_be_parted(name: str, module: ModuleType, loader: Any) -> bool:
    """Whether the module is a package with its source, which then is remembered as one that is executed in part."""
    if not hasattr(module, "__path__") or not hasattr(loader, "get_source"):
        return False
    source = loader.get_source(name)
    if source:
        _partly[name] = _Partly(module, source, str(module.__file__))
    return bool(source)


def _futures(statements: list[ast.stmt]) -> int:
    """The compiler's flags of each `from __future__ import`; they hold for all statements."""
    flags = 0
    for statement in statements:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            features = (getattr(importlib.import_module("__future__"), alias.name) for alias in statement.names)
            flags |= sum(feature.compiler_flag for feature in features)
    return flags
