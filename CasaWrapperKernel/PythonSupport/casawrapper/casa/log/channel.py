"""What whoever shows CASA's log must know of Python: which cell a task, or a line, belongs to."""

from __future__ import annotations

import functools
import itertools
import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any, Protocol

from casawrapper.casa.calls.pipeline import TaskCall, observers
from casawrapper.casa.core.messages import notice
from casawrapper.util.imports import when_imported


class Host(Protocol):
    """Shows the log; the commands are

    - ``follow(path)``: CASA is about to log to this file too,
    - ``own()``, ``disown()``: what is logged between them comes from Python code of this cell,
    - ``apart(on)``: what is logged while it is on belongs to no cell,
    - ``begin(call, task)``, ``end(call, error, result)``: a task that the user called,
    - ``switch(on)``, ``level(level)``: what to show under the cells,
    - ``state()``: gives ``on``, ``counts`` and ``parts``, each with ``path`` and the byte ``start``,
    - ``last()``, ``session()``: give the block of the last cell and the whole log, by mime type.
    """

    def __call__(self, command: str, **argument: Any) -> dict[str, Any]: ...


def no_host(command: str, **argument: Any) -> dict[str, Any]:
    """Where nobody shows the log: every answer is empty."""
    return {}


host: Host = no_host
_calls = itertools.count(1)


def install(log: Host) -> None:
    """Tell `log` from now on."""
    global host
    host = log
    observers.append(_Observer())
    when_imported("casatools", _adapt)


def show(command: str, nothing: str) -> None:
    """Show what the host answers, or say that there is nothing."""
    content = host(command)
    if content:
        # Here, because doctor must work in a Python that lacks IPython.
        from IPython.display import publish_display_data

        publish_display_data(content)
    else:
        notice(nothing)


class _Observer:
    """Tells of the tasks that the user calls; those that they call are part of them."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

    def begin(self, call: TaskCall) -> None:
        if call.depth == 0:
            number = self._numbers[id(call)] = next(_calls)
            host("begin", call=number, task=call.name)

    def end(self, call: TaskCall, result: object, error: BaseException | None) -> None:
        number = self._numbers.pop(id(call), None)
        if number is not None:
            host("end", call=number, error=type(error).__name__ if error is not None else "", result=gist(result))


def gist(result: object) -> str:
    """A task's answer in a few words."""
    if result is None:
        return ""
    if isinstance(result, (bool, int, float, str)):
        text = repr(result)
        return text if len(text) <= 40 else f"{text[:37]}..."
    if isinstance(result, dict):
        return f"a dictionary of {len(result)}" if result else "an empty dictionary"
    if isinstance(result, (list, tuple)):
        return f"a {type(result).__name__} of {len(result)}"
    return type(result).__name__


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

    @functools.wraps(method)
    def call(*args: object, **kwargs: object) -> object:
        with alone:
            try:
                host("own")
                return method(*args, **kwargs)
            finally:
                host("disown")

    return call
