"""A client of the Debug Adapter Protocol over TCP, for debugpy's adapter on this machine.

Source: microsoft.github.io/debug-adapter-protocol, "Base protocol".
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from itertools import count
from typing import Any

from casawrapper.util.threads import leave_alone

Message = dict[str, Any]

_TIMEOUT_SECONDS = 30.0


class DapClient:
    """Sends requests and waits for their responses; events go to a function, from a thread of its own."""

    def __init__(self, port: int, on_event: Callable[[Message], None]) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=_TIMEOUT_SECONDS)
        self._socket.settimeout(None)
        self._on_event = on_event
        self._waiting: dict[int, Future[Message]] = {}
        # Apart from the numbers that a front end gives its requests.
        self._numbers = count(1_000_000)
        reader = threading.Thread(target=self._read, name="casa-kernel-debugger", daemon=True)
        leave_alone(reader)
        reader.start()

    def send(self, command: str, arguments: Message | None = None) -> Future[Message]:
        """Send a request without waiting; the future is its response."""
        number = next(self._numbers)
        future = self._waiting[number] = Future()
        body = {"type": "request", "seq": number, "command": command, "arguments": arguments or {}}
        data = json.dumps(body).encode()
        self._socket.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        return future

    def request(self, command: str, arguments: Message | None = None) -> Message:
        """Send a request and wait for its response."""
        return self.send(command, arguments).result(_TIMEOUT_SECONDS)

    def close(self) -> None:
        self._socket.close()

    def _read(self) -> None:
        with self._socket.makefile("rb") as stream:
            try:
                while message := _next_message(stream):
                    if message["type"] == "response":
                        future = self._waiting.pop(message["request_seq"], None)
                        if future is not None:
                            future.set_result(message)
                    elif message["type"] == "event":
                        self._on_event(message)
            except OSError:
                pass  # closed from our side
        for future in list(self._waiting.values()):
            future.set_exception(ConnectionError("the debugger has ended"))


def _next_message(stream: Any) -> Message | None:
    length = 0
    while line := stream.readline().strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return json.loads(stream.read(length)) if length else None
