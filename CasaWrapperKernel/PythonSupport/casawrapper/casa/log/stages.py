"""What a call of a task has to do with the log: whose lines they are, and CASA's own first and last ones."""

from __future__ import annotations

import os
import reprlib
import threading
from contextlib import suppress
from typing import Any

from casawrapper.casa.calls.call import Arguments, CallRecord
from casawrapper.casa.calls.pipeline import Proceed
from casawrapper.casa.log import channel
from casawrapper.casa.log.location import current_logfile
from casawrapper.casa.log.reader import LogSince
from casawrapper.casa.versions.private_tasks import task_lines

_MOST_CHARACTERS = 6000
_short = reprlib.Repr()
_short.maxstring = _short.maxother = 300
_short.maxlist = _short.maxdict = _short.maxtuple = 20


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
    path = current_logfile()
    record.log = log = LogSince(path)
    who = {"call": record.call.id, "process": os.getpid()}
    given = in_brief(record.call.arguments)
    channel.host(
        "begin", task=record.call.name, arguments=given, thread=threading.get_native_id(), **who, **_length(path)
    )
    try:
        return proceed()
    finally:
        error = type(record.error).__name__ if record.error is not None else ""
        replayed = {} if record.instead_of is None else {"instead_of": record.instead_of}
        channel.host("end", error=error, result=gist(record.result), **replayed, **who, **_length(path))
        log.close()


def _length(path: str | None) -> dict[str, Any]:
    """How far the log is, as whoever reads what forked children have said, later, must know."""
    with suppress(OSError):
        return {"path": path, "size": os.path.getsize(path)} if path else {}
    return {}


def in_brief(arguments: Arguments) -> str:
    """A call's arguments as they would be written, one a line.

    Returns
    -------
    str
        Without those that are empty; of long ones the beginning and the end. A few thousand characters at most.
    """
    lines: list[str] = []
    left = _MOST_CHARACTERS
    for name, value in arguments.items():
        if value is None or isinstance(value, (str, list, dict, tuple)) and not value:
            continue
        line = f"{name}={_short.repr(value)}"
        left -= len(line)
        if left < 0:
            return "\n".join([*lines, "..."])
        lines.append(line)
    return "\n".join(lines)


def gist(result: object) -> str:
    """A task's answer in a few words.

    Returns
    -------
    str
        A number or text as Python writes it, up to 40 characters; of collections the type and the size, of other
        objects the type; "" for None.
    """
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
