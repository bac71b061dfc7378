"""The main program inside Python: an event loop that runs cells and answers questions about code.

The host wakes the loop through an event descriptor; jobs are then taken one after the other. Code without a top-level
``await`` runs right in the loop's callback, as ipykernel does it, so that it may block as it likes.
"""

from __future__ import annotations

import _thread
import asyncio
import contextvars
import faulthandler
import gc
import linecache
import os
import signal
import sys
import threading
import time
from types import FrameType
from typing import TYPE_CHECKING, Any

from casawrapper.bridge import host, streams
from casawrapper.bridge.idle import BEGIN_SECONDS, Idle
from casawrapper.util import log
from casawrapper.util.coroutines import resumed
from casawrapper.util.interrupts import must_wait

if TYPE_CHECKING:
    from casawrapper.protocol.requests import Requests

_AGAIN_SECONDS = 0.005


def main() -> int:
    """Run until the host says to stop. Returns the exit status."""
    sys.argv = ["casa-kernel"]
    gc.disable()  # all that is made while starting is there to stay
    # .NET's handlers for these would let a forked child that is terminated end the kernel.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    try:
        from casawrapper.bridge import subshells
        from casawrapper.protocol.requests import Requests

        requests = Requests()
    except ImportError as error:
        return _explain(error)
    # Python keeps the text of our start there, and would show it as the source of what a cell gives to exec.
    linecache.cache.pop("<string>", None)
    # Until here, what is printed (by a broken configuration, say) goes to the log of the Jupyter server.
    streams.install()
    log.attach(host.settings["log_descriptor"])
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    runner = _Runner(loop, requests)
    signal.signal(signal.SIGINT, runner.on_interrupt)
    if (record := host.settings["crash_descriptor"]) >= 0:
        # The host then puts its own handlers above, by which .NET still makes exceptions of its own faults.
        faulthandler.enable(record)
    host.ready()
    subshells.start(requests)
    # Searched for garbage again and again, IPython's own objects would hold up a cell now and then.
    gc.freeze()
    gc.enable()
    runner.run()
    _end_children()
    return 0


def _end_children() -> None:
    """End the programs that cells have left running, if they are in a process group of the kernel's own.

    Those in a session of their own were meant to stay, or have an exit handler that ends them.
    """
    if os.getpgrp() == os.getpid():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(os.getpgrp(), signal.SIGTERM)


def _explain(error: ImportError) -> int:
    """Say in every cell what is missing, until the kernel is shut down."""
    host.ready()
    name = (error.name or str(error)).partition(".")[0]
    host.fail(
        f"The Python of this kernel ({sys.executable}) has no {name} ({error}). "
        f"Install it with: {sys.executable} -m pip install ipython"
    )
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pause()
    return 1


class _Runner:
    """Takes jobs and knows what an interrupt means at any time."""

    _TWIN_SECONDS = 0.05
    """The host's signal and its flag make one interrupt, though they may arrive this far apart."""

    def __init__(self, loop: asyncio.AbstractEventLoop, requests: Requests) -> None:
        self._loop = loop
        self._requests = requests
        self._wake = host.settings["main_descriptor"]
        self._context = contextvars.copy_context()
        self._job: host.Job | None = None
        self._task: asyncio.Task[None] | None = None
        self._last_interrupt = 0.0
        self._host_interrupted: host.Job | None = None
        self._idle = Idle(loop, requests.step, lambda: self._job is None and self._is_free())

    def run(self) -> None:
        self._loop.add_reader(self._wake, self._on_wake)
        self._idle.wait(BEGIN_SECONDS)
        while not self._requests.stopping:
            try:
                self._loop.run_forever()
            except KeyboardInterrupt:
                self._end_interrupted()
        self._loop.remove_reader(self._wake)

    def on_interrupt(self, signum: int, frame: FrameType | None) -> None:
        """An interrupt ends the running cell, and does nothing when none runs."""
        if must_wait(frame):
            # Comes again soon, until it comes where it does no harm; at once would be inside of this handler.
            _thread.start_new_thread(self._interrupt_again, (self._job,))
            return
        now, by_host = time.monotonic(), host.take_interrupt()
        is_twin = (
            not by_host and self._job is self._host_interrupted and now - self._last_interrupt < self._TWIN_SECONDS
        )
        if self._job is None or is_twin:
            return
        self._last_interrupt, self._host_interrupted = now, self._job if by_host else None
        if self._task is not None and not _is_running(self._task.get_coro(), frame):
            # Raised in the loop's own code, it would leave the task without its next step, for ever.
            self._requests.shell.interrupted = True
            # The loop may sleep in a system call, and a plain call of cancel() would not wake it.
            self._loop.call_soon_threadsafe(self._task.cancel)
            return
        raise KeyboardInterrupt

    def _interrupt_again(self, job: host.Job | None) -> None:
        time.sleep(_AGAIN_SECONDS)
        if self._job is job:
            # To that thread, or one that waits in a system call would go on waiting.
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    def _on_wake(self) -> None:
        host.clear(self._wake)
        while self._is_free() and (job := host.take(host.MAIN_LANE)) is not None:
            if job.msg_type == "execute_request":
                self._execute(job)
            else:
                host.enter(job)
                self._requests.answer(job)
        if self._requests.stopping:
            self._loop.stop()
        elif self._is_free():
            self._idle.wait(0 if self._requests.is_awaited() else BEGIN_SECONDS)

    def _is_free(self) -> bool:
        return self._task is None and not self._requests.stopping

    def _execute(self, job: host.Job) -> None:
        self._job = job
        self._context.run(host.enter, job)
        try:
            cell = self._context.run(self._requests.begin, job)
            needs_loop = self._requests.needs_loop(cell)
            running = self._requests.execute(cell)
            if not needs_loop:
                # Without a top-level await, which the user's AST transformers may still bring, it ends at this step.
                running = resumed(running, self._context.run(running.send, None))
            self._task = _create_task(self._loop, running, self._context)
            self._task.add_done_callback(self._on_task_done)
        except StopIteration:
            self._end()
        except KeyboardInterrupt:
            self._end_interrupted()
        except Exception as error:
            self._end_failed(error)

    def _on_task_done(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if task.cancelled() or isinstance(task.exception(), KeyboardInterrupt):
            self._end_interrupted()
        elif (error := task.exception()) is not None:
            self._end_failed(error)
        else:
            self._end()
        self._on_wake()

    def _end_interrupted(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            self._requests.complete_interrupted(job)
        self._exit_if_child()

    def _end_failed(self, error: BaseException) -> None:
        """The request itself was of no use, or IPython failed; the client must not wait for ever."""
        job, self._job = self._job, None
        if job is not None:
            self._requests.complete_failed(job, error)
        self._exit_if_child()

    def _end(self) -> None:
        self._job = None
        self._exit_if_child()

    def _exit_if_child(self) -> None:
        """A cell forked and the child came back here: it has no kernel to go on with."""
        if host.in_child():
            sys.stdout.flush()
            os._exit(self._requests.exit_status)


def _is_running(coroutine: Any, frame: FrameType | None) -> bool:
    """Whether the code at this frame was called by the coroutine."""
    outermost = coroutine.cr_frame
    while frame is not None and frame is not outermost:
        frame = frame.f_back
    return frame is not None


def _create_task(loop: asyncio.AbstractEventLoop, cell: Any, context: contextvars.Context) -> asyncio.Task[None]:
    """Context variables that a cell sets are there for the next one; before 3.11 a task always works on a copy."""
    if sys.version_info >= (3, 11):
        return loop.create_task(cell, context=context)
    return context.run(loop.create_task, cell)
