"""casatools' libraries are loaded while no other thread loads one: both would wait for ever, in plain Python too.

One of them runs Python when it is loaded, and holds the dynamic linker's lock meanwhile. Whenever that Python lets
another thread have its turn, and that thread loads a library, it waits for the linker's lock and keeps Python's.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from casawrapper.casa.versions.private_names import LIBRARIES
from casawrapper.util.imports import while_importing, while_loading

_CTYPES = ("ctypes.dlopen", "ctypes.dlsym", "ctypes.dlsym/handle")
_lock = threading.RLock()
_is_closed = False
_is_watched = False


def install() -> None:
    """Leave the hooks."""
    while_importing("casatools", _prepared)
    while_loading(LIBRARIES, _alone)


@contextmanager
def _prepared() -> Iterator[None]:
    global _is_watched
    if not _is_watched:
        _is_watched = True
        sys.addaudithook(_wait)
    # The library imports it, and would have to wait for another thread that imports it and waits at the gate.
    with suppress(ImportError):
        import numpy  # noqa: F401
    yield


@contextmanager
def _alone() -> Iterator[None]:
    global _is_closed
    with _lock:
        _is_closed = True
        try:
            yield
        finally:
            _is_closed = False


def _wait(event: str, arguments: tuple[Any, ...]) -> None:
    """Wait at the gate: Python says so (sys.audit) just before it loads a library or looks for a symbol of one."""
    if _is_closed and (event in _CTYPES or event == "import" and arguments[1] is not None):
        with _lock:
            pass
