"""What whoever shows CASA's log must know of Python: which cell a task, or a line, belongs to."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any, Protocol

from casawrapper.casa.calls.call import CallRecord, LogSpan
from casawrapper.casa.calls.pipeline import Proceed
from casawrapper.casa.core.messages import notice
from casawrapper.casa.display.sink import show as show_output
from casawrapper.casa.log.location import current_logfile
from casawrapper.casa.versions.private_tasks import task_lines
from casawrapper.util.imports import when_imported


class Host(Protocol):
    """Shows the log; the commands are

    - ``follow(path)``: CASA is about to log to this file too,
    - ``own()``, ``disown()``: what is logged between them comes from Python code of this cell,
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


def install(log: Host) -> None:
    """Tell `log` from now on."""
    global host
    host = log
    when_imported("casatools", _adapt)


def show(command: str, nothing: str) -> None:
    """Show what the host answers, or say that there is nothing."""
    content = host(command)
    if content:
        show_output(content)
    else:
        notice(nothing)


def casas_lines(record: CallRecord, proceed: Proceed) -> Any:
    """Stage: CASA's own first and last lines of a task stand around what it logs."""
    lines = task_lines()
    if lines is None:
        return proceed()
    result = None
    lines.begin()
    try:
        result = proceed()
        return result
    except Exception as error:
        lines.failed(error)
        raise
    finally:
        lines.end(result)


def span(record: CallRecord, proceed: Proceed) -> Any:
    """Stage: the host knows which lines belong to a call of the user's; those that it makes are part of it."""
    if record.call.depth:
        return proceed()
    path, begin = _position()
    host("begin", call=record.call.id, task=record.call.name)
    try:
        return proceed()
    finally:
        error = type(record.error).__name__ if record.error is not None else ""
        host("end", call=record.call.id, error=error, result=gist(record.result))
        if path:
            record.log = LogSpan(path, begin, _position()[1])


def _position() -> tuple[str, int]:
    """The file that CASA logs to and its size; empty where there is none."""
    path = current_logfile() or ""
    return (path, os.path.getsize(path)) if os.path.isfile(path) else ("", 0)


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
