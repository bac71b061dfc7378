"""The Jupyter messaging protocol: broken messages, several clients, connection files (JEP 65, 80)."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zmq
from conftest import TEST_PYTHON
from kernel_client import FrontEnd, Kernel, Message, wait_until

pytestmark = pytest.mark.deadline(30)
TELESCOPE = "\U0001f52d"  # one code point, but two in UTF-16, in which C# counts


# -- unknown and broken messages -----------------------------------------------------------------------------
@pytest.mark.parametrize("channel", ["shell", "control"])
def test_kernel_info_on_both_channels(front: FrontEnd, channel: str) -> None:
    reply = front.request("kernel_info_request", channel=channel).reply
    content = reply["content"]
    assert reply["msg_type"] == "kernel_info_reply" and content["status"] == "ok"
    assert content["protocol_version"].startswith("5.") and content["implementation"] == "casa-kernel"
    assert content["implementation_version"] and content["banner"] and content["help_links"]
    language = content["language_info"]
    assert language["name"] == "python" and language["file_extension"] == ".py"
    assert language["pygments_lexer"] == "ipython3" and language["mimetype"] == "text/x-python"
    expected = subprocess.run(
        [TEST_PYTHON, "-c", "import platform; print(platform.python_version())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert language["version"] == expected


@pytest.mark.parametrize("channel", ["shell", "control"])
@pytest.mark.parametrize("msg_type", ["nonsense_request", "nonsense"])
def test_unknown_message_type(front: FrontEnd, channel: str, msg_type: str) -> None:
    front.collect(front.send(msg_type, {"x": 1}, channel), channel, reply=False)
    while front.sockets[channel].poll(50):  # an answer is allowed, if it is an error
        assert front.receive(channel)["content"]["status"] == "error"
    assert front.value("1") == "1"


@pytest.mark.parametrize(
    "msg_type", ["execute_request", "complete_request", "inspect_request", "is_complete_request", "history_request"]
)
def test_request_without_its_fields(front: FrontEnd, msg_type: str) -> None:
    cell = front.request(msg_type, {})
    assert cell.reply["msg_type"] == msg_type.replace("request", "reply")
    assert cell.status in ("ok", "error")
    assert front.value("1") == "1"


@pytest.mark.parametrize(
    "content", [{"code": 5}, {"code": None}, {"code": "1", "silent": "perhaps"}, {"code": "1", "user_expressions": 7}]
)
def test_execute_request_with_fields_of_wrong_type(front: FrontEnd, content: dict[str, Any]) -> None:
    assert front.request("execute_request", content).status == "error"
    assert front.value("1") == "1"


def _frames(front: FrontEnd, msg_type: str = "execute_request") -> list[bytes]:
    content = {"code": "broken = True", "silent": False}
    return front.session.serialize(front.session.msg(msg_type, content))


def _sign(front: FrontEnd, frames: list[bytes]) -> list[bytes]:
    return [b"<IDS|MSG>", front.session.sign(frames), *frames]


BROKEN: dict[str, Callable[[FrontEnd], list[bytes]]] = {
    "one empty frame": lambda f: [b""],
    "one byte": lambda f: [b"x"],
    "no delimiter": lambda f: _frames(f)[1:],
    "delimiter only": lambda f: [b"<IDS|MSG>"],
    "delimiter and signature only": lambda f: _frames(f)[:2],
    "content missing": lambda f: _frames(f)[:-1],
    "bad signature": lambda f: [b"<IDS|MSG>", b"0" * 64, *_frames(f)[2:]],
    "no signature": lambda f: [b"<IDS|MSG>", b"", *_frames(f)[2:]],
    "signature of another length": lambda f: [b"<IDS|MSG>", b"abc", *_frames(f)[2:]],
    "changed content": lambda f: _frames(f)[:-1] + [b'{"code": "broken = True"}'],
    "header is no JSON": lambda f: _sign(f, [b"{", b"{}", b"{}", b"{}"]),
    "header is null": lambda f: _sign(f, [b"null", b"{}", b"{}", b"{}"]),
    "header is a list": lambda f: _sign(f, [b"[1]", b"{}", b"{}", b"{}"]),
    "header without type": lambda f: _sign(f, [b'{"msg_id": "1"}', b"{}", b"{}", b"{}"]),
    "header with numbers": lambda f: _sign(f, [b'{"msg_id": 1, "msg_type": 2, "session": 3}', b"{}", b"{}", b"{}"]),
    "header is no UTF-8": lambda f: _sign(f, [b'{"msg_type": "\xff\xfe"}', b"{}", b"{}", b"{}"]),
    "a megabyte of noise": lambda f: [os.urandom(1 << 20)],
    "a thousand frames": lambda f: [b"x"] * 1000,
}


@pytest.mark.parametrize("channel", ["shell", "control", "stdin"])
@pytest.mark.parametrize("name", BROKEN)
def test_broken_message_is_dropped(front: FrontEnd, name: str, channel: str) -> None:
    front.sockets[channel].send_multipart(BROKEN[name](front))
    assert front.request("kernel_info_request", channel="control").status == "ok"
    assert front.value("'broken' in globals()") == "False"


@pytest.mark.parametrize(
    "parts",
    [
        {"content": b"not json"},
        {"content": b"[]"},
        {"content": b'"text"'},
        {"content": b"null"},
        {"metadata": b"nonsense"},
        {"content": b'{"code": "\xff"}'},
    ],
)
@pytest.mark.parametrize(
    "channel, msg_type",
    [
        ("shell", "execute_request"),
        ("shell", "complete_request"),
        ("shell", "comm_open"),
        ("control", "shutdown_request "),
    ],
)
def test_signed_message_with_broken_parts(
    front: FrontEnd, parts: dict[str, bytes], channel: str, msg_type: str
) -> None:
    header = json.dumps(front.session.msg_header(msg_type), default=str).encode()
    frames = {"header": header, "parent": b"{}", "metadata": b"{}", "content": b'{"code": "1"}'} | parts
    front.sockets[channel].send_multipart(_sign(front, list(frames.values())))
    assert front.request("kernel_info_request", channel="control").status == "ok"
    assert front.value("1", timeout=5) == "1" if channel == "control" else _run_past_errors(front) == "1"
    front.inbox.clear()


def _run_past_errors(front: FrontEnd) -> str | None:
    """The value of a cell, whatever replies to broken requests come before its own."""
    msg_id = front.execute("1")
    reply = front.receive("shell", 5)
    while reply["parent_header"].get("msg_id") != msg_id:
        assert reply["content"]["status"] in ("ok", "error"), reply["content"]
        reply = front.receive("shell", 5)
    return front.collect(msg_id, reply=False).result


def test_broken_messages_are_logged_and_the_key_is_not(kernel: Kernel, front: FrontEnd) -> None:
    front.sockets["shell"].send_multipart(BROKEN["bad signature"](front))
    assert wait_until(lambda: "signature" in kernel.stderr)
    assert kernel.connection["key"].decode() not in kernel.stderr


# -- several clients -----------------------------------------------------------------------------------------
def test_two_clients_at_once(kernel: Kernel, front: FrontEnd) -> None:
    other = kernel.connect()
    first = front.execute("import time; time.sleep(0.2); 'first'")
    second = other.execute("'second'")
    assert front.collect(first).result == "'first'"
    assert other.collect(second).result == "'second'"
    for client, msg_id in ((front, second), (other, first)):  # each sees on iopub what the other does
        types = [client.next_for(msg_id)["msg_type"] for _ in range(4)]
        assert types == ["status", "execute_input", "execute_result", "status"]
    assert not front.sockets["shell"].poll(50) and not other.sockets["shell"].poll(50)
    other.close()


def test_question_goes_to_the_client_that_ran_the_cell(kernel: Kernel, front: FrontEnd) -> None:
    other = kernel.connect()
    msg_id = other.execute("input('who? ')", allow_stdin=True)
    assert other.receive("stdin")["content"]["prompt"] == "who? "
    assert not front.sockets["stdin"].poll(50)
    other.send("input_reply", {"value": "me"}, channel="stdin")
    assert other.collect(msg_id).result == "'me'"
    other.close()


def test_client_that_reconnects_with_its_identity(kernel: Kernel) -> None:
    first = kernel.connect(identity="the-same-tab")
    assert first.value("1") == "1"
    # The first connection is still open, as after the sleep of a laptop.
    second = kernel.connect(identity="the-same-tab")
    assert second.value("2") == "2"
    first.close()
    assert second.value("3") == "3"
    assert second.request("kernel_info_request", channel="control").status == "ok"
    third = kernel.connect(identity="the-same-tab")
    assert third.value("4") == "4"
    for client in (second, third):
        client.close()


def test_client_that_vanishes_while_its_cell_runs(kernel: Kernel, front: FrontEnd) -> None:
    other = kernel.connect()
    msg_id = other.execute("import time; time.sleep(0.5); print('done'); vanished = 1")
    other.next_for(msg_id)
    other.close()
    assert front.value("vanished") == "1"


def test_every_subscriber_is_welcomed(kernel: Kernel) -> None:
    for topic in (b"", b"", b"stream", "é".encode()):
        client = kernel.connect(ready=False, subscribe=False)
        iopub = client.sockets["iopub"]
        iopub.setsockopt(zmq.SUBSCRIBE, topic)
        iopub.connect(f"tcp://{kernel.connection['ip']}:{kernel.connection['iopub_port']}")
        welcome = client.receive("iopub")
        assert welcome["msg_type"] == "iopub_welcome" and welcome["parent_header"] == {}
        assert welcome["content"]["subscription"].encode() == topic
        assert welcome["identities"] == [topic]
        client.close()


def test_the_welcome_comes_first_while_a_cell_displays(kernel: Kernel, front: FrontEnd) -> None:
    # By the welcome a client knows that it misses nothing from then on; what comes earlier has no defined beginning.
    msg_id = front.execute(
        "from IPython.display import display\nimport threading\nenough = threading.Event()\n"
        "def work():\n    while not enough.is_set(): display(1)\n"
        "thread = threading.Thread(target=work); thread.start()"
    )
    front.collect(msg_id)
    first = []
    for _ in range(40):
        client = kernel.connect(ready=False)
        first.append(client.receive("iopub")["msg_type"])
        client.close()
        kernel.fronts.remove(client)
    front.run("enough.set(); thread.join()")
    front.unread("iopub")
    front.inbox.clear()  # the displays of the thread
    assert set(first) == {"iopub_welcome"}, f"{40 - first.count('iopub_welcome')} of 40 got something else first"


def test_subscription_that_is_no_text_is_harmless(kernel: Kernel, front: FrontEnd) -> None:
    client = kernel.connect(ready=False, subscribe=False)
    client.sockets["iopub"].setsockopt(zmq.SUBSCRIBE, b"\xff\xfe")
    client.sockets["iopub"].connect(f"tcp://{kernel.connection['ip']}:{kernel.connection['iopub_port']}")
    assert not client.sockets["iopub"].poll(200)
    client.close()
    assert front.value("1") == "1"


def test_heartbeat_echoes(kernel: Kernel, front: FrontEnd) -> None:
    busy = front.execute("import time; time.sleep(0.3)")
    for data in (b"ping", b"", bytes(range(256)), b"x" * 100_000):
        front.sockets["hb"].send(data)
        assert front.sockets["hb"].poll(2000) and front.sockets["hb"].recv() == data
    front.collect(busy)


def test_status_starting_comes_once(start_kernel: Callable[..., Kernel]) -> None:
    # Nobody can count on seeing it, for it is sent when the kernel starts; but nobody may see it twice or late.
    front = start_kernel().connect(ready=False)
    front.wait_ready()
    front.run("1")
    states = [m["content"]["execution_state"] for m in front.inbox if m["msg_type"] == "status"]
    assert states.count("starting") <= 1 and "starting" not in states[1:]


# -- the connection file -------------------------------------------------------------------------------------
def _start_by_hand(
    casa_kernel: Path, env: dict[str, str], folder: Path, *options: str, **changes: Any
) -> subprocess.Popen[bytes]:
    connection = {
        "transport": "tcp",
        "ip": "127.0.0.1",
        "key": "a-key",
        "signature_scheme": "hmac-sha256",
        "kernel_name": "mine",
        "jupyter_session": "/a/notebook.ipynb",
        **{f"{name}_port": 0 for name in ("shell", "iopub", "stdin", "control", "hb")},
        **changes,
    }
    file = folder / "connection.json"
    file.write_text(json.dumps(connection))
    return subprocess.Popen(
        [casa_kernel, "start", "-f", str(file), "--python", TEST_PYTHON, *options],
        env=env,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _connect_by_hand(process: subprocess.Popen[bytes], folder: Path) -> FrontEnd:
    file = folder / "connection.json"

    def ports() -> bool:
        assert process.poll() is None, process.stderr and process.stderr.read()
        return json.loads(file.read_text())["hb_port"] != 0

    assert wait_until(ports)
    front = FrontEnd(json.loads(file.read_text()))
    front.wait_ready()
    return front


def _shut_down(process: subprocess.Popen[bytes], front: FrontEnd) -> Message:
    reply = front.request("shutdown_request", {"restart": False}, channel="control").reply
    assert process.wait(10) == 0
    front.close()
    return reply


def test_ports_that_the_kernel_chooses_are_written_back(
    casa_kernel: Path, kernel_env: dict[str, str], tmp_path: Path
) -> None:
    process = _start_by_hand(casa_kernel, kernel_env, tmp_path)
    front = _connect_by_hand(process, tmp_path)
    written = json.loads((tmp_path / "connection.json").read_text())
    assert front.value("1") == "1"
    assert len({written[f"{name}_port"] for name in ("shell", "iopub", "stdin", "control", "hb")} - {0}) == 5
    assert (written["kernel_name"], written["jupyter_session"], written["key"]) == (
        "mine",
        "/a/notebook.ipynb",
        "a-key",
    )
    assert stat.S_IMODE((tmp_path / "connection.json").stat().st_mode) == 0o600
    _shut_down(process, front)


@pytest.mark.parametrize("scheme", ["hmac-sha512", "hmac-sha384", "hmac-sha1", "hmac-md5"])
def test_signature_schemes(casa_kernel: Path, kernel_env: dict[str, str], tmp_path: Path, scheme: str) -> None:
    process = _start_by_hand(casa_kernel, kernel_env, tmp_path, signature_scheme=scheme)
    front = _connect_by_hand(process, tmp_path)
    assert front.value("1") == "1"
    _shut_down(process, front)


def test_empty_key_turns_signing_off(casa_kernel: Path, kernel_env: dict[str, str], tmp_path: Path) -> None:
    process = _start_by_hand(casa_kernel, kernel_env, tmp_path, "--insecure", key="")
    front = _connect_by_hand(process, tmp_path)
    assert front.value("1") == "1"
    _shut_down(process, front)


@pytest.mark.parametrize(
    "change, word",
    [
        ({"signature_scheme": "hmac-rot13"}, "hmac-rot13"),
        ({"transport": "pgm"}, "pgm"),
        ({"ip": "203.0.113.7"}, "203.0.113.7"),
        ({"shell_port": 99999999}, "99999999"),
    ],
)
def test_connection_file_that_asks_for_the_impossible(
    casa_kernel: Path, kernel_env: dict[str, str], tmp_path: Path, change: dict[str, Any], word: str
) -> None:
    process = _start_by_hand(casa_kernel, kernel_env, tmp_path, **change)
    _, stderr = process.communicate(timeout=15)
    text = stderr.decode()
    assert process.returncode not in (0, -6), text
    assert word in text and len(text.strip().splitlines()) == 1, text


def test_port_that_is_taken(kernel: Kernel, casa_kernel: Path, kernel_env: dict[str, str], tmp_path: Path) -> None:
    port = kernel.connection["shell_port"]
    process = _start_by_hand(casa_kernel, kernel_env, tmp_path, shell_port=port)
    _, stderr = process.communicate(timeout=15)
    text = stderr.decode()
    assert process.returncode not in (0, -6) and str(port) in text and len(text.strip().splitlines()) == 1, text
