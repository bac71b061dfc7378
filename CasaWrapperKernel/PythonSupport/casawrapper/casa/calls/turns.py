"""CASA calls of different threads take turns.

CASA's C++ code is not made for two calls at once, on whatever data: they end the process. A widget's button, a comm
handler in a subshell or a thread of the user's may make one while a cell runs another.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from contextlib import suppress
from typing import Any

from casawrapper.casa.calls.call import CallRecord, TaskCall
from casawrapper.casa.calls.pipeline import Proceed
from casawrapper.util.interrupts import interruptible
from casawrapper.util.messages import notice

_SWITCH = "CASA_KERNEL_TURNS"
_PATIENCE_SECONDS = 1.0
_THREADS = "/proc/self/task"


class _Ticket:
    """A place in the queue."""

    def __init__(self, call: TaskCall) -> None:
        self.call = call
        self.thread = threading.get_ident()
        self.thread_name = threading.current_thread().name
        self.called = threading.Event()
        self._native_thread = threading.get_native_id()

    def is_abandoned(self) -> bool:
        """Whether its thread has ended without leaving: C code can do that, and Python does not notice."""
        return os.path.isdir(_THREADS) and not os.path.exists(f"{_THREADS}/{self._native_thread}")


class Turns:
    """A queue of calls, of which the first one runs; calls inside that call belong to it."""

    def __init__(self) -> None:
        self._queue: deque[_Ticket] = deque()
        # A forked child has only the thread that forked: nobody else holds a turn there.
        os.register_at_fork(after_in_child=self._queue.clear)

    def stage(self, record: CallRecord, proceed: Proceed) -> Any:
        """Let a call wait for those of other threads; an interrupt ends the wait.

        After one second of waiting the user is told for whom. With ``CASA_KERNEL_TURNS=off`` in the environment no call
        waits.
        """
        first = self.holder()
        if first is not None and first.thread == threading.get_ident():
            return proceed()
        ticket = _Ticket(record.call)
        self._queue.append(ticket)
        try:
            if os.environ.get(_SWITCH, "").lower() != "off":
                _wait(self, ticket)
            return proceed()
        finally:
            self._leave(ticket)

    def holder(self) -> _Ticket | None:
        """Whose turn it is.

        Returns
        -------
        ticket or None
            The place of the call that runs, with its ``call``, ``thread`` (Python's number of it) and ``thread_name``;
            None if no call runs.
        """
        with suppress(IndexError):
            while (first := self._queue[0]).is_abandoned():
                self._remove(first)
            return first
        return None

    def is_taken(self) -> bool:
        """Whether a call of any thread runs or waits."""
        return self.holder() is not None

    def _leave(self, ticket: _Ticket) -> None:
        self._remove(ticket)
        first = self.holder()
        if first is not None:
            first.called.set()

    def _remove(self, ticket: _Ticket) -> None:
        with suppress(ValueError):  # not there any more in a forked child
            self._queue.remove(ticket)


@interruptible
def _wait(turns: Turns, ticket: _Ticket) -> None:
    said = False
    while (first := turns.holder()) is not ticket:
        if not ticket.called.wait(_PATIENCE_SECONDS) and not said and first is not None:
            said = True
            notice(
                f"{ticket.call.name} waits for {first.call.name}, which {first.thread_name} runs: "
                "CASA can do one thing at a time."
            )


turns = Turns()
"""The turns of this process."""
