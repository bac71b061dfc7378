"""Code between whose begin and end no interrupt may fall: the interrupt then waits until that code is left.

A signal handler of Python runs between any two steps of any function. Whoever handles SIGINT asks `must_wait` first.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

_waits: dict[CodeType, bool] = {}


def protected(function: Function) -> Function:
    """Let an interrupt wait while `function` runs, and what it calls."""
    _waits[function.__code__] = True
    return function


def interruptible(function: Function) -> Function:
    """Let an interrupt end `function`, and what it calls, though protected code has called it."""
    _waits[function.__code__] = False
    return function


def must_wait(frame: FrameType | None) -> bool:
    """Whether an interrupt must not be raised at `frame`: the innermost function that says anything decides.

    Parameters
    ----------
    frame
        Where the signal has arrived; None has nothing that would have to wait.
    """
    while frame is not None:
        waits = _waits.get(frame.f_code)
        if waits is not None:
            return waits
        frame = frame.f_back
    return False
