"""Where the log and the pictures go of CASA's tasks that the handler of a comm message runs.

Front ends show nothing that is sent under such a message, unless an Output widget takes it. So they go under the cell
that opened the comm.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from casawrapper.bridge import host
from casawrapper.util.recent import Recent

_owners: Recent[int, host.Job] = Recent(1000)
"""By the number of a comm message, the cell that its comm belongs to; the last ones, since threads may go on."""
_told: set[int] = set()
"""The messages of which whoever shows the log knows that."""
_taken: dict[str, str] = {}
"""By the id of an Output widget's comm, the ``msg_id`` of the request whose output it takes."""


def cell() -> host.Job | None:
    """The cell that the running code belongs to, in a handler that of its comm; None for none."""
    job = host.current_job.get()
    if job is None or job.msg_type == "execute_request":
        return job and job._replace(content=b"{}", buffers=[])
    return _owners.get(job.id)


@contextmanager
def handling(job: host.Job, owner: host.Job | None) -> Iterator[None]:
    """Around the handler of a comm message.

    Parameters
    ----------
    job
        The message.
    owner
        The cell that the comm belongs to; None if that is not known.
    """
    if owner is not None:
        _owners.add(job.id, owner)
    try:
        yield
    finally:
        _settle()


def log(command: str, **argument: Any) -> dict[str, Any]:
    """`host.log`, which first learns under which cell it is shown."""
    job = host.current_job.get()
    if command in ("own", "begin") and job is not None and job.id in _owners and job.id not in _told:
        _told.add(job.id)
        host.log("under", header=_owners[job.id].header.decode())
    return host.log(command, **argument)


@contextmanager
def in_place() -> Iterator[None]:
    """What is shown meanwhile by a handler goes under the comm's cell, or into the Output widget that takes it."""
    job = host.current_job.get()
    owner = _owners.get(job.id) if job is not None else None
    if job is None or owner is None or json.loads(job.header)["msg_id"] in _taken.values():
        yield
        return
    host.enter(owner)
    try:
        yield
    finally:
        host.enter(job)


def changes(comm_id: str, data: Any) -> None:
    """A message of a widget is about to be sent: the place may be another one afterwards."""
    state = data.get("state") if isinstance(data, dict) else None
    if isinstance(state, dict) and "msg_id" in state:
        _settle()
        if state["msg_id"]:
            _taken[comm_id] = state["msg_id"]
        else:
            _taken.pop(comm_id, None)


def _settle() -> None:
    """Show what was logged where it belongs now."""
    job = host.current_job.get()
    if job is not None and job.id in _told:
        _told.discard(job.id)
        host.log("settle")
