"""The least of a JupyterHub client: starts servers and runs cells in them over the same web sockets as a browser."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.error
import urllib.request
import uuid
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect


class Hub:
    """A hub at an address, with a token that may do everything."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token

    def call(self, method: str, path: str, body: dict[str, str] | None = None) -> Any:
        request = urllib.request.Request(
            self.url + path, method=method, headers={"Authorization": f"token {self.token}"}
        )
        data = json.dumps(body or {}).encode() if method == "POST" else None
        with urllib.request.urlopen(request, data=data, timeout=60) as answer:
            return json.loads(answer.read() or "null")

    def start(self, user: str) -> None:
        """Start a user's server and wait until it answers."""
        self.call("POST", f"/hub/api/users/{user}")
        self.call("POST", f"/hub/api/users/{user}/server")
        wait_for(lambda: self.call("GET", f"/user/{user}/api/status"), 120)

    def stop(self, user: str) -> None:
        """Stop a user's server, as the service that culls idle ones does it."""
        self.call("DELETE", f"/hub/api/users/{user}/server")


class HubKernel:
    """A kernel of a user's server, and the connection of one browser page to it."""

    def __init__(self, hub: Hub, user: str) -> None:
        self.hub, self.user = hub, user
        self.id = hub.call("POST", f"/user/{user}/api/kernels", {"name": "casa-kernel"})["id"]
        self._loop = asyncio.new_event_loop()
        self.connect()

    def connect(self) -> None:
        address = f"{self.hub.url.replace('http', 'ws', 1)}/user/{self.user}/api/kernels/{self.id}/channels"
        request = HTTPRequest(address, headers={"Authorization": f"token {self.hub.token}"})

        async def open_socket() -> Any:
            return await websocket_connect(request)

        self._socket = self._loop.run_until_complete(open_socket())

    def disconnect(self) -> None:
        self._socket.close()
        self._loop.run_until_complete(asyncio.sleep(0.5))

    def run(self, code: str) -> str:
        """Run a cell; what it printed, or the error."""
        return self._loop.run_until_complete(self._run(code))

    async def _run(self, code: str) -> str:
        header = {
            "msg_id": uuid.uuid4().hex,
            "session": "s",
            "username": self.user,
            "msg_type": "execute_request",
            "version": "5.3",
        }
        await self._socket.write_message(
            json.dumps(
                {
                    "header": header,
                    "parent_header": {},
                    "metadata": {},
                    "channel": "shell",
                    "content": {
                        "code": code,
                        "silent": False,
                        "store_history": False,
                        "user_expressions": {},
                        "allow_stdin": False,
                    },
                }
            )
        )
        said = ""
        while True:
            message = json.loads(await self._socket.read_message())
            if message["parent_header"].get("msg_id") != header["msg_id"]:
                continue
            if message["msg_type"] in ("stream", "error"):
                said += message["content"].get("text") or f"error: {message['content']['evalue']}"
            if message["content"].get("execution_state") == "idle":  # the last one; the reply may overtake the output
                return said


def wait_for(condition: Any, seconds: float) -> None:
    """Wait until something is true; an HTTP error means not yet."""
    end = time.monotonic() + seconds
    while True:
        try:
            if condition():
                return
        except (urllib.error.URLError, OSError):
            pass
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.5)
