"""The Jupyter messaging protocol, message by message (specification 5.5, JEP 65, 80)."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zmq
from conftest import TEST_PYTHON
from kernel_client import FrontEnd, Kernel, Message, Transcript, summary, wait_until

pytestmark = pytest.mark.deadline(30)
TELESCOPE = "\U0001f52d"  # one code point, but two in UTF-16, in which C# counts


# -- a cell, step by step ------------------------------------------------------------------------------------
def test_cell_with_output_and_value(front: FrontEnd) -> None:
    code = "print('out')\nimport sys\nprint('err', file=sys.stderr)\nprint('out again')\n6 * 7"
    with front.transcript(code) as t:
        count = t.begin(code)
        t.stream("stdout", "out\n")
        t.stream("stderr", "err\n")
        t.stream("stdout", "out again\n")
        t.content("execute_result", data={"text/plain": "42"}, metadata={}, execution_count=count)
        t.idle()
        t.reply(execution_count=count, payload=[], user_expressions={})


def test_cell_that_fails(front: FrontEnd) -> None:
    code = "print('before')\n1 / 0"
    with front.transcript(code) as t:
        count = t.begin(code)
        t.stream("stdout", "before\n")
        error = t.content("error", ename="ZeroDivisionError", evalue="division by zero")
        t.idle()
        reply = t.reply("error", ename="ZeroDivisionError", evalue="division by zero", execution_count=count)
        assert reply["traceback"] == error["traceback"]
        assert "1 / 0" in _plain("\n".join(error["traceback"]))


@pytest.mark.parametrize("code",
                         ["def f(:", "  x = 1\n y = 2", "%no_such_magic", "%%no_such_cell_magic\nx",
                          "'\\ud83"])
def test_cell_that_is_no_python(front: FrontEnd, code: str) -> None:
    cell = front.run(code)
    assert cell.status == "error"
    assert len(cell.all("error")) + bool("UsageError" in cell.stderr) == 1, summary(cell.messages)
    assert front.value("1 + 1") == "2"


def test_empty_cell(front: FrontEnd) -> None:
    before = front.run("pass").reply["content"]["execution_count"]
    for code in ("", "   \n", "# nothing but a comment"):
        assert front.run(code).status == "ok"
    assert front.run("pass").reply["content"]["execution_count"] in (before + 2, before + 4)


def test_execution_count_goes_up_by_one(front: FrontEnd) -> None:
    counts = [front.run(code).reply["content"]["execution_count"] for code in ("1", "1/0", "print()", "None")]
    assert counts == list(range(counts[0], counts[0] + 4))


def test_replies_and_outputs_name_their_request(front: FrontEnd) -> None:
    msg_id = front.execute("print(1); 2")
    cell = front.collect(msg_id)
    for message in [cell.reply, *cell.messages]:
        assert message["parent_header"]["msg_id"] == msg_id
        assert message["parent_header"]["session"] == front.session.session
        assert message["header"]["session"] != front.session.session
        assert message["header"]["version"].startswith("5.")
        assert message["header"]["msg_id"] and message["header"]["date"]


def test_every_message_has_an_id_of_its_own(front: FrontEnd) -> None:
    cells = [front.run("print(1); 2") for _ in range(5)]
    ids = [m["header"]["msg_id"] for cell in cells for m in [cell.reply, *cell.messages]]
    assert len(set(ids)) == len(ids)


def test_iopub_topic_is_a_single_frame(front: FrontEnd) -> None:
    assert all(len(m["identities"]) == 1 for m in front.run("print(1); 2").messages)


# -- options of execute_request ------------------------------------------------------------------------------
def test_silent_cell_shows_no_input_and_no_result(front: FrontEnd) -> None:
    before = int(front.value("len(In)"))
    with front.transcript("silently = 5\nsilently", silent=True) as t:
        t.busy()
        t.idle()
        t.reply()
    assert front.value("silently") == "5"
    assert int(front.value("len(In)")) == before + 2  # the silent cell is not among them


def test_silent_cell_that_fails_does_not_abort_others(front: FrontEnd) -> None:
    first = front.execute("1 / 0", silent=True)
    second = front.execute("'still run'")
    assert front.collect(first).status == "error"
    assert front.collect(second).result == "'still run'"


def test_store_history_false_neither_counts_nor_remembers(front: FrontEnd) -> None:
    before = front.run("'anchor'").reply["content"]["execution_count"]
    cell = front.run("'not stored'", store_history=False)
    assert cell.result == "'not stored'"
    assert front.run("'next'").reply["content"]["execution_count"] == before + 1
    history = front.request("history_request",
                            {"hist_access_type": "tail", "n": 3, "raw": True, "output": False})
    assert [line for _, _, line in history.reply["content"]["history"]][-2:] == ["'anchor'", "'next'"]


def test_user_expressions(front: FrontEnd) -> None:
    cell = front.run("speed = 299792458",
                     user_expressions={"good": "speed * 2", "bad": "1 / 0", "text": "'x'"})
    answers = cell.reply["content"]["user_expressions"]
    assert answers["good"]["status"] == "ok"
    assert answers["good"]["data"] == {"text/plain": "599584916"}
    assert answers["text"]["data"] == {"text/plain": "'x'"}
    assert (answers["bad"]["status"], answers["bad"]["ename"]) == ("error", "ZeroDivisionError")
    assert cell.messages[1:] == []


def test_user_expressions_of_a_silent_cell(front: FrontEnd) -> None:
    reply = front.run("", silent=True, user_expressions={"sum": "1 + 1"}).reply["content"]
    assert reply["user_expressions"]["sum"]["data"] == {"text/plain": "2"}


def test_stop_on_error_aborts_the_cells_that_wait(front: FrontEnd) -> None:
    ids = [front.execute(code) for code in ("import time; time.sleep(0.3); 1 / 0", "ran = True",
                                            "ran = True")]
    info = front.send("kernel_info_request")
    later = [Transcript(front, msg_id) for msg_id in ids[1:]]
    assert front.collect(ids[0]).error == "ZeroDivisionError"
    for t in later:
        t.busy()
        t.idle()
        t.reply("aborted")
        t.end()
    assert front.collect(info).reply["content"]["implementation"] == "casa-kernel"
    assert front.value("'ran' in globals()") == "False"


def test_without_stop_on_error_the_waiting_cells_run(front: FrontEnd) -> None:
    first = front.execute("import time; time.sleep(0.2); 1 / 0", stop_on_error=False)
    second = front.execute("'ran'")
    assert front.collect(first).error == "ZeroDivisionError"
    assert front.collect(second).result == "'ran'"


def test_a_cell_sent_after_the_failed_one_has_answered_runs(front: FrontEnd) -> None:
    for _ in range(3):
        assert front.run("1 / 0").status == "error"
        assert front.run("'ran'").result == "'ran'"


# -- payloads ------------------------------------------------------------------------------------------------
def test_payload_of_a_question_mark_is_a_page(front: FrontEnd) -> None:
    cell = front.run("zip?")
    (payload,) = cell.reply["content"]["payload"]
    assert payload["source"] == "page" and payload["start"] == 0
    assert "iterable" in payload["data"]["text/plain"]
    assert cell.messages[1:] == []
    assert front.run("pass").reply["content"]["payload"] == []


def test_payload_set_next_input(front: FrontEnd) -> None:
    (payload,) = front.run("get_ipython().set_next_input('x = 1')").reply["content"]["payload"]
    assert payload == {"source": "set_next_input", "text": "x = 1", "replace": False}


def test_payload_of_load_replaces_the_cell(front: FrontEnd, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("y = 2\n")
    (payload,) = front.run(f"%load {tmp_path}/script.py").reply["content"]["payload"]
    assert payload["source"] == "set_next_input" and payload["replace"] is True
    assert "y = 2" in payload["text"]


def test_payload_ask_exit(front: FrontEnd) -> None:
    for code, keep in (("exit", False), ("quit", False), ("exit(keep_kernel=True)", True)):
        (payload,) = front.run(code).reply["content"]["payload"]
        assert payload == {"source": "ask_exit", "keepkernel": keep}, code
    assert front.value("1") == "1"


# -- displays ------------------------------------------------------------------------------------------------
def test_display_and_update(front: FrontEnd) -> None:
    code = ("from IPython.display import display\n"
            "handle = display('first', display_id='d1')\n"
            "handle.update('second')\n"
            "display({'text/plain': 'raw', 'text/html': '<b>raw</b>'}, raw=True, metadata={'text/html': "
            "{'k': 1}})")
    with front.transcript(code) as t:
        t.begin(code)
        t.content("display_data", data={"text/plain": "'first'"}, transient={"display_id": "d1"})
        t.content("update_display_data", data={"text/plain": "'second'"}, transient={"display_id": "d1"})
        t.content("display_data", data={"text/plain": "raw", "text/html": "<b>raw</b>"},
                  metadata={"text/html": {"k": 1}}, transient={})
        t.idle()
        t.reply()
    with front.transcript("handle.update('third')") as t:
        t.begin("handle.update('third')")
        t.content("update_display_data", data={"text/plain": "'third'"}, transient={"display_id": "d1"})
        t.idle()
        t.reply()


@pytest.mark.parametrize("wait", [False, True])
def test_clear_output_keeps_its_place(front: FrontEnd, wait: bool) -> None:
    code = f"from IPython.display import clear_output\nprint('a')\nclear_output(wait={wait})\nprint('b')"
    with front.transcript(code) as t:
        t.begin(code)
        t.stream("stdout", "a\n")
        t.content("clear_output", wait=wait)
        t.stream("stdout", "b\n")
        t.idle()
        t.reply()


def test_displays_and_prints_stay_in_order(front: FrontEnd) -> None:
    code = ("from IPython.display import display\n"
            "for i in range(50):\n    print('print', i)\n    display(i)")
    cell = front.run(code)
    expected: list[Any] = [x for i in range(50) for x in (f"print {i}\n", str(i))]
    got = [m["content"]["text"] if m["msg_type"] == "stream" else m["content"]["data"]["text/plain"]
           for m in cell.messages[1:]]
    assert got == expected


def test_value_with_rich_representations(front: FrontEnd) -> None:
    cell = front.run("class R:\n def _repr_html_(self): return '<i>r</i>'\n def __repr__(self): return 'r'\n"
                     " def _repr_png_(self): return b'\\x89PNG'\nR()")
    (content,) = cell.all("execute_result")
    assert content["data"] == {"text/plain": "r", "text/html": "<i>r</i>", "image/png": "iVBORw==\n"} or \
        content["data"] == {"text/plain": "r", "text/html": "<i>r</i>", "image/png": "iVBORw=="}


# -- text that is hard to send -------------------------------------------------------------------------------
def test_lone_surrogates_can_be_printed(front: FrontEnd) -> None:
    cell = front.run("print('a\\udce9b')\nprint('next')")
    assert cell.status == "ok" and cell.stdout.endswith("b\nnext\n") and cell.stdout.startswith("a")


def test_lone_surrogates_in_values_errors_and_displays(front: FrontEnd) -> None:
    cell = front.run("from IPython.display import display\n"
                     "display({'text/plain': 'p\\udce9q'}, raw=True)\n"
                     "raise ValueError('x\\udce9y')")
    assert cell.error == "ValueError"
    assert cell.displays[0]["text/plain"].startswith("p")
    assert cell.reply["content"]["evalue"].startswith("x")


def test_nan_in_displayed_json_is_not_sent_as_nan(front: FrontEnd) -> None:
    cell = front.run("from IPython.display import display\n"
                     "display({'application/json': {'flux': [float('nan'), float('inf'), 1.5]}}, raw=True)\n"
                     "display({'text/plain': 'x'}, raw=True, metadata={'rms': float('nan')})")
    assert cell.status == "ok"
    flux = cell.displays[0]["application/json"]["flux"]
    assert flux[2] == 1.5 and len(flux) == 3


def test_objects_that_json_does_not_know(front: FrontEnd) -> None:
    cell = front.run("import datetime\nfrom IPython.display import display\n"
                     "display({'application/json': {'t': datetime.datetime(2026, 1, 2), 'b': b'ab', 's': "
                     "{1}, 3: (4,)}},"
                     " raw=True)")
    value = cell.displays[0]["application/json"]
    assert value["t"].startswith("2026-01-02")
    assert (value["b"], value["s"], value["3"]) == ("YWI=", [1], [4])


@pytest.mark.parametrize("text",
                         [TELESCOPE, "\x00\x01\x1b[31mred\x1b[0m", "\u2028\u2029", "\r50 %\r100 %\n",
                          '"\\\n'])
def test_text_comes_as_it_was_printed(front: FrontEnd, text: str) -> None:
    assert front.run(f"print({text!r}, end='')").stdout == text


def test_large_display(front: FrontEnd) -> None:
    cell = front.run("from IPython.display import display\n"
                     "display({'text/plain': 'x', 'image/png': 'A' * 20_000_000}, raw=True)")
    assert len(cell.displays[0]["image/png"]) == 20_000_000


def test_two_hundred_thousand_lines_all_arrive(front: FrontEnd) -> None:
    cell = front.run("for i in range(200_000): print('line', i)")
    assert cell.stdout == "".join(f"line {i}\n" for i in range(200_000))
    assert len(cell.messages) < 2000  # a server that limits rates would drop more


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
    assert "return ms" in _plain(_inspect(front, "calibrate", level=1)["data"]["text/plain"])


def test_inspection_counts_code_points(front: FrontEnd) -> None:
    front.run("def calibrate(ms):\n    '''Solve for the gains.'''")
    code = f"'{TELESCOPE}{TELESCOPE}{TELESCOPE}'; calibrate; zip"
    reply = _inspect(front, code, code.index("calibrate") + 4)
    assert reply["found"] and "Solve for the gains." in reply["data"]["text/plain"]


def test_inspection_of_nothing(front: FrontEnd) -> None:
    for code in ("no_such_name_anywhere", "", " "):
        reply = _inspect(front, code)
        assert (reply["status"], reply["found"], reply["data"]) == ("ok", False, {}), code


@pytest.mark.parametrize("code, status, indent", [
    ("for i in range(3):", "incomplete", "    "), ("x = 1", "complete", None), ("x = )", "invalid", None)])
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
    assert [line for _, _, line in _history(front, hist_access_type="search", pattern="needle*")][-3:] == \
        ["needle_1 = 1", "needle_2 = 3", "needle_1 = 1"]
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
    cell = front.collect(front.send("comm_msg", {"comm_id": "c1", "data": {"n": 2}}, buffers=[payload]),
                         reply=False)
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
    code = ("import comm\n"
            "c = comm.create_comm(target_name='front', data={'x': 1}, metadata={'m': 2}, "
            "buffers=[b'\\0\\1'])\n"
            "c.send({'y': 2}, buffers=[b'abc', memoryview(b'de')])\nc.close({'z': 3})")
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
    expected = subprocess.run([TEST_PYTHON, "-c", "import platform; print(platform.python_version())"],
                              capture_output=True, text=True, check=True).stdout.strip()
    assert language["version"] == expected


@pytest.mark.parametrize("channel", ["shell", "control"])
@pytest.mark.parametrize("msg_type", ["nonsense_request", "nonsense"])
def test_unknown_message_type(front: FrontEnd, channel: str, msg_type: str) -> None:
    front.collect(front.send(msg_type, {"x": 1}, channel), channel, reply=False)
    while front.sockets[channel].poll(50):  # an answer is allowed, if it is an error
        assert front.receive(channel)["content"]["status"] == "error"
    assert front.value("1") == "1"


@pytest.mark.parametrize("msg_type",
                         ["execute_request", "complete_request", "inspect_request", "is_complete_request",
                                      "history_request"])
def test_request_without_its_fields(front: FrontEnd, msg_type: str) -> None:
    cell = front.request(msg_type, {})
    assert cell.reply["msg_type"] == msg_type.replace("request", "reply")
    assert cell.status in ("ok", "error")
    assert front.value("1") == "1"


@pytest.mark.parametrize("content", [{"code": 5}, {"code": None}, {"code": "1", "silent": "perhaps"},
                                     {"code": "1", "user_expressions": 7}])
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
    "header with numbers": lambda f: _sign(f,
                                           [b'{"msg_id": 1, "msg_type": 2, "session": 3}', b"{}", b"{}",
                                            b"{}"]),
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


@pytest.mark.parametrize("parts", [
    {"content": b"not json"}, {"content": b"[]"}, {"content": b'"text"'}, {"content": b"null"},
    {"metadata": b"nonsense"},
    {"content": b'{"code": "\xff"}'}])
@pytest.mark.parametrize("channel, msg_type", [("shell", "execute_request"), ("shell", "complete_request"),
                                               ("shell", "comm_open"), ("control", "shutdown_request ")])
def test_signed_message_with_broken_parts(front: FrontEnd, parts: dict[str, bytes], channel: str,
                                          msg_type: str) -> None:
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
def _start_by_hand(casa_kernel: Path, env: dict[str, str], folder: Path,
                   **changes: Any) -> subprocess.Popen[bytes]:
    connection = {"transport": "tcp", "ip": "127.0.0.1", "key": "a-key", "signature_scheme": "hmac-sha256",
                  "kernel_name": "mine", "jupyter_session": "/a/notebook.ipynb",
                  **{f"{name}_port": 0 for name in ("shell", "iopub", "stdin", "control", "hb")}, **changes}
    file = folder / "connection.json"
    file.write_text(json.dumps(connection))
    return subprocess.Popen([casa_kernel, "start", "-f", str(file), "--python", TEST_PYTHON], env=env,
                            cwd=folder,
                            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)


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


def test_ports_that_the_kernel_chooses_are_written_back(casa_kernel: Path, kernel_env: dict[str, str],
                                                        tmp_path: Path) -> None:
    process = _start_by_hand(casa_kernel, kernel_env, tmp_path)
    front = _connect_by_hand(process, tmp_path)
    written = json.loads((tmp_path / "connection.json").read_text())
    assert front.value("1") == "1"
    assert len({written[f"{name}_port"] for name in ("shell", "iopub", "stdin", "control", "hb")} - {0}) == 5
    assert (written["kernel_name"], written["jupyter_session"], written["key"]) == ("mine",
                                                                                    "/a/notebook.ipynb",
                                                                                    "a-key")
    assert stat.S_IMODE((tmp_path / "connection.json").stat().st_mode) == 0o600
    _shut_down(process, front)


@pytest.mark.parametrize("scheme", ["hmac-sha512", "hmac-sha384", "hmac-sha1", "hmac-md5"])
def test_signature_schemes(casa_kernel: Path, kernel_env: dict[str, str], tmp_path: Path,
                           scheme: str) -> None:
    process = _start_by_hand(casa_kernel, kernel_env, tmp_path, signature_scheme=scheme)
    front = _connect_by_hand(process, tmp_path)
    assert front.value("1") == "1"
    _shut_down(process, front)


def test_empty_key_turns_signing_off(casa_kernel: Path, kernel_env: dict[str, str], tmp_path: Path) -> None:
    process = _start_by_hand(casa_kernel, kernel_env, tmp_path, key="")
    front = _connect_by_hand(process, tmp_path)
    assert front.value("1") == "1"
    _shut_down(process, front)


@pytest.mark.parametrize("change, word",
                         [({"signature_scheme": "hmac-rot13"}, "hmac-rot13"), ({"transport": "pgm"}, "pgm"),
                                          ({"ip": "203.0.113.7"}, "203.0.113.7"),
                                          ({"shell_port": 99999999}, "99999999")])
def test_connection_file_that_asks_for_the_impossible(casa_kernel: Path, kernel_env: dict[str, str],
                                                      tmp_path: Path,
                                                      change: dict[str, Any], word: str) -> None:
    process = _start_by_hand(casa_kernel, kernel_env, tmp_path, **change)
    _, stderr = process.communicate(timeout=15)
    text = stderr.decode()
    assert process.returncode not in (0, -6), text
    assert word in text and len(text.strip().splitlines()) == 1, text


def test_port_that_is_taken(kernel: Kernel, casa_kernel: Path, kernel_env: dict[str, str],
                            tmp_path: Path) -> None:
    port = kernel.connection["shell_port"]
    process = _start_by_hand(casa_kernel, kernel_env, tmp_path, shell_port=port)
    _, stderr = process.communicate(timeout=15)
    text = stderr.decode()
    assert process.returncode not in (0,
                                      -6) and str(port) in text and len(text.strip().splitlines()) == 1, text


def _plain(text: str) -> str:
    """Text without colours."""
    import re

    return re.sub(r"\x1b\[[0-9;]*m", "", text)
