"""A front end for tests: it speaks the Jupyter protocol over plain ZMQ sockets and forgives nothing.

`FrontEnd.run` is for tests that look at what a cell gave, `FrontEnd.transcript` for those that say message by
message what must come. Every message that arrives must be strict JSON with a good signature (NaN is an error here,
since it is one in a browser), and nothing that belongs to this front end's requests may be left unread.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager
from jupyter_client.session import Session

Message = dict[str, Any]
TIMEOUT = 20.0
"""Seconds; far more than anything here takes, since the machine may be busy."""

_KINDS = {"shell": zmq.DEALER, "control": zmq.DEALER, "stdin": zmq.DEALER, "iopub": zmq.SUB, "hb": zmq.REQ}


@dataclass
class Cell:
    """What a front end got for one request: the reply, and on iopub what came between busy and idle."""

    reply: Message
    messages: list[Message] = field(default_factory=list)

    def all(self, *types: str) -> list[dict[str, Any]]:
        """The contents of the messages of these types, in order."""
        return [m["content"] for m in self.messages if m["msg_type"] in types]

    def text(self, name: str) -> str:
        """All text of one stream."""
        return "".join(c["text"] for c in self.all("stream") if c["name"] == name)

    @property
    def stdout(self) -> str:
        return self.text("stdout")

    @property
    def stderr(self) -> str:
        return self.text("stderr")

    @property
    def status(self) -> str:
        return self.reply["content"]["status"]

    @property
    def error(self) -> str | None:
        """The name of the exception that ended the cell."""
        return self.reply["content"].get("ename")

    @property
    def result(self) -> str | None:
        """The text of the value of the last expression."""
        values = self.all("execute_result")
        assert len(values) < 2, values
        return values[0]["data"]["text/plain"] if values else None

    @property
    def displays(self) -> list[dict[str, Any]]:
        """The mime bundles of all that was displayed."""
        return [c["data"] for c in self.all("display_data")]


class FrontEnd:
    """One client of a kernel, with five sockets of its own."""

    def __init__(self, connection: dict[str, Any], identity: str | None = None,
                 subscribe: bool = True) -> None:
        key = connection["key"]
        self.session = Session(key=key if isinstance(key, bytes) else key.encode(),
                               signature_scheme=connection["signature_scheme"])
        if identity is not None:
            self.session.session = identity
        self.context = zmq.Context()
        self.context.linger = 0
        self.inbox: list[Message] = []
        self.sockets: dict[str, zmq.Socket[bytes]] = {}
        for name, kind in _KINDS.items():
            socket = self.sockets[name] = self.context.socket(kind)
            if kind == zmq.DEALER:
                socket.setsockopt(zmq.IDENTITY, self.session.bsession)
            elif kind == zmq.SUB and subscribe:
                socket.setsockopt(zmq.SUBSCRIBE, b"")
            if not (kind == zmq.SUB and not subscribe):
                socket.connect(f"tcp://{connection['ip']}:{connection[name + '_port']}")

    def wait_ready(self, timeout: float = TIMEOUT) -> Message:
        """Wait until the kernel has welcomed this subscriber and answers; nothing can be missed then."""
        self.wait_for(lambda m: m["msg_type"] == "iopub_welcome", timeout)
        return self.request("kernel_info_request", timeout=timeout).reply

    def close(self) -> None:
        self.context.destroy(linger=0)

    # -- single messages -------------------------------------------------------------------------------------
    def send(self, msg_type: str, content: dict[str, Any] | None = None, channel: str = "shell",
             **more: Any) -> str:
        """Send a request and return its id."""
        message = self.session.send(self.sockets[channel], msg_type, content or {}, **more)
        assert message is not None
        return message["header"]["msg_id"]

    def execute(self, code: str, **options: Any) -> str:
        """Send an execute_request with the options a notebook sends, and return its id."""
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {},
                   "allow_stdin": False, "stop_on_error": True, **options}
        return self.send("execute_request", content)

    def receive(self, channel: str, timeout: float = TIMEOUT) -> Message:
        """The next message on a channel, checked for signature and strict JSON."""
        if not self.sockets[channel].poll(max(0, timeout) * 1000):
            raise TimeoutError(f"no message on {channel} within {timeout} s; unread: {summary(self.inbox)}")
        identities, frames = self.session.feed_identities(self.sockets[channel].recv_multipart())
        for frame in frames[1:5]:
            json.loads(frame.decode("utf-8"), parse_constant=_not_json)
        message = self.session.deserialize(frames)
        message["identities"] = identities
        message["received"] = time.monotonic()
        return message

    def wait_for(self, wanted: Callable[[Message], bool], timeout: float = TIMEOUT) -> Message:
        """Take the first iopub message that is wanted; the others stay in the inbox."""
        end = time.monotonic() + timeout
        seen = 0
        while True:
            for index in range(seen, len(self.inbox)):
                if wanted(self.inbox[index]):
                    return self.inbox.pop(index)
            seen = len(self.inbox)
            self.inbox.append(self.receive("iopub", end - time.monotonic()))

    def next_for(self, msg_id: str, timeout: float = TIMEOUT) -> Message:
        """The next iopub message that a request caused."""
        return self.wait_for(lambda m: m["parent_header"].get("msg_id") == msg_id, timeout)

    def reply_to(self, msg_id: str, channel: str = "shell", timeout: float = TIMEOUT) -> Message:
        """The next reply on a channel, which must be that of this request."""
        reply = self.receive(channel, timeout)
        assert reply["parent_header"].get("msg_id") == msg_id, f"reply to another request: {summary([reply])}"
        return reply

    # -- whole requests --------------------------------------------------------------------------------------
    def collect(self, msg_id: str, channel: str = "shell", timeout: float = TIMEOUT,
                reply: bool = True) -> Cell:
        """All that a request gives, from busy to idle, and its reply."""
        end = time.monotonic() + timeout
        first = self.next_for(msg_id, timeout)
        assert first["content"] == {"execution_state": "busy"}, summary([first])
        messages = []
        while (message := self.next_for(msg_id, end - time.monotonic()))["msg_type"] != "status":
            messages.append(message)
        assert message["content"] == {"execution_state": "idle"}, message["content"]
        answer = self.reply_to(msg_id, channel, end - time.monotonic()) if reply else {}
        return Cell(answer, messages)

    def request(self, msg_type: str, content: dict[str, Any] | None = None, channel: str = "shell",
                timeout: float = TIMEOUT, **more: Any) -> Cell:
        """Send any request and wait for all that it gives."""
        return self.collect(self.send(msg_type, content, channel, **more), channel, timeout)

    def run(self, code: str, timeout: float = TIMEOUT, **options: Any) -> Cell:
        """Run a cell and wait for all that it gives."""
        return self.collect(self.execute(code, **options), timeout=timeout)

    def value(self, code: str, timeout: float = TIMEOUT) -> str:
        """Run a cell that must succeed, and return the text of its value."""
        cell = self.run(code, timeout)
        assert cell.status == "ok", cell.reply["content"]
        assert cell.result is not None, f"no value: {summary(cell.messages)}"
        return cell.result

    @contextmanager
    def transcript(self, code: str, **options: Any) -> Iterator[Transcript]:
        """Run a cell and say message by message what must come; nothing else may."""
        steps = Transcript(self, self.execute(code, **options))
        yield steps
        steps.end()

    def unread(self, *channels: str) -> list[Message]:
        """The messages for this front end that nobody has looked at; on all channels if none is named."""
        for channel in channels or ("iopub", "shell", "control", "stdin"):
            while self.sockets[channel].poll(20):
                self.inbox.append(self.receive(channel, 0))
        return [m for m in self.inbox if m["parent_header"].get("session") == self.session.session]


class Transcript:
    """The iopub messages and the reply of one request, step by step."""

    def __init__(self, front: FrontEnd, msg_id: str, channel: str = "shell") -> None:
        self.front, self.msg_id, self.channel = front, msg_id, channel

    def next(self, msg_type: str) -> Message:
        """The next iopub message of this request, which must be of this type."""
        message = self.front.next_for(self.msg_id)
        assert message["msg_type"] == msg_type, f"expected {msg_type}, got {summary([message])}"
        return message

    def busy(self) -> None:
        assert self.next("status")["content"] == {"execution_state": "busy"}

    def idle(self) -> None:
        assert self.next("status")["content"] == {"execution_state": "idle"}

    def execute_input(self, code: str, count: int | None = None) -> int:
        content = self.next("execute_input")["content"]
        assert content["code"] == code
        assert count in (None, content["execution_count"]), content
        return content["execution_count"]

    def begin(self, code: str) -> int:
        """busy and execute_input; returns the cell's number."""
        self.busy()
        return self.execute_input(code)

    def stream(self, name: str, text: str) -> None:
        """Text on a stream, in however many messages."""
        got = ""
        while got != text:
            content = self.next("stream")["content"]
            assert content["name"] == name, content
            got += content["text"]
            assert text.startswith(got), f"expected {text!r}, got {got!r}"

    def content(self, msg_type: str, **expected: Any) -> dict[str, Any]:
        """The next message's content, in which these fields must have these values."""
        content = self.next(msg_type)["content"]
        assert {key: content.get(key) for key in expected} == expected, content
        return content

    def reply(self, status: str = "ok", **expected: Any) -> dict[str, Any]:
        content = self.front.reply_to(self.msg_id, self.channel)["content"]
        assert content["status"] == status, content
        assert {key: content.get(key) for key in expected} == expected, content
        return content

    def end(self) -> None:
        """Nothing more may have come for this request."""
        unread = [m for m in self.front.unread("iopub") if m["parent_header"].get("msg_id") == self.msg_id]
        assert not unread, f"unread: {summary(unread)}"


class _OneKernel(KernelSpecManager):
    """Knows one kernelspec only, which need not be installed."""

    def __init__(self, **spec: Any) -> None:
        super().__init__()
        self._spec = KernelSpec(language="python", display_name="under test", **spec)

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return self._spec


class Kernel:
    """A kernel process, started by jupyter_client as every front end does it."""

    def __init__(self, binary: Path, python: str, env: dict[str, str], folder: Path,
                 cwd: Path | None = None) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.stderr_file = self.folder / "stderr.txt"
        specs = _OneKernel(argv=[str(binary), "start", "-f", "{connection_file}", "--python", python])
        self.manager = KernelManager(kernel_spec_manager=specs,
                                     connection_file=str(self.folder / "connection.json"))
        # Open until the end, since a restart uses it again.
        self._log = self.stderr_file.open("ab")
        self.manager.start_kernel(env=env, cwd=str(cwd or folder), stderr=self._log, stdout=self._log)
        self.fronts: list[FrontEnd] = []

    @property
    def pid(self) -> int:
        return self.manager.provisioner.pid  # type: ignore[union-attr]

    @property
    def connection(self) -> dict[str, Any]:
        return self.manager.get_connection_info()

    @property
    def stderr(self) -> str:
        """What the kernel has written where the server keeps its log."""
        return self.stderr_file.read_text(errors="replace")

    def connect(self, ready: bool = True, timeout: float = TIMEOUT, **options: Any) -> FrontEnd:
        """A new front end of this kernel."""
        front = FrontEnd(self.connection, **options)
        self.fronts.append(front)
        if ready:
            front.wait_ready(timeout)
        return front

    def interrupt(self, front: FrontEnd, mode: str) -> None:
        """Interrupt as a server does it: a signal to the process group, or a message on control."""
        if mode == "signal":
            self.manager.interrupt_kernel()
        else:
            assert front.request("interrupt_request", channel="control").status == "ok"

    def is_alive(self) -> bool:
        return self.manager.is_alive()

    def end(self) -> None:
        """End the process and everything in its group, whatever state it is in."""
        for front in self.fronts:
            front.close()
        group = getattr(self.manager.provisioner, "pgid", None)
        self.manager.shutdown_kernel(now=True)
        self._log.close()
        if group and group != os.getpgrp():
            with _no_process():
                os.killpg(group, signal.SIGKILL)


@contextmanager
def _no_process() -> Iterator[None]:
    try:
        yield
    except (ProcessLookupError, PermissionError):
        pass


def _not_json(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def summary(messages: list[Message]) -> str:
    """Messages in short, for a failed assertion."""
    return "; ".join(f"{m['msg_type']} {str(m['content'])[:300]}" for m in messages) or "nothing"


def process_exists(pid: int) -> bool:
    """Whether a process runs; one that has ended and only waits for its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def processes_in_group(group: int) -> list[int]:
    """The living processes of a process group."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and process_exists(int(entry.name)):
            with _no_process():
                if os.getpgid(int(entry.name)) == group:
                    found.append(int(entry.name))
    return found


def wait_until(condition: Callable[[], bool], timeout: float = TIMEOUT) -> bool:
    """Whether a condition came true in time."""
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
