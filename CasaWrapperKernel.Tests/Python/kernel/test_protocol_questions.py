"""The Jupyter messaging protocol, message by message: questions about code, history, input, comms."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kernel_client import FrontEnd, Kernel, plain

pytestmark = pytest.mark.deadline(30)
TELESCOPE = "\U0001f52d"  # one code point, but two in UTF-16, in which C# counts


# -- questions about code ------------------------------------------------------------------------------------
def _complete(front: FrontEnd, code: str, position: int | None = None) -> dict[str, Any]:
    position = len(code) if position is None else position
    return front.request("complete_request", {"code": code, "cursor_pos": position}).reply["content"]


def test_completion(front: FrontEnd) -> None:
    front.run("import math")
    reply = _complete(front, "x = math.gam")
    assert reply["status"] == "ok"
    assert "gamma" in reply["matches"] or "math.gamma" in reply["matches"]
    assert reply["cursor_end"] == 12
    types = reply["metadata"]["_jupyter_types_experimental"]
    assert len(types) == len(reply["matches"]) and {"text", "type", "start", "end"} <= set(types[0])


def test_completion_counts_code_points(front: FrontEnd) -> None:
    front.run("telescope_name = 'VLA'")
    prefix = f"'{TELESCOPE}{TELESCOPE}', "
    reply = _complete(front, prefix + "telescope_na")
    assert reply["matches"] == ["telescope_name"]
    assert (reply["cursor_start"], reply["cursor_end"]) == (len(prefix), len(prefix) + len("telescope_na"))
    reply = _complete(front, f"telescope_na + '{TELESCOPE}'", len("telescope_na"))
    assert reply["matches"] == ["telescope_name"] and reply["cursor_start"] == 0


def test_completion_of_nothing_is_an_empty_list(front: FrontEnd) -> None:
    reply = _complete(front, "no_such_name_anywhere")
    assert reply["matches"] == [] and reply["cursor_start"] <= reply["cursor_end"] == 21


def test_completion_of_files_magics_and_keys(front: FrontEnd, tmp_path: Path) -> None:
    (tmp_path / "ngc5921.ms").mkdir()
    front.run("settings = {'robust': 0.5}")
    assert any("ngc5921.ms" in m for m in _complete(front, f"open('{tmp_path}/ngc")["matches"])
    assert any("timeit" in m for m in _complete(front, "%timei")["matches"])
    assert any("robust" in m for m in _complete(front, "settings['ro")["matches"])


def _inspect(front: FrontEnd, code: str, position: int | None = None, level: int = 0) -> dict[str, Any]:
    position = len(code) if position is None else position
    content = {"code": code, "cursor_pos": position, "detail_level": level}
    return front.request("inspect_request", content).reply["content"]


def test_inspection(front: FrontEnd) -> None:
    front.run("def calibrate(ms, field='0'):\n    '''Solve for the gains.'''\n    return ms")
    reply = _inspect(front, "calibrate(")
    assert reply["status"] == "ok" and reply["found"] is True
    assert "Solve for the gains." in reply["data"]["text/plain"]
    assert "return ms" not in reply["data"]["text/plain"]
    assert "return ms" in plain(_inspect(front, "calibrate", level=1)["data"]["text/plain"])


def test_inspection_counts_code_points(front: FrontEnd) -> None:
    front.run("def calibrate(ms):\n    '''Solve for the gains.'''")
    code = f"'{TELESCOPE}{TELESCOPE}{TELESCOPE}'; calibrate; zip"
    reply = _inspect(front, code, code.index("calibrate") + 4)
    assert reply["found"] and "Solve for the gains." in reply["data"]["text/plain"]


def test_inspection_of_nothing(front: FrontEnd) -> None:
    for code in ("no_such_name_anywhere", "", " "):
        reply = _inspect(front, code)
        assert (reply["status"], reply["found"], reply["data"]) == ("ok", False, {}), code


@pytest.mark.parametrize(
    "code, status, indent",
    [("for i in range(3):", "incomplete", "    "), ("x = 1", "complete", None), ("x = )", "invalid", None)],
)
def test_is_complete(front: FrontEnd, code: str, status: str, indent: str | None) -> None:
    reply = front.request("is_complete_request", {"code": code}).reply["content"]
    assert reply["status"] == status and reply.get("indent") == indent


# -- history -------------------------------------------------------------------------------------------------
def _history(front: FrontEnd, **content: Any) -> list[Any]:
    content = {"raw": True, "output": False} | content
    return front.request("history_request", content).reply["content"]["history"]


def test_history_range_of_this_session(start_kernel: Callable[..., Kernel]) -> None:
    # A kernel of its own: after an "exit" IPython's lists of inputs and of outputs no longer go together.
    front = start_kernel().connect()
    front.run("11 * 11")
    front.run("'second'")
    ((session, _, _),) = _history(front, hist_access_type="tail", n=1)
    for asked in (0, session):
        got = _history(front, hist_access_type="range", session=asked, start=1, stop=3)
        assert got == [[session, 1, "11 * 11"], [session, 2, "'second'"]]
    ((_, _, pair),) = _history(front, hist_access_type="range", start=1, stop=2, output=True)
    assert pair == ["11 * 11", "121"]


def test_history_search(front: FrontEnd) -> None:
    for code in ("needle_1 = 1", "hay = 2", "needle_2 = 3", "needle_1 = 1"):
        front.run(code)
    assert [line for _, _, line in _history(front, hist_access_type="search", pattern="needle*")][-3:] == [
        "needle_1 = 1",
        "needle_2 = 3",
        "needle_1 = 1",
    ]
    assert len(_history(front, hist_access_type="search", pattern="needle_1*", unique=True)) == 1


def test_history_of_an_earlier_kernel(start_kernel: Callable[..., Kernel], tmp_path: Path) -> None:
    env = {"IPYTHONDIR": str(tmp_path / "ipython")}
    first = start_kernel(env=env)
    front = first.connect()
    front.run("'from the first kernel'")
    front.close()
    first.manager.shutdown_kernel()
    front = start_kernel(env=env).connect()
    lines = [line for _, _, line in _history(front, hist_access_type="tail", n=5)]
    assert "'from the first kernel'" in lines


# -- input ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("call, password", [("input('name? ')", False), ("getpass.getpass('name? ')", True)])
def test_question_to_the_front_end(front: FrontEnd, call: str, password: bool) -> None:
    code = f"import getpass\nprint('before')\nprint('got', {call})"
    with front.transcript(code, allow_stdin=True) as t:
        t.begin(code)
        t.stream("stdout", "before\n")  # it must be there before the question
        question = front.receive("stdin")
        assert question["msg_type"] == "input_request"
        assert question["content"] == {"prompt": "name? ", "password": password}
        assert question["parent_header"]["msg_id"] == t.msg_id
        front.send("input_reply", {"value": "Hubble é" + TELESCOPE}, channel="stdin")
        t.stream("stdout", f"got Hubble é{TELESCOPE}\n")
        t.idle()
        t.reply()


def test_question_that_nobody_can_answer(front: FrontEnd) -> None:
    for code in ("input('name? ')", "import getpass; getpass.getpass()"):
        cell = front.run(code, allow_stdin=False)
        assert cell.error == "StdinNotImplementedError", cell.reply["content"]
        assert "input" in cell.reply["content"]["evalue"]


def test_stale_answers_are_not_taken(front: FrontEnd) -> None:
    front.send("input_reply", {"value": "stale"}, channel="stdin")
    time.sleep(0.1)
    msg_id = front.execute("input()", allow_stdin=True)
    front.receive("stdin")
    front.send("input_reply", {"value": "fresh"}, channel="stdin")
    assert front.collect(msg_id).result == "'fresh'"


def test_end_of_input(front: FrontEnd) -> None:
    msg_id = front.execute("input()", allow_stdin=True)
    front.receive("stdin")
    front.send("input_reply", {"value": "\x04"}, channel="stdin")
    assert front.collect(msg_id).error == "EOFError"


# -- comms ---------------------------------------------------------------------------------------------------
COMM_TARGET = """
import comm
opened = []
def on_open(channel, message):
    opened.append((channel, message))
    def echo(m):
        channel.send({'echo': m['content']['data']}, buffers=[bytes(m['buffers'][0])[::-1]])
    channel.on_msg(echo)
    channel.on_close(lambda m: print('closed', m['content']['data']))
    channel.send({'hello': message['content']['data']})
comm.get_comm_manager().register_target('test.target', on_open)
"""


def test_comm_from_the_front_end(front: FrontEnd) -> None:
    front.run(COMM_TARGET)
    opening = {"comm_id": "c1", "target_name": "test.target", "data": {"a": 1}}
    cell = front.collect(front.send("comm_open", opening), reply=False)
    assert cell.all("comm_msg") == [{"comm_id": "c1", "data": {"hello": {"a": 1}}}]

    payload = bytes(range(256))
    cell = front.collect(front.send("comm_msg", {"comm_id": "c1", "data": {"n": 2}}, buffers=[payload]), reply=False)
    (message,) = cell.messages
    assert message["content"]["data"] == {"echo": {"n": 2}}
    assert [bytes(b) for b in message["buffers"]] == [payload[::-1]]

    info = front.request("comm_info_request").reply["content"]
    assert info["comms"]["c1"] == {"target_name": "test.target"}
    assert front.request("comm_info_request", {"target_name": "other"}).reply["content"]["comms"] == {}

    cell = front.collect(front.send("comm_close", {"comm_id": "c1", "data": {"bye": 1}}), reply=False)
    assert cell.stdout == "closed {'bye': 1}\n"
    assert "c1" not in front.request("comm_info_request").reply["content"]["comms"]


def test_comm_from_the_kernel(front: FrontEnd) -> None:
    code = (
        "import comm\n"
        "c = comm.create_comm(target_name='front', data={'x': 1}, metadata={'m': 2}, "
        "buffers=[b'\\0\\1'])\n"
        "c.send({'y': 2}, buffers=[b'abc', memoryview(b'de')])\nc.close({'z': 3})"
    )
    with front.transcript(code) as t:
        t.begin(code)
        opened = t.next("comm_open")
        assert opened["content"]["target_name"] == "front" and opened["content"]["data"] == {"x": 1}
        assert opened["metadata"] == {"m": 2} and [bytes(b) for b in opened["buffers"]] == [b"\0\1"]
        message = t.next("comm_msg")
        assert message["content"] == {"comm_id": opened["content"]["comm_id"], "data": {"y": 2}}
        assert [bytes(b) for b in message["buffers"]] == [b"abc", b"de"]
        t.content("comm_close", data={"z": 3})
        t.idle()
        t.reply()


def test_comm_of_an_unknown_target_is_closed(front: FrontEnd) -> None:
    opening = {"comm_id": "c2", "target_name": "no.such.target", "data": {}}
    cell = front.collect(front.send("comm_open", opening), reply=False)
    assert [c["comm_id"] for c in cell.all("comm_close")] == ["c2"]


def test_messages_for_a_comm_that_does_not_exist(front: FrontEnd) -> None:
    for kind in ("comm_msg", "comm_close"):
        front.collect(front.send(kind, {"comm_id": "never-opened", "data": {}}), reply=False)
    assert front.value("1") == "1"
