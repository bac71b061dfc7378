"""What whoever shows CASA's log must know of Python: which cell a task, or a line, belongs to."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import ModuleType
from typing import Any, Protocol

from casawrapper.casa.calls.turns import turns
from casawrapper.casa.display.sink import show as show_output
from casawrapper.util.alike import alike
from casawrapper.util.imports import when_imported
from casawrapper.util.interrupts import protected
from casawrapper.util.messages import notice


class Host(Protocol):
    """Shows the log; the commands are

    - ``follow(path)``: CASA is about to log to this file too,
    - ``own(text)``, ``disown()``: what is logged between them comes from Python code of this cell; if a text is
      given, only what it says, as C++ code of other threads may log meanwhile,
    - ``apart(on)``: what is logged while it is on belongs to no cell,
    - ``starting(on)``: what is logged while it is on is CASA's own start, of which a cell gets warnings only,
    - ``begin(call, task, arguments, process, thread, path, size)``, ``end(call, process, error, result, path, size)``:
      a task that the user called, who works at it, and how many bytes the log had then; said in forked children too,
    - ``children(path)``: the file into which forked children write what they say (`bridge/host.py`),
    - ``switch(on)``, ``level(level)``: what to show under the cells,
    - ``state()``: gives ``on``, ``counts`` and ``parts``, each with ``path``, the byte ``start``, and ``open``, the
      path by which this process can read it when that name is another file's or nobody's,
    - ``last()``, ``session()``: give the block of the last cell and the whole log, by mime type.

    Parameters
    ----------
    command
        One of those above.
    **argument
        What stands in its brackets, as values that JSON knows.

    Returns
    -------
    dict
        The answer; empty for commands that give none, and for all of them in a forked child.
    """

    def __call__(self, command: str, **argument: Any) -> dict[str, Any]: ...


def no_host(command: str, **argument: Any) -> dict[str, Any]:
    """Where nobody shows the log: every answer is empty."""
    return {}


host: Host = no_host


def install(log: Host) -> None:
    """Tell `log` from now on.

    Parameters
    ----------
    log
        Takes the place of `no_host`. casatools is adapted as soon as it is imported.
    """
    global host
    host = log
    when_imported("casatools", _adapt)


_depths = {"starting": 0, "apart": 0}


@contextmanager
def switched_on(command: str) -> Iterator[None]:
    """Around what is logged as CASA's own start (``starting``), or as of no cell (``apart``); also in another one."""
    _depths[command] += 1
    if _depths[command] == 1:
        host(command, on=True)
    try:
        yield
    finally:
        _depths[command] -= 1
        if _depths[command] == 0:
            host(command, on=False)


def show(command: str, nothing: str) -> None:
    """Show what the host answers, or say that there is nothing.

    Parameters
    ----------
    command
        One that gives something to show, by mime type: ``last`` or ``session``.
    nothing
        The sentence for the user if that is empty.
    """
    content = host(command)
    if content:
        show_output(content)
    else:
        notice(nothing)


def _adapt(casatools: ModuleType) -> None:
    sink = casatools.logsink
    # CASA's log is not made for several threads: at once, they write lines twice and with each other's origins.
    # A fork waits, or the child would have the lock for ever.
    alone = threading.RLock()
    os.register_at_fork(before=alone.acquire, after_in_parent=alone.release, after_in_child=alone.release)
    for method in (sink.post, sink.postLocally, sink.origin):
        setattr(sink, method.__name__, _from_cell(method, alone))


def _from_cell(method: Callable[..., object], alone: AbstractContextManager[Any]) -> Callable[..., object]:
    """`method`, which writes into the log, one at a time; what it writes belongs to the cell that calls it."""

    @protected
    def call(*args: object, **kwargs: object) -> object:
        text = kwargs.get("message", args[1] if len(args) > 1 else None)
        known = {"text": text} if isinstance(text, str) else {}
        with turns.without_code(), alone:
            try:
                host("own", **known)
                return method(*args, **kwargs)
            finally:
                host("disown")

    return alike(method, call)
