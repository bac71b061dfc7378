"""The one door through which every call of a CASA task passes.

CASA's task objects check and log their arguments and then call a private function with all of them.
That call is where we stand: casatasks' objects and casashell's inp/go twins both make it, the names
and values are complete, and CASA's own checks, log frames and exceptions stay untouched.
"""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass
from typing import Any, Callable, Protocol, Sequence

from casawrapper.casa.core.tracebacks import brief

Arguments = dict[str, Any]
Run = Callable[[Arguments], Any]
Adapter = Callable[[Arguments, Run], Any]


@dataclass(frozen=True)
class TaskCall:
    """One call: the task's name, every argument as the user meant it, how deep inside other tasks."""

    name: str
    arguments: Arguments
    depth: int


class TaskObserver(Protocol):
    """Wants to know when tasks begin and end."""

    def begin(self, call: TaskCall) -> None:
        """The task is about to run."""

    def end(self, call: TaskCall, result: object, error: BaseException | None) -> None:
        """The task returned `result`, or raised `error`."""


observers: list[TaskObserver] = []

_local = threading.local()


def _presentable(result: Any) -> Any:
    # Imported here because it takes longer than all else that a kernel needs of this package to start.
    from casawrapper.casa.display.tables import presentable

    return presentable(result)


def guarded(name: str, function: Callable[..., Any], parameters: Sequence[str],
            adapter: Adapter | None = None) -> Callable[..., Any]:
    """`function` behind the door: observed, and run through `adapter` when the user called it.

    `parameters` are the task's public names of the positional arguments.
    """

    @functools.wraps(function)
    def call(*values: Any, **named: Any) -> Any:
        # A task object gives every argument by position; anything else is CASA calling itself.
        if named or len(values) != len(parameters):
            return function(*values, **named)
        depth = getattr(_local, "depth", 0)
        task = TaskCall(name, dict(zip(parameters, values)), depth)
        _local.depth = depth + 1
        for observer in tuple(observers):
            observer.begin(task)
        result, failure = None, None
        try:
            run: Run = lambda arguments: function(*(arguments[key] for key in parameters))
            arguments = dict(task.arguments)
            result = adapter(arguments, run) if adapter and not depth else run(arguments)
            # Tasks that CASA calls itself give CASA what it expects.
            return result if depth else _presentable(result)
        except BaseException as error:
            failure = brief(error)
            raise
        finally:
            _local.depth = depth
            for observer in tuple(observers):
                observer.end(task, result, failure)

    return call
