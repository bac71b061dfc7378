"""What answers while a cell runs: subshells (JEP 91), usage_request, and the debugger; and encrypted connections."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
import zmq
from beside import execute_in
from conftest import StartKernel
from jupyter_client.manager import KernelManager
from kernel_client import FrontEnd, Kernel, Message, wait_until

pytestmark = pytest.mark.deadline(60)


def test_a_subshell_answers_while_the_main_shell_computes(front: FrontEnd, subshell: str) -> None:
    front.run("import threading, time\nanswered = threading.Event()")
    main = front.execute("ok = answered.wait(20)\ntime.sleep(1)\nprint('main', ok)")
    front.wait_for(lambda m: m["msg_type"] == "execute_input")
    inner = front.collect(execute_in(front, subshell, "answered.set()\nprint('beside')\n6 * 7"))
    assert inner.stdout == "beside\n" and inner.result == "42"
    assert front.collect(main).stdout == "main True\n"


def test_a_failure_in_a_subshell_is_its_own(front: FrontEnd, subshell: str) -> None:
    cell = front.collect(execute_in(front, subshell, "1 / 0"))
    assert cell.error == "ZeroDivisionError" and cell.reply["content"]["traceback"]
    assert front.value("1 + 1") == "2"


def test_subshells_share_the_namespace_and_are_listed(front: FrontEnd, subshell: str) -> None:
    front.run("shared = 'from the main shell'")
    assert front.collect(execute_in(front, subshell, "shared")).result == "'from the main shell'"
    listed = front.request("list_subshell_request", channel="control").reply["content"]["subshell_id"]
    assert listed == [subshell]


def test_an_unknown_subshell_is_refused(front: FrontEnd) -> None:
    cell = front.collect(execute_in(front, "no-such-subshell", "1"))
    assert cell.status == "error" and "no-such-subshell" in cell.reply["content"]["evalue"]


def test_a_request_of_no_use_does_not_end_a_subshell(front: FrontEnd, subshell: str) -> None:
    header = front.session.msg_header("execute_request") | {"subshell_id": subshell}
    assert front.collect(front.send("execute_request", {"code": None}, header=header)).status == "error"
    assert front.collect(execute_in(front, subshell, "6 * 7")).result == "42"


def test_a_deleted_subshell_leaves_no_thread(front: FrontEnd) -> None:
    count = "import threading, time\nsum(t.name.startswith('casa-kernel-subshell') for t in threading.enumerate())"
    before = front.value(count)
    name = front.request("create_subshell_request", channel="control").reply["content"]["subshell_id"]
    assert front.collect(execute_in(front, name, "1")).result == "1"
    assert front.request("delete_subshell_request", {"subshell_id": name}, "control").status == "ok"
    assert wait_until(lambda: front.value(count) == before, 5)


def test_usage_counts_the_children_too(front: FrontEnd) -> None:
    usage = front.request("usage_request", channel="control").reply["content"]
    code = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, '-c', 'b = b"x" * 80_000_000; input()'], stdin=subprocess.PIPE)
time.sleep(1)
"""
    front.run(code)
    more = front.request("usage_request", channel="control").reply["content"]
    front.run("child.communicate(b'\\n')")
    assert more["kernel_memory"] - usage["kernel_memory"] > 70_000_000
    assert more["cpu_count"] == os.cpu_count() and more["pid"] > 0
    assert 0 <= more["host_cpu_percent"] <= 100
    assert more["host_virtual_memory"]["total"] > more["host_virtual_memory"]["available"] > 0
    psutil = pytest.importorskip("psutil")
    assert set(more["host_virtual_memory"]) == set(psutil.virtual_memory()._asdict())
    assert more["host_virtual_memory"]["slab"] > 0 and more["host_virtual_memory"]["active"] > 0


class DebugClient:
    """Speaks the Debug Adapter Protocol through debug_request, as JupyterLab does."""

    def __init__(self, front: FrontEnd) -> None:
        self.front, self._seq = front, 0

    def request(self, command: str, **arguments: Any) -> dict[str, Any]:
        self._seq += 1
        content = {"type": "request", "seq": self._seq, "command": command, "arguments": arguments}
        msg_id = self.front.send("debug_request", content, "control")
        answer = self.front.reply_to(msg_id, "control", 30)["content"]
        assert answer["success"] and answer["request_seq"] == self._seq, answer
        return answer.get("body") or {}

    def wait_for(self, event: str) -> Message:
        return self.front.wait_for(lambda m: m["msg_type"] == "debug_event" and m["content"]["event"] == event, 30)


def test_the_debugger_stops_shows_variables_and_steps(start_kernel: StartKernel) -> None:
    pytest.importorskip("debugpy", reason="needs debugpy in this environment")
    front = start_kernel().connect()
    assert "debugger" in front.request("kernel_info_request").reply["content"]["supported_features"]
    debug = DebugClient(front)
    code = "x = 1\ny = x + 1\nz = [x, y]\nprint(z)"
    assert debug.request("debugInfo")["isStarted"] is False
    debug.request("initialize", adapterID="python", linesStartAt1=True, pathFormat="path")
    debug.request("attach")
    path = debug.request("dumpCell", code=code)["sourcePath"]
    info = debug.request("debugInfo")
    assert path.startswith(info["tmpFilePrefix"]) and path.endswith(info["tmpFileSuffix"])
    assert debug.request("source", source={"path": path})["content"] == code
    placed = debug.request("setBreakpoints", source={"path": path}, breakpoints=[{"line": 3}])["breakpoints"]
    assert placed[0]["verified"]
    debug.request("configurationDone")

    cell = front.execute(code)
    thread = debug.wait_for("stopped")["content"]["body"]["threadId"]
    frames = debug.request("stackTrace", threadId=thread)["stackFrames"]
    assert [(f["line"], f["source"]["path"]) for f in frames] == [(3, path)]
    scopes = debug.request("scopes", frameId=frames[0]["id"])["scopes"]
    variables = debug.request("variables", variablesReference=scopes[0]["variablesReference"])["variables"]
    assert {v["name"]: v["value"] for v in variables}["y"] == "2"
    rich = debug.request("richInspectVariables", variableName="y", frameId=frames[0]["id"])
    assert rich["data"]["text/plain"] == "2"
    debug.request("next", threadId=thread)
    debug.wait_for("stopped")
    assert debug.request("stackTrace", threadId=thread)["stackFrames"][0]["line"] == 4
    debug.request("continue", threadId=thread)
    assert front.reply_to(cell)["content"]["status"] == "ok"

    assert {v["name"] for v in debug.request("inspectVariables")["variables"]} == {"x", "y", "z"}
    debug.request("disconnect")
    assert debug.request("debugInfo")["isStarted"] is False

    # Once more, after the end.
    debug.request("initialize", adapterID="python", linesStartAt1=True, pathFormat="path")
    debug.request("attach")
    debug.request("setBreakpoints", source={"path": path}, breakpoints=[{"line": 2}])
    debug.request("configurationDone")
    again = front.execute(code)
    thread = debug.wait_for("stopped")["content"]["body"]["threadId"]
    (frame, *_) = debug.request("stackTrace", threadId=thread)["stackFrames"]
    scopes = {s["name"]: s["variablesReference"] for s in debug.request("scopes", frameId=frame["id"])["scopes"]}
    shown = {v["name"] for v in debug.request("variables", variablesReference=scopes["Globals"])["variables"]}
    assert {"x", "y", "z"} <= shown and not shown & {"In", "Out", "_", "_dh", "exit", "quit", "get_ipython"}
    debug.request("disconnect")
    assert front.collect(again).status == "ok"


def test_a_functions_own_variables_are_shown_whatever_they_are_called(start_kernel: StartKernel) -> None:
    pytest.importorskip("debugpy", reason="needs debugpy in this environment")
    front = start_kernel().connect()
    front.run("_note = 1")
    debug = DebugClient(front)
    code = "def f():\n    Out, _note = 1, 2\n    return Out\nf()"
    debug.request("initialize", adapterID="python", linesStartAt1=True, pathFormat="path")
    debug.request("attach")
    path = debug.request("dumpCell", code=code)["sourcePath"]
    debug.request("setBreakpoints", source={"path": path}, breakpoints=[{"line": 3}])
    debug.request("configurationDone")
    cell = front.execute(code)
    thread = debug.wait_for("stopped")["content"]["body"]["threadId"]
    (frame, *_) = debug.request("stackTrace", threadId=thread)["stackFrames"]
    scopes = {s["name"]: s["variablesReference"] for s in debug.request("scopes", frameId=frame["id"])["scopes"]}
    shown = {v["name"] for v in debug.request("variables", variablesReference=scopes["Locals"])["variables"]}
    assert {"Out", "_note"} <= shown
    debug.request("continue", threadId=thread)
    assert front.reply_to(cell)["content"]["status"] == "ok"


def test_variables_unfold_while_nothing_is_stopped(start_kernel: StartKernel) -> None:
    pytest.importorskip("debugpy", reason="needs debugpy in this environment")
    front = start_kernel().connect()
    debug = DebugClient(front)
    debug.request("initialize", adapterID="python", linesStartAt1=True, pathFormat="path")
    debug.request("attach")
    front.run("names = ['a', {'deep': 7}]\nnumber = 5\nimport json")
    variables = {v["name"]: v for v in debug.request("inspectVariables")["variables"]}
    assert set(variables) == {"names", "number", "json"} and variables["number"]["variablesReference"] == 0
    inside = {
        name: {
            v["name"]: v for v in debug.request("variables", variablesReference=one["variablesReference"])["variables"]
        }
        for name, one in variables.items()
        if one["variablesReference"]
    }
    assert inside["names"]["0"]["value"] == "'a'" and inside["json"]
    (deep,) = (
        v["value"]
        for v in debug.request("variables", variablesReference=inside["names"]["1"]["variablesReference"])["variables"]
        if v["name"] == "'deep'"
    )
    assert deep == "7"
    debug.request("disconnect")


def test_an_encrypted_kernel_serves_only_who_has_the_key(start_kernel: StartKernel) -> None:
    if not zmq.has("curve"):
        pytest.skip("this pyzmq has no CURVE")
    plain: Kernel = start_kernel()
    if not hasattr(plain.manager, "transport_encryption"):
        pytest.skip("needs jupyter_client 8.9")
    spec = plain.manager.kernel_spec
    manager = KernelManager(kernel_name=plain.manager.kernel_name, transport_encryption="required")
    manager.kernel_spec.argv = spec.argv
    manager.kernel_spec.metadata = {"supported_encryption": ["curve"]}
    manager.start_kernel()
    client = manager.client()
    try:
        with open(manager.connection_file) as file:
            connection = json.load(file)
        assert len(connection["curve_publickey"]) == 40
        client.start_channels()
        client.wait_for_ready(timeout=30)
        with zmq.Context() as context, context.socket(zmq.SUB) as eavesdropper:
            eavesdropper.linger = 0
            eavesdropper.subscribe(b"")
            eavesdropper.connect(f"tcp://127.0.0.1:{connection['iopub_port']}")
            assert client.execute_interactive("print('secret')", timeout=30)["content"]["status"] == "ok"
            assert eavesdropper.poll(1000) == 0
        assert wait_until(client.hb_channel.is_beating, 10)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
