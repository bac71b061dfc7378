"""``get_ipython().kernel`` for libraries that expect ipykernel there."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

from casawrapper.bridge import host
from casawrapper.util.log import log

if TYPE_CHECKING:
    from casawrapper.protocol.comms import Comms


class IPythonKernel:
    """The parts of ipykernel's kernel object that libraries use, with the same meaning."""

    implementation = "ipython"
    language = "python"
    iopub_socket = "iopub"
    """Stands for the channel in `send_response` and ``session.send``."""
    log = log

    def __init__(self, shell: Any, comms: Comms) -> None:
        self.shell = shell
        self.session = Session()
        self._comms = comms
        self._io_loop: Any = None

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        """ipykernel's own class for whoever has imported it: its ``instance()`` gives nothing of another class."""
        for module, name in (("ipkernel", "IPythonKernel"), ("kernelbase", "Kernel")):
            if found := getattr(sys.modules.get(f"ipykernel.{module}"), name, None):
                return found  # type: ignore[no-any-return]
        return IPythonKernel

    @property
    def comm_manager(self) -> Any:
        """Where widget libraries register the targets of their comms."""
        return self._comms.manager

    @property
    def io_loop(self) -> Any:
        """Tornado's loop of the main thread; its ``add_callback`` may be called from any thread."""
        if self._io_loop is None:
            if threading.current_thread() is not threading.main_thread():
                raise AttributeError(
                    "kernel.io_loop is there for threads once a cell has run  get_ipython().kernel.io_loop"
                )
            from tornado.ioloop import IOLoop

            self._io_loop = IOLoop.current()
        return self._io_loop

    @property
    def execution_count(self) -> int:
        count: int = self.shell.execution_count
        return count

    @property
    def banner(self) -> str:
        text: str = self.shell.banner
        return text

    @property
    def user_ns(self) -> dict[str, Any]:
        names: dict[str, Any] = self.shell.user_ns
        return names

    def get_parent(self, channel: str | None = None) -> dict[str, Any]:
        """The request that the running code belongs to; ipywidgets' Output catches what is sent under it."""
        return host.parent()

    def send_response(self, stream: Any, msg_or_type: Any, content: Any = None, *rest: Any, **more: Any) -> Any:
        """Send a message under the running cell; `stream` is `iopub_socket`."""
        return self.session.send(stream, msg_or_type, content, None, *rest, **more)

    def do_shutdown(self, restart: bool) -> dict[str, Any]:
        """End the kernel after the running cell; a server starts it anew."""
        self.shell.exit_now = True
        return {"status": "ok", "restart": restart}

    @property
    def _parent_header(self) -> dict[str, Any]:
        return self.get_parent()


class Session:
    """What ``kernel.session`` is used for: sending messages to all front ends."""

    username = "kernel"

    @property
    def session(self) -> str:
        """The identity of the session that the running cell was sent in."""
        identity: str = host.parent_header().get("session", "")
        return identity

    def send(
        self,
        stream: Any,
        msg_or_type: Any,
        content: Any = None,
        parent: Any = None,
        ident: Any = None,
        buffers: list[Any] | None = None,
        track: bool = False,
        header: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Publish a message under the request `parent`, or under that of the running code.

        Returns
        -------
        dict
            What was sent: its ``msg_type``, ``parent_header``, ``content`` and ``metadata``.

        Raises
        ------
        ValueError
            `stream` is no socket of this kernel's.
        """
        if stream != IPythonKernel.iopub_socket:
            raise ValueError("This kernel sends by kernel.iopub_socket only; replies are its own.")
        if isinstance(msg_or_type, dict):
            content, metadata = msg_or_type.get("content"), msg_or_type.get("metadata")
            msg_or_type = msg_or_type.get("msg_type") or msg_or_type["header"]["msg_type"]
        with host.under(parent):
            host.publish(msg_or_type, content or {}, metadata, buffers)
            return {
                "msg_type": msg_or_type,
                "parent_header": host.parent_header(),
                "content": content or {},
                "metadata": metadata or {},
            }
