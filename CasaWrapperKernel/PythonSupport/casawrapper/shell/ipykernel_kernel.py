"""``get_ipython().kernel`` for libraries that expect ipykernel there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from casawrapper.bridge import host

if TYPE_CHECKING:
    from casawrapper.protocol.comms import Comms


class KernelShim:
    """The few parts of ipykernel's kernel object that widget libraries use."""

    def __init__(self, shell: Any, comms: Comms) -> None:
        self.shell = shell
        self._comms = comms

    @property
    def comm_manager(self) -> Any:
        """Where widget libraries register the targets of their comms."""
        return self._comms.manager

    def get_parent(self, channel: str | None = None) -> dict[str, Any]:
        """The request that the running code belongs to; ipywidgets' Output catches what is sent under it."""
        job = host.current_job.get()
        if job is None:
            return {}
        header = json.loads(job.header)
        return {
            "header": header,
            "msg_id": header.get("msg_id"),
            "msg_type": job.msg_type,
            "parent_header": {},
            "metadata": json.loads(job.metadata),
            "content": json.loads(job.content),
            "buffers": job.buffers,
        }

    def do_shutdown(self, restart: bool) -> dict[str, Any]:
        """End the kernel after the running cell; a server starts it anew."""
        self.shell.exit_now = True
        return {"status": "ok", "restart": restart}

    @property
    def _parent_header(self) -> dict[str, Any]:
        return self.get_parent()
