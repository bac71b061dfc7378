"""The one way that every call of a CASA task takes.

CASA's task objects check their arguments and then call a private function with all of them. That call is where we
stand: casatasks' objects and casashell's inp/go twins both make it, the names and values are complete, and the objects
themselves stay as CASA has made them. The call passes the stages of a pipeline, from the first to the last, then the
task's adapter, then CASA's function; the stages see its end in reverse order.
"""

from __future__ import annotations

import functools
import itertools
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from casawrapper.casa.calls import call as calls
from casawrapper.casa.calls.call import Adapter, Arguments, CallRecord, TaskCall
from casawrapper.casa.core.errors import brief
from casawrapper.util.interrupts import interruptible, protected

Proceed = Callable[[], Any]
Stage = Callable[[CallRecord, Proceed], Any]
"""`stage(record, proceed)` returns what `proceed()` does, or answers in its place.

It is protected code: an interrupt comes before it, after it or inside of `proceed()`, never between its own steps.
"""

_ids = itertools.count(1)


class Pipeline:
    """Stages, in the order in which a call enters them.

    Parameters
    ----------
    *stages
        The first one is entered first and left last.
    """

    def __init__(self, *stages: Stage) -> None:
        self.stages = [protected(stage) for stage in stages]

    def guard(
        self, name: str, function: Callable[..., Any], parameters: Sequence[str], adapter: Adapter | None = None
    ) -> Callable[..., Any]:
        """`function` behind the pipeline.

        Parameters
        ----------
        name
            The task's name.
        function
            CASA's function for it, which takes the arguments by position.
        parameters
            The task's public names of these; CASA may give further arguments by name.
        adapter
            Runs a call of the user's in its own way; a task that another one calls runs as CASA has made it.
        """

        @functools.wraps(function)
        @protected
        def call(*values: Any, **named: Any) -> Any:
            given: Arguments = dict(zip(parameters, values, strict=False)) | named

            def run(arguments: Arguments) -> Any:
                first = parameters[: len(values)]
                return function(
                    *(arguments[key] for key in first),
                    **{key: value for key, value in arguments.items() if key not in first},
                )

            outer = calls.current()
            parent = outer.call if outer is not None else None
            record = CallRecord(
                TaskCall(next(_ids), name, given, parent.depth + 1 if parent else 0, parent), frame=sys._getframe()
            )
            wanted = adapter if parent is None else None
            before = calls.enter(record)
            try:
                return self._enter(0, record, functools.partial(_answer, record, run, wanted))
            finally:
                calls.enter(before)
                # A frame and its own record would keep each other, and the result, until the next collection.
                record.frame = None

        return call

    @protected
    def _enter(self, number: int, record: CallRecord, last: Proceed) -> Any:
        if number == len(self.stages):
            return last()
        record.result = self.stages[number](record, functools.partial(self._enter, number + 1, record, last))
        return record.result


@protected
def _answer(record: CallRecord, run: calls.Run, adapter: Adapter | None) -> Any:
    begin = time.monotonic()
    try:
        record.result = _run(dict(record.call.arguments), run, adapter)
    except BaseException as error:
        record.error = brief(error)
        raise
    finally:
        record.seconds = time.monotonic() - begin
    return record.result


@interruptible
def _run(arguments: Arguments, run: calls.Run, adapter: Adapter | None) -> Any:
    return adapter(arguments, run) if adapter else run(arguments)
