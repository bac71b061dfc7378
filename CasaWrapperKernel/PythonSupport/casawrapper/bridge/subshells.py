"""Python threads beside the main one: subshells (JEP 91), and the one that starts them while a cell runs."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from casawrapper.bridge import host, idle
from casawrapper.util.threads import leave_alone

if TYPE_CHECKING:
    from casawrapper.protocol.requests import Requests


def start(requests: Requests) -> None:
    """Start the thread that takes jobs which cannot wait for the main thread.

    Parameters
    ----------
    requests
        Answers them; the threads of all subshells share it.
    """
    control = _Control(requests)
    _start_thread("casa-kernel-control", control.run)


class _Control:
    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    def run(self) -> None:
        for job in _jobs("control", host.settings["control_descriptor"]):
            content = json.loads(job.content)
            if job.msg_type == "debug_request":
                with idle.busy():
                    answer = self._requests.debugger.handle(job, content)
                host.complete(job, answer)
            elif job.msg_type == "start_subshell":
                subshell = _Subshell(self._requests, content["subshell_id"], content["descriptor"])
                _start_thread(f"casa-kernel-subshell-{subshell.id[:8]}", subshell.run)
                host.complete(job, None)


class _Subshell:
    """Runs the cells and requests of one subshell in order, in a thread with an event loop of its own."""

    def __init__(self, requests: Requests, subshell_id: str, descriptor: int) -> None:
        self._requests = requests
        self._descriptor = descriptor
        self.id = subshell_id

    def run(self) -> None:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        for job in _jobs(self.id, self._descriptor):
            host.enter(job)
            if job.msg_type == "end_subshell":
                break
            with idle.busy():
                if job.msg_type == "execute_request":
                    self._execute(loop, job)
                else:
                    self._requests.answer(job)
        loop.close()
        os.close(self._descriptor)

    def _execute(self, loop: asyncio.AbstractEventLoop, job: host.Job) -> None:
        try:
            loop.run_until_complete(self._requests.execute(self._requests.begin(job)))
        except Exception as error:
            # The request itself was of no use; neither its client nor the next one may wait for ever.
            self._requests.complete_failed(job, error)


def _jobs(lane: str, descriptor: int) -> Iterator[host.Job]:
    while True:
        host.wait(descriptor)
        while (job := host.take(lane)) is not None:
            yield job


def _start_thread(name: str, run: Callable[[], None]) -> None:
    # Daemons: a subshell in the middle of something must not keep the kernel from ending.
    thread = threading.Thread(target=run, name=name, daemon=True)
    leave_alone(thread)
    thread.start()
