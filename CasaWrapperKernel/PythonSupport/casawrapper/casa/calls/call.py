"""A call of a CASA task, and what is known of it once it has ended."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Protocol

Arguments = dict[str, Any]
Run = Callable[[Arguments], Any]
Adapter = Callable[[Arguments, Run], Any]


class LogLines(Protocol):
    """A part of CASA's log."""

    def lines(self) -> list[str]:
        """Its lines, as they stand in the file."""


@dataclass(frozen=True)
class TaskCall:
    """One call of a task."""

    id: int
    """A number that no other call of this process has."""
    name: str
    arguments: Arguments
    """Every argument, as the user meant it and CASA has checked it."""
    depth: int
    """0 for a call of the user's, 1 for a task that such a call makes, and so on."""
    parent: TaskCall | None = None
    """The call inside of which this one is made."""


@dataclass
class CallRecord:
    """What a call takes, does and gives; complete once it has ended."""

    call: TaskCall
    frame: FrameType | None = field(repr=False)
    """Where the call is made: it runs as long as this is on the stack. None once it has ended."""
    result: Any = None
    error: BaseException | None = None
    seconds: float = 0.0
    """Wall time, without the wait for other calls."""
    instead_of: float | None = None
    """Seconds that the task took when it ran, if this call was answered with what it made then; else None."""
    log: LogLines | None = None
    """What was logged while the call ran; lines of other threads may be among them."""
    displayed: list[dict[str, Any]] = field(default_factory=list)
    """What was shown under the cell: for each output its data by mime type."""
    notices: list[str] = field(default_factory=list)
    """The sentences that the user was told."""
    files_read: list[str] = field(default_factory=list)
    """Absolute paths of what the arguments name and was there before."""
    files_written: list[str] = field(default_factory=list)
    """Absolute paths of what the arguments name and is new or changed."""


_current: ContextVar[CallRecord | None] = ContextVar("casa_call", default=None)


def current() -> CallRecord | None:
    """The record of the innermost call that runs here, None outside of calls.

    Derived from the stack, so that whatever has ended a call, it no longer counts.
    """
    record = _current.get()
    if record is None or record.frame is None:
        return None
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame is not record.frame:
        frame = frame.f_back
    return record if frame is not None else None


def enter(record: CallRecord | None) -> CallRecord | None:
    """Make `record` the one of the running call.

    Returns
    -------
    CallRecord or None
        The one before, to be entered again at the end.
    """
    before = _current.get()
    _current.set(record)
    return before
