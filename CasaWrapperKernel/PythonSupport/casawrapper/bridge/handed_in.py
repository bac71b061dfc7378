"""Work belongs to the cell that handed it in, whichever thread does it.

Python gives a new thread an empty context, and the threads of a pool live longer than the cell that made it. So a
thread begins under the cell that started it, and goes over to another one with the work that it takes from a queue.
Pools, executors and logging's listeners all get theirs in that way. Nothing of this is on a thread's stack while it
works.
"""

from __future__ import annotations

import importlib
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import Context
from functools import partial
from typing import Any

from casawrapper.bridge import host
from casawrapper.util.running import cell_number
from casawrapper.util.threads import is_left_alone

_Cell = tuple[host.Job | None, int]
"""The request of a cell, and its number: a plain tuple, since one is made for all that is put into a queue."""


class _Here(threading.local):
    home: _Cell | None = None
    """The cell that started this thread; None for the kernel's own threads, which work for nobody else."""


_here = _Here()
_STARTED_BY = "_casa_kernel_started_by"
_MANY = 100_000


def install() -> None:
    """From now on threads and the queues between them know the cells."""
    thread: Any = threading.Thread
    thread.start = _noting_the_cell(thread.start)
    # The first that a new thread does, and it returns before the thread's own code runs.
    thread._set_ident = _beginning_under_the_cell(thread._set_ident)
    for kind in (queue.Queue, queue.LifoQueue, queue.PriorityQueue):
        _follow(kind)
    for module in ("queue", "_queue"):
        setattr(importlib.import_module(module), "SimpleQueue", _SimpleQueue)  # noqa: B010
    setattr(Future, "add_done_callback", _under_the_cell(Future.add_done_callback))  # noqa: B010


def _current(job: Callable[[], Any] = host.current_job.get, number: Callable[[], int] = cell_number.get) -> _Cell:
    return job(), number()


def _enter(cell: _Cell) -> None:
    job, number = cell
    host.enter(job)
    cell_number.set(number)


def _is_later(cell: _Cell, than: _Cell) -> bool:
    (job, _), (other, _) = cell, than
    return (job.id if job else 0) > (other.id if other else 0)


def _noting_the_cell(start: Callable[[Any], None]) -> Callable[[Any], None]:
    def start_under_cell(self: threading.Thread) -> None:
        setattr(self, _STARTED_BY, _current())
        start(self)

    return start_under_cell


def _beginning_under_the_cell(set_ident: Callable[[Any], None]) -> Callable[[Any], None]:
    def set_ident_and_cell(self: threading.Thread) -> None:
        set_ident(self)
        cell: _Cell | None = vars(self).pop(_STARTED_BY, None)
        if cell is not None:
            _enter(cell)
            _here.home = None if is_left_alone(self) else cell

    return set_ident_and_cell


def _follow(kind: Any) -> None:
    """Let the queues of this class remember who has put something there; what is in them stays as it is."""
    put, get = kind._put, kind._get
    nothing: dict[int, _Cell] = {}
    kind._casa_kernel_handed_in = nothing

    def put_with_cell(self: Any, item: Any) -> None:
        put(self, item)
        cells = self._casa_kernel_handed_in
        if cells is nothing:
            cells = self._casa_kernel_handed_in = {}
        if len(cells) > _MANY:
            cells.clear()  # it has a way of its own to take things out
        cells[id(item)] = _current()

    def get_with_cell(self: Any) -> Any:
        item = get(self)
        cells = self._casa_kernel_handed_in
        cell = cells.pop(id(item), None)
        if cells and not self.queue:
            cells.clear()  # of what was taken out in another way
        home = _here.home
        if cell is not None and home is not None:
            # A thread that takes what an earlier cell's thread makes is no worker of that cell.
            _enter(cell if _is_later(cell, home) else home)
        return item

    kind._put, kind._get = put_with_cell, get_with_cell


class _SimpleQueue(queue.SimpleQueue):  # type: ignore[type-arg]
    """What executors and pools keep their work in: all of it is the work of whoever has handed it in."""

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        super().put((_current(), item))

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        cell, item = super().get(block, timeout)
        if _here.home is not None:
            _enter(cell)
        return item

    def put_nowait(self, item: Any) -> None:
        self.put(item)

    def get_nowait(self) -> Any:
        return self.get(False)


_SimpleQueue.__name__ = _SimpleQueue.__qualname__ = "SimpleQueue"
_SimpleQueue.__module__ = "_queue"


def _under_the_cell(add: Callable[..., None]) -> Callable[..., None]:
    """Callbacks of futures, which the thread that looks after a pool of processes calls."""

    def add_done_callback(self: Any, fn: Callable[[Any], Any]) -> None:
        if host.current_job.get() is not None and not self.done():
            cell, context = _current(), Context()
            context.run(_enter, cell)
            run: Any = context.run
            fn = partial(run, fn)
        add(self, fn)

    return add_done_callback
