"""CASA's import in small steps, for times in which nobody waits, so that the first cell with CASA need not.

Only for the main thread: while it is loaded casatools runs Python with the lock that loading a library takes, and
another thread that wants to load one then waits for ever. Whatever goes wrong is left to the cell that comes to need
CASA: it meets the same, and its user sees it.
"""

from __future__ import annotations

import gc
import importlib
import io
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext, redirect_stderr, redirect_stdout, suppress
from typing import TYPE_CHECKING

from casawrapper.casa import catalog
from casawrapper.casa.log import channel
from casawrapper.casa.setup import casa_data, environment, late_settings, protobuf
from casawrapper.util.import_order import needed_by
from casawrapper.util.import_steps import advance

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_PACKAGES = ("casatools", "casatasks", "casaplotms", "casaviewer")
_VARIABLE = "CASA_KERNEL_IMPORT"
_SECONDS = 0.02
"""For so long a step goes on; what is begun by then is finished."""

_work: Iterator[None] | None = None
_awaited = ""
_said = io.StringIO()


def install(shell: InteractiveShell, prepare: Callable[[], None]) -> None:
    """Have everything imported that a cell of `shell` may need, and then `prepare` called, unless the user says no."""
    global _work
    if os.environ.get(_VARIABLE, "").lower() != "off":
        _work = _everything(shell, prepare)


def ask(package: str) -> None:
    """Have this package imported soon, by what is being imported already or alone."""
    global _work, _awaited
    _awaited = package
    if _work is None:
        _work = _import(package)


def is_awaited() -> bool:
    """Whether somebody has asked for a package that is not there yet."""
    return _work is not None and bool(_awaited) and _awaited not in sys.modules


def step() -> bool:
    """Import a little; whether there is more to do."""
    global _work
    if _work is None:
        return False
    collects = gc.isenabled()
    gc.disable()  # what is made here is there to stay
    try:
        with channel.switched_on("apart"), redirect_stdout(_said), redirect_stderr(_said):
            until = time.monotonic() + _SECONDS
            while time.monotonic() < until:
                next(_work)
    except (Exception, SystemExit):
        _work = None
    finally:
        if collects:
            gc.enable()
    return _work is not None


def tell() -> None:
    """Print what CASA's import has had to say, now that somebody comes to need CASA."""
    text = _said.getvalue()
    if text:
        _said.seek(0)
        _said.truncate()
        sys.stdout.write(text)


def _everything(shell: InteractiveShell, prepare: Callable[[], None]) -> Iterator[None]:
    packages = [package for package in _PACKAGES if catalog.package_folder(package) is not None]
    if "casatools" not in packages:
        return
    with environment.importing():
        pass  # what it chooses is for the modules that CASA needs too
    form = protobuf.in_python if any(map(protobuf.needs_python, packages)) else nullcontext
    for name in needed_by(*packages):
        yield
        with suppress(Exception), form():
            # At once: others import these packages too, in threads of their own.
            if name:
                importlib.import_module(name)
    if casa_data.may_be_updated():
        return
    for package in packages:
        yield from _import(package)
    late_settings.follow()
    prepare()
    if shell.execution_count == 1:
        yield
        # Searched for garbage again and again, CASA's objects would hold up a cell now and then; the user has none yet.
        gc.freeze()


def _import(name: str) -> Iterator[None]:
    while not advance(name):
        yield
