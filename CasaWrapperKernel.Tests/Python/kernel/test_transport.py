"""The listening side of ZMTP: whoever connects and whatever he sends, the kernel goes on; and libzmq as the peer."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
import raw_zmtp
import zmq
from jupyter_client.session import Session
from kernel_client import FrontEnd, Kernel, wait_until

pytestmark = pytest.mark.deadline(120)


def _ports(kernel: Kernel) -> dict[str, int]:
    return {name: kernel.connection[f"{name}_port"] for name in ("shell", "iopub", "stdin", "control", "hb")}


def _memory(kernel: Kernel) -> float:
    """Resident memory in MB."""
    return psutil.Process(kernel.pid).memory_info().rss / 1e6


# -- strangers without the key -------------------------------------------------------------------------------
@pytest.mark.parametrize("name", raw_zmtp.STRANGE_HANDSHAKES)
def test_strange_handshake_ends_its_own_connection_only(kernel: Kernel, front: FrontEnd, name: str) -> None:
    for channel, port in _ports(kernel).items():
        with raw_zmtp.connect(port, raw_zmtp.STRANGE_HANDSHAKES[name]) as peer:
            assert raw_zmtp.is_ended(peer), channel
    assert front.value("1") == "1"


@pytest.mark.parametrize("name", raw_zmtp.HARMLESS_HANDSHAKES)
def test_harmless_handshake_is_taken(kernel: Kernel, front: FrontEnd, name: str) -> None:
    with raw_zmtp.connect(_ports(kernel)["shell"], raw_zmtp.HARMLESS_HANDSHAKES[name]) as peer:
        peer.settimeout(0.3)
        assert not raw_zmtp.is_ended(peer)
    assert front.value("1") == "1"


@pytest.mark.parametrize("name", raw_zmtp.SUBSCRIPTIONS)
def test_strange_subscription_harms_nobody(kernel: Kernel, front: FrontEnd, name: str) -> None:
    before = _memory(kernel)
    with raw_zmtp.handshake(_ports(kernel)["iopub"], b"XSUB") as peer:
        try:
            for body in raw_zmtp.SUBSCRIPTIONS[name]:
                peer.sendall(raw_zmtp.frame(body))
        except ConnectionError:
            pass  # put out while it sends
        assert front.value("1") == "1"
    assert front.value("2") == "2"
    assert _memory(kernel) < before + 20


def test_half_a_gigabyte_that_is_only_announced_takes_no_memory(kernel: Kernel, front: FrontEnd) -> None:
    before = _memory(kernel)
    peers = [raw_zmtp.handshake(_ports(kernel)["shell"], b"DEALER") for _ in range(20)]
    for peer in peers:
        peer.sendall(b"\x02" + (500_000_000).to_bytes(8, "big") + b"x" * 1000)
    assert front.value("1") == "1"
    assert _memory(kernel) < before + 20
    for peer in peers:
        peer.close()


def test_connections_without_a_handshake_leave_room_for_others(kernel: Kernel, front: FrontEnd) -> None:
    idle = [raw_zmtp.connect(port) for port in _ports(kernel).values() for _ in range(200)]
    other = kernel.connect()
    assert other.value("1") == "1" and front.value("2") == "2"
    for peer in idle:
        peer.close()


def test_one_who_subscribes_and_never_reads_costs_a_bounded_amount(start_kernel: Callable[..., Kernel]) -> None:
    kernel = start_kernel()
    front = kernel.connect()
    front.run("1")
    before = _memory(kernel)
    with raw_zmtp.handshake(_ports(kernel)["iopub"], b"SUB") as peer:
        peer.sendall(raw_zmtp.frame(b"\1"))
        cell = front.run("line = 'x' * 999_999\nfor _ in range(250): print(line)", timeout=100)
        assert len(cell.stdout) == 250_000_000, "the one who reads gets all of it"
        assert _memory(kernel) < before + 200
        peer.settimeout(5)
        text = b""
        while b"MB of output are missing here" not in text:
            text = text[-200:] + peer.recv(1 << 20)
    assert front.value("1") == "1"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run a program as another user")
@pytest.mark.parametrize("switch, greets", [(None, False), ("on", True)])
def test_another_user_is_refused_before_a_byte_is_read(
    start_kernel: Callable[..., Kernel], switch: str | None, greets: bool
) -> None:
    kernel = start_kernel(env={"CASA_KERNEL_ANY_USER": switch} if switch else {})
    front = kernel.connect()
    for port in _ports(kernel).values():
        assert _bytes_got_by(65534, port) == (64 if greets else 0)
    assert front.value("1") == "1"
    assert ("user 65534" in kernel.stderr) != greets


def _bytes_got_by(user: int, port: int) -> int:
    """How much of the greeting a process of another user gets to see."""
    child = os.fork()
    if child == 0:
        got = 255
        try:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
            with socket.socket() as peer:
                peer.settimeout(10)
                peer.connect(("127.0.0.1", port))
                got = len(peer.recv(64, socket.MSG_WAITALL))
        except ConnectionError:
            got = 0
        finally:
            os._exit(got)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_message_that_was_recorded_is_not_done_again(kernel: Kernel, front: FrontEnd) -> None:
    front.run("n = 0")
    message = front.session.msg(
        "execute_request",
        {"code": "n += 1", "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False},
    )
    frames = front.session.serialize(message)
    front.sockets["shell"].send_multipart(frames)
    front.collect(message["header"]["msg_id"])
    front.sockets["shell"].send_multipart(frames)
    assert front.value("n") == "1"


# -- libzmq as the peer --------------------------------------------------------------------------------------
def test_a_thousand_clients(kernel: Kernel, front: FrontEnd) -> None:
    context = zmq.Context()
    context.set(zmq.MAX_SOCKETS, 4000)
    clients: list[zmq.Socket[bytes]] = []
    session = Session(key=kernel.connection["key"])
    for _ in range(1000):
        client = context.socket(zmq.DEALER)
        client.connect(f"tcp://127.0.0.1:{_ports(kernel)['control']}")
        session.send(client, "kernel_info_request", {})
        clients.append(client)
    for client in clients:
        assert client.poll(20_000)
        assert json.loads(client.recv_multipart()[2])["msg_type"] == "kernel_info_reply"
    context.destroy(linger=0)
    assert front.value("1") == "1"


def test_a_client_that_comes_back_keeps_its_identity(kernel: Kernel) -> None:
    for turn in range(30):
        front = kernel.connect(identity="the same one")
        assert front.value(str(turn)) == str(turn)
        front.close()


def test_messages_of_a_hundred_megabytes_go_both_ways(start_kernel: Callable[..., Kernel]) -> None:
    kernel = start_kernel()
    front = kernel.connect()
    front.run(
        "def opened(comm, message): global got; got = message['buffers'][0]\n"
        "get_ipython().kernel.comm_manager.register_target('big', opened)"
    )
    opening = front.send("comm_open", {"comm_id": "1", "target_name": "big", "data": {}}, buffers=[b"x" * 100_000_000])
    front.collect(opening, timeout=60, reply=False)
    assert front.value("len(got)") == "100000000"
    shown = front.run("display({'text/plain': 'y' * 100_000_000}, raw=True)", timeout=60).displays
    assert len(shown[0]["text/plain"]) == 100_000_000


def test_every_channel_is_encrypted_if_there_are_keys(
    casa_kernel: Path, kernel_env: dict[str, str], tmp_path: Path
) -> None:
    public, secret = zmq.curve_keypair()
    process, file = _start(
        casa_kernel, kernel_env, tmp_path, curve_publickey=public.decode(), curve_secretkey=secret.decode()
    )
    connection = json.loads(file.read_text())
    front = FrontEnd(connection, curve=public)
    front.wait_ready()
    assert front.value("1") == "1"
    data = b"x" * 100_000
    front.sockets["hb"].send(data)
    assert front.sockets["hb"].poll(10_000) and front.sockets["hb"].recv() == data
    with raw_zmtp.connect(connection["iopub_port"], raw_zmtp.NULL_GREETING + raw_zmtp.ready(b"SUB")) as peer:
        assert raw_zmtp.is_ended(peer)
    assert front.run("print('z' * 3_000_000)").stdout == "z" * 3_000_000 + "\n"
    _end(process, front)


def test_unix_sockets(casa_kernel: Path, kernel_env: dict[str, str], tmp_path: Path) -> None:
    ports = {f"{name}_port": n + 1 for n, name in enumerate(("shell", "iopub", "stdin", "control", "hb"))}
    process, file = _start(casa_kernel, kernel_env, tmp_path, transport="ipc", ip=str(tmp_path / "kernel-ipc"), **ports)
    front = FrontEnd(json.loads(file.read_text()))
    front.wait_ready()
    assert front.value("1") == "1"
    _end(process, front)
    assert wait_until(lambda: not list(tmp_path.glob("kernel-ipc*")))


# -- without a key -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("key", ["", None])
def test_no_key_no_start(casa_kernel: Path, kernel_env: dict[str, str], tmp_path: Path, key: str | None) -> None:
    file = _write(tmp_path, key=key)
    got = subprocess.run(
        [casa_kernel, "start", "-f", file, "--python", sys.executable],
        env=kernel_env,
        timeout=20,
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert got.returncode == 1 and "no key" in got.stderr and len(got.stderr.splitlines()) == 1, got.stderr


def _write(folder: Path, **changes: Any) -> Path:
    file = folder / "connection.json"
    ports = {f"{name}_port": 0 for name in ("shell", "iopub", "stdin", "control", "hb")}
    file.write_text(
        json.dumps(
            {
                "transport": "tcp",
                "ip": "127.0.0.1",
                "key": "a-key",
                "signature_scheme": "hmac-sha256",
                **ports,
                **changes,
            }
        )
    )
    return file


def _start(
    casa_kernel: Path, env: dict[str, str], folder: Path, **changes: Any
) -> tuple[subprocess.Popen[bytes], Path]:
    file = _write(folder, **changes)
    process = subprocess.Popen(
        [casa_kernel, "start", "-f", file, "--python", sys.executable], env=env, cwd=folder, stdin=subprocess.DEVNULL
    )
    assert wait_until(lambda: json.loads(file.read_text())["hb_port"] != 0)
    time.sleep(0.2)
    return process, file


def _end(process: subprocess.Popen[bytes], front: FrontEnd) -> None:
    front.request("shutdown_request", {"restart": False}, channel="control")
    assert process.wait(10) == 0
    front.close()
