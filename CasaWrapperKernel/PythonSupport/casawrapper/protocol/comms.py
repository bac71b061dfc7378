"""Comms: the messages of widgets, by way of the package ``comm`` that widget libraries use."""

from __future__ import annotations

import json
from typing import Any

from casawrapper.bridge import host
from casawrapper.util.imports import when_imported


class Comms:
    """Routes comm messages. Without the package ``comm`` nothing here can have a target, and every open is closed."""

    def __init__(self) -> None:
        self._manager: Any = None
        when_imported("comm", self._install)

    @property
    def manager(self) -> Any:
        """The manager of ``comm``, which is loaded by the first who needs it; None if there is no such package."""
        try:
            import comm  # noqa: F401
        except ImportError:
            return None
        return self._manager

    def _install(self, comm: Any) -> None:
        from comm.base_comm import BaseComm, CommManager

        class HostComm(BaseComm):
            def publish_msg(
                self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **keys: Any
            ) -> None:
                content = {"data": {} if data is None else data, "comm_id": self.comm_id, **keys}
                host.publish(msg_type, content, metadata, buffers)

        self._manager = CommManager()
        comm.create_comm = HostComm
        comm.get_comm_manager = lambda: self._manager

    def info(self, content: dict[str, Any]) -> dict[str, Any]:
        """The content of a comm_info_reply."""
        wanted = content.get("target_name")
        comms = self._manager.comms if self._manager else {}
        return {
            "comms": {
                comm_id: {"target_name": comm.target_name}
                for comm_id, comm in comms.items()
                if wanted in (None, comm.target_name)
            }
        }

    def handle(self, job: host.Job) -> None:
        """Act on comm_open, comm_msg or comm_close."""
        content = json.loads(job.content)
        message = {
            "header": json.loads(job.header),
            "metadata": json.loads(job.metadata),
            "content": content,
            "buffers": [memoryview(b) for b in job.buffers],
        }
        if (manager := self.manager) is not None:
            getattr(manager, job.msg_type)(None, None, message)
        elif job.msg_type == "comm_open":
            host.publish("comm_close", {"comm_id": content["comm_id"], "data": {}})
