"""The door to the C# host: typed access to the built-in module ``_casa_host``.

Everything that leaves Python goes through here. After a fork the child has no host (its threads are gone), so there
all of it does nothing and text goes to the child's own file descriptors.
"""

from __future__ import annotations

import json
import os
import select
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, NamedTuple

import _casa_host
from casawrapper.util import strict_json
from casawrapper.util.recent import Recent


class Job(NamedTuple):
    """A request as the host hands it over; header, metadata and content are JSON.

    Attributes
    ----------
    id
        The host's number of it, never 0, which stands for no request.
    msg_type
        Such as ``execute_request``; some are the host's own, such as ``start_subshell``.
    buffers
        The binary parts of the message.
    """

    id: int
    msg_type: str
    header: bytes
    metadata: bytes
    content: bytes
    buffers: list[bytes]


current_request: ContextVar[int] = ContextVar("casa_kernel_request", default=0)
"""The number of the request that the running code belongs to, by which the host finds it."""

current_job: ContextVar[Job | None] = ContextVar("casa_kernel_job", default=None)
"""The request that the running code belongs to; threads and tasks inherit both."""

settings: dict[str, Any] = json.loads(_casa_host.settings())
"""What the host told at the start: descriptors, folders, the log file."""

MAIN_LANE = ""
"""The lane of Python's main thread; the others are called ``control`` and by the ids of subshells."""

_process = os.getpid()


def enter(job: Job | None) -> None:
    """From here on the running code belongs to this request.

    Parameters
    ----------
    job
        None for code that belongs to no request.
    """
    current_job.set(job)
    current_request.set(job.id if job else 0)


_asked: Recent[str, Job] = Recent(1000)
"""By ``msg_id``, the requests that somebody has asked for with `parent`, the last ones; threads may go on."""


def parent_header() -> dict[str, Any]:
    """The header of the request that the running code belongs to; empty for none."""
    job = current_job.get()
    if job is None:
        return {}
    header: dict[str, Any] = json.loads(job.header)
    _asked.add(header.get("msg_id", ""), job._replace(content=b"{}", buffers=[]))
    return header


def parent() -> dict[str, Any]:
    """The request that the running code belongs to, as a message; empty for none."""
    job, header = current_job.get(), parent_header()
    if job is None:
        return {}
    return {
        "header": header,
        "msg_id": header.get("msg_id"),
        "msg_type": job.msg_type,
        "parent_header": {},
        "metadata": json.loads(job.metadata),
        "content": json.loads(job.content),
        "buffers": job.buffers,
    }


def set_parent(request: dict[str, Any]) -> None:
    """From here on the running code belongs to a request that `parent` or `parent_header` gave.

    Parameters
    ----------
    request
        Or its header. Without one, or for one that is forgotten, all stays as it is.
    """
    header = request.get("header", request)
    job = _asked.get(header.get("msg_id", ""))
    if job is not None:
        enter(job)


@contextmanager
def under(request: dict[str, Any] | None) -> Iterator[None]:
    """What is sent meanwhile belongs to `request`, as in `set_parent`."""
    before = current_job.get()
    set_parent(request or {})
    try:
        yield
    finally:
        enter(before)


def in_child() -> bool:
    """Whether this process is a fork of the kernel."""
    return os.getpid() != _process


def ready() -> None:
    """Tell the host that Python's main thread is this one and takes jobs and interrupts now."""
    _casa_host.ready(current_request)


def fail(reason: str) -> None:
    """Tell the host that no cell can be run; the reason answers every request.

    Parameters
    ----------
    reason
        For the user: what is wrong and what to do.
    """
    _casa_host.fail(reason)


def log(command: str, **argument: Any) -> dict[str, Any]:
    """Tell the host something about CASA's log, or ask it: see `casa/log/channel.py` for the commands.

    Parameters
    ----------
    command
        Belongs to the request that the running code belongs to.
    **argument
        Values that JSON knows.

    Returns
    -------
    dict
        Empty for a command without an answer, and in a forked child, where ``begin`` and ``end`` are noted for the
        parent and all else is lost.
    """
    if in_child():
        _note(command, argument)
        return {}
    answer: dict[str, Any] = json.loads(
        _casa_host.log(current_request.get(), command, strict_json.dumps(argument).decode() if argument else "{}")
    )
    return answer


def recompute(command: str, **argument: Any) -> dict[str, Any]:
    """Ask the engine that keeps what calls make: see `casa/recompute/engine.py` for the commands.

    Parameters
    ----------
    command
        Other threads of Python run meanwhile.
    **argument
        Values that JSON knows.

    Returns
    -------
    dict
        In a forked child only that nothing is kept there.

    Raises
    ------
    UnicodeEncodeError
        A text is not Unicode.
    """
    if in_child():
        return {"run": "it is called in a forked process"}
    text = json.dumps(argument, ensure_ascii=False, allow_nan=False)
    text.encode()  # what of it is not Unicode must not become something else on the way
    answer: dict[str, Any] = json.loads(_casa_host.recompute(command, text))
    return answer


_notes: Any = None
"""The file, without a name, in which forked children leave what the log must know of their tasks."""


def _prepare_notes() -> None:
    global _notes
    if _notes is None and not in_child():
        with suppress(OSError):
            _notes = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - open as long as the process
            log("children", path=f"/proc/self/fd/{_notes.fileno()}")


def _note(command: str, argument: dict[str, Any]) -> None:
    job = current_job.get()
    if command in ("begin", "end") and _notes is not None:
        request = json.loads(job.header)["msg_id"] if job else ""
        with suppress(OSError):  # a full disk
            _notes.write(strict_json.dumps({"command": command, "request": request, **argument}) + b"\n")


os.register_at_fork(before=_prepare_notes)


def take(lane: str) -> Job | None:
    """The next request of a lane, or None.

    Parameters
    ----------
    lane
        `MAIN_LANE`, ``control`` or the id of a subshell.
    """
    job = _casa_host.take(lane)
    return None if job is None else Job(*job)


def complete(job: Job, content: dict[str, Any] | None, execution_count: int = 0) -> None:
    """Hand in the content of a request's reply (None: the request is not known here).

    Parameters
    ----------
    job
        The request that is answered.
    content
        Of the reply; its ``status`` says whether the request has succeeded, and it has if there is none.
    execution_count
        The number of the cell, 0 for requests that run none.
    """
    if in_child():
        return
    data = b"" if content is None else strict_json.dumps(content)
    ok = content is None or content.get("status", "ok") == "ok"
    _casa_host.complete(job.id, data, int(ok), execution_count)


def publish(
    msg_type: str, content: dict[str, Any], metadata: dict[str, Any] | None = None, buffers: list[Any] | None = None
) -> None:
    """Send a message to every front end, under the cell that the calling code belongs to.

    Parameters
    ----------
    msg_type
        A type of messages on the channel IOPub, such as ``display_data``.
    content
        Anything that `util/strict_json.py` can write.
    metadata
        Of the message; None for none.
    buffers
        Contiguous objects with a buffer, which are copied.
    """
    if in_child():
        _print(content)
        return
    parts = [bytes(memoryview(b).cast("B")) for b in buffers or ()]
    _casa_host.publish(
        current_request.get(), msg_type, strict_json.parts(content), strict_json.dumps(metadata or {}), parts
    )


def _print(content: dict[str, Any]) -> None:
    """A forked child shows its errors and displays as text, since its descriptors are all that it has."""
    if "traceback" in content:
        print(*content["traceback"], sep="\n", file=sys.stderr)
    elif text := content.get("data", {}).get("text/plain"):
        print(text)


def ask(prompt: str, password: bool) -> str:
    """Ask the user of the front end that started the cell, and wait for the answer.

    The wait is a system call of Python's own, so that an interrupt ends it.

    Parameters
    ----------
    prompt
        The question.
    password
        Whether the answer is not shown.

    Returns
    -------
    str
        The answer without a newline.

    Raises
    ------
    StdinNotImplementedError
        The front end takes no questions, or this process is a forked child.
    EOFError
        The user has ended the input.
    """
    question = 0 if in_child() else _casa_host.ask_input(current_request.get(), prompt, int(password))
    if not question:
        from IPython.core.error import StdinNotImplementedError

        raise StdinNotImplementedError(
            "This front end cannot answer questions (input, getpass), so the cell must not ask any."
        )
    try:
        while (value := _casa_host.take_input(question)) is None:
            wait(question)
    finally:
        _casa_host.end_input(question)
    if value == "\x04":
        raise EOFError  # Ctrl-D at a console
    return value


def wait(descriptor: int) -> None:
    """Block until the host has added something for this thread; an interrupt ends it.

    Parameters
    ----------
    descriptor
        One that the host has given, such as that of a lane or of a question.
    """
    select.select([descriptor], [], [])
    clear(descriptor)


def clear(descriptor: int) -> None:
    """Take note that what was added will be taken now.

    Parameters
    ----------
    descriptor
        The same as for `wait`; it does not block.
    """
    with suppress(BlockingIOError):  # somebody has been here before
        os.read(descriptor, 8)


def take_interrupt() -> bool:
    """Whether the host asked for an interrupt since the last call."""
    return bool(_casa_host.take_interrupt())
