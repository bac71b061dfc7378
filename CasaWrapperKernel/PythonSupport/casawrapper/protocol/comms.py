"""Comms: the messages of widgets, by way of the package ``comm`` that widget libraries use."""

from __future__ import annotations

import json
from typing import Any

from casawrapper.bridge import callbacks, host
from casawrapper.util.imports import when_imported


class Comms:
    """Routes comm messages. Without the package ``comm`` nothing here can have a target, and every open is closed."""

    def __init__(self) -> None:
        self._manager: Any = None
        self._cells: dict[str, host.Job | None] = {}
        self._targets: dict[str, host.Job | None] = {}
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

        cells, targets = self._cells, self._targets

        class HostComm(BaseComm):
            def publish_msg(
                self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **keys: Any
            ) -> None:
                if msg_type == "comm_open":
                    cells[self.comm_id] = callbacks.cell()
                callbacks.changes(self.comm_id, data)
                content = {"data": {} if data is None else data, "comm_id": self.comm_id, **keys}
                host.publish(msg_type, content, metadata, buffers)

        class HostCommManager(CommManager):
            def register_target(self, target_name: str, f: Any) -> None:
                targets[target_name] = callbacks.cell()
                super().register_target(target_name, f)

            def unregister_comm(self, comm: Any) -> None:
                cells.pop(comm.comm_id, None)
                super().unregister_comm(comm)

        self._manager = HostCommManager()
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
            if job.msg_type == "comm_open":
                self._cells[content["comm_id"]] = self._targets.get(content.get("target_name", ""))
            with callbacks.handling(job, self._cells.get(content["comm_id"])):
                getattr(manager, job.msg_type)(None, None, message)
        elif job.msg_type == "comm_open":
            host.publish("comm_close", {"comm_id": content["comm_id"], "data": {}})
