"""Floods of output: nothing mutes the kernel, memory is given back, and what a cell ends with arrives."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
import raw_zmtp
from kernel_client import FrontEnd, Kernel, wait_until

pytestmark = pytest.mark.deadline(120)
Start = Callable[..., Kernel]
MIB = 1 << 20


def _memory(kernel: Kernel) -> float:
    """Resident memory in MB."""
    return psutil.Process(kernel.pid).memory_info().rss / 1e6


@pytest.fixture(scope="module")
def plain(start_kernel: Start) -> Kernel:
    """A kernel whose memory does not change by itself."""
    kernel = start_kernel(env={"CASA_KERNEL_IMPORT": "off"})
    kernel.connect().run("1")
    return kernel


FLOODS = {
    "one print of 200 MB": "print('x' * 200_000_000)",
    "one display of 200 MB": "display({'text/plain': 'x' * 200_000_000}, raw=True)",
    "400 comm messages of 1 MB": (
        "from comm import create_comm\nc = create_comm(target_name='nobody')\n"
        "for _ in range(400): c.send({}, buffers=[bytes(1 << 20)])"
    ),
}


@pytest.mark.parametrize("name", FLOODS)
def test_memory_is_given_back_after_a_flood(plain: Kernel, name: str) -> None:
    front = plain.connect()
    before = _memory(plain)
    cell = front.run(FLOODS[name], timeout=100)
    assert cell.status == "ok"
    if "print" in name:
        assert len(cell.stdout) == 200_000_001
        assert max(len(message["text"]) for message in cell.all("stream")) <= MIB
    del cell
    assert front.value("1") == "1"
    assert wait_until(lambda: _memory(plain) < before + 15, 20), _memory(plain)
    front.close()


def test_memory_of_what_came_in_is_given_back(plain: Kernel) -> None:
    front = plain.connect()
    before = _memory(plain)
    for _ in range(20):
        for _ in range(10):
            front.send("comm_msg", {"comm_id": "nobody", "data": {}}, buffers=[os.urandom(MIB)])
        front.request("kernel_info_request")
        front.inbox.clear()
    assert wait_until(lambda: _memory(plain) < before + 15, 20), _memory(plain)
    front.close()


def test_pieces_of_a_print_are_whole_characters_and_lines(front: FrontEnd) -> None:
    texts = [m["text"] for m in front.run("print('é🔭' * 400_000, end='')", timeout=60).all("stream")]
    assert "".join(texts) == "é🔭" * 400_000
    assert len(texts) > 1
    texts = [m["text"] for m in front.run("print('\\n'.join(['line'] * 600_000))", timeout=60).all("stream")]
    assert "".join(texts) == "line\n" * 600_000
    assert all(text.endswith("\n") for text in texts)


def test_more_than_there_is_memory_for_fails_its_cell_only(start_kernel: Start) -> None:
    # .NET's heap may have 100 MB.
    front = start_kernel(env={"DOTNET_GCHeapHardLimit": "6000000", "CASA_KERNEL_IMPORT": "off"}).connect()
    show = "from IPython.display import display\ndisplay({'text/plain': 'x' * 200_000_000}, raw=True)"
    cell = front.run(show, timeout=60)
    assert cell.error == "MemoryError"
    assert "show less, or write it to a file" in cell.reply["content"]["evalue"]
    assert len(front.run("print('x' * 200_000_000)", timeout=60).stdout) == 200_000_001
    assert front.value("1") == "1"


def test_text_that_a_subscriber_misses_is_kept_in_a_file(start_kernel: Start, tmp_path: Path) -> None:
    kernel = start_kernel(env={"XDG_STATE_HOME": str(tmp_path)})
    front = kernel.connect()
    with raw_zmtp.handshake(kernel.connection["iopub_port"], b"SUB") as peer:
        peer.sendall(raw_zmtp.frame(b"\1"))
        front.run("for i in range(150_000): print(f'{i:09d}', 'é' * 495)", timeout=100)
        peer.settimeout(5)
        pieces = []
        with suppress(TimeoutError):
            while True:
                pieces.append(peer.recv(MIB))
    got = b"".join(pieces)
    told = re.search(rb"in time; it is kept in ([^\]]*)\.\]", got)
    assert told
    path = Path(told[1].decode())
    assert path.parent == tmp_path / "casa-kernel" and path.stat().st_mode & 0o777 == 0o600
    first, *kept, last = path.read_text().splitlines()  # which a message may have in two parts
    assert all(line.endswith("é" * 495) for line in kept)
    numbers = [int(line[:9]) for line in kept]
    assert len(numbers) > 10_000
    read = [int(number) for number in re.findall(rb"(\d{9}) \xc3\xa9", got)]
    assert set(read).isdisjoint(numbers) and numbers == sorted(numbers)
    assert len({*read, *numbers}) >= 150_000 - 2


# -- through a Jupyter server --------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def server(kernelspec: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Jupyter server with its default limits."""
    pytest.importorskip("jupyter_server", reason="jupyter_server is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("server")
    options = ["--allow-root", "--ip=127.0.0.1", f"--port={port}", "--no-browser", "--IdentityProvider.token=t"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyter_server", *options, f"--ServerApp.root_dir={folder}"], stdout=log, stderr=log
        )
    try:
        assert wait_until(lambda: _is_up(f"127.0.0.1:{port}"), 60), (folder / "log").read_text()
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def _is_up(address: str) -> bool:
    try:
        return bool(_rest(address, "api"))
    except OSError:
        return False


def _rest(address: str, path: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://{address}/{path}?token=t", data)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


UPDATES = """publish = get_ipython().display_pub.publish
publish({'text/plain': 'x'}, transient={'display_id': 'a'})
for i in range(20_000): publish({'text/plain': str(i)}, transient={'display_id': 'a'}, update=True)
"""


@pytest.mark.parametrize(
    "code, ending",
    [
        (UPDATES + "'the result'", "execute_result"),
        (UPDATES + "1 / 0", "error"),
        ("for i in range(20_000): display({'text/plain': 'x'}, raw=True)\n'the result'", "execute_result"),
        ("for i in range(20_000): print('x' * 1000)\n'the result'", "execute_result"),
        ("print('x' * 4_000_000)\n1 / 0", "error"),
    ],
)
def test_what_a_cell_ends_with_gets_through_a_server(server: str, kernelspec: str, code: str, ending: str) -> None:
    kernel = _rest(server, "api/kernels", {"name": kernelspec})["id"]
    messages = asyncio.run(_run(server, kernel, code))
    types = [message["msg_type"] for message in messages]
    assert types.count(ending) == 1 and types.index(ending) < len(types) - 1
    assert messages[-1]["content"] == {"execution_state": "idle"}
    if "update=True" in code:
        updates = [m["content"]["data"]["text/plain"] for m in messages if m["msg_type"] == "update_display_data"]
        assert updates[-1] == "19999"


async def _run(address: str, kernel: str, code: str) -> list[dict[str, Any]]:
    """What a browser gets on iopub for a cell, up to its idle."""
    from tornado.websocket import websocket_connect

    url = f"ws://{address}/api/kernels/{kernel}/channels?token=t&session_id={uuid.uuid4().hex}"
    socket = await websocket_connect(url, max_message_size=1 << 30)
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
    header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "username": "", "session": "s", "date": ""}
    request = {"header": {**header, "version": "5.3"}, "parent_header": {}, "metadata": {}, "content": content}
    await socket.write_message(json.dumps({**request, "channel": "shell", "buffers": []}))
    got: list[dict[str, Any]] = []
    end = time.monotonic() + 100
    while time.monotonic() < end:
        text = await asyncio.wait_for(socket.read_message(), 60)
        assert isinstance(text, str)
        message = json.loads(text)
        if message["channel"] == "iopub" and message["parent_header"].get("msg_id") == header["msg_id"]:
            got.append(message)
            if message["content"] == {"execution_state": "idle"}:
                break
    socket.close()
    return got
