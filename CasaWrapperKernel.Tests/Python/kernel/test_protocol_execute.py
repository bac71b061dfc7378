"""The Jupyter messaging protocol, message by message: execute_request and displays (specification 5.5)."""

from __future__ import annotations

from pathlib import Path

import pytest
from kernel_client import FrontEnd, Transcript, plain, summary

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
        assert "1 / 0" in plain("\n".join(error["traceback"]))


@pytest.mark.parametrize("code", ["def f(:", "  x = 1\n y = 2", "%no_such_magic", "%%no_such_cell_magic\nx", "'\\ud83"])
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
    history = front.request("history_request", {"hist_access_type": "tail", "n": 3, "raw": True, "output": False})
    assert [line for _, _, line in history.reply["content"]["history"]][-2:] == ["'anchor'", "'next'"]


def test_user_expressions(front: FrontEnd) -> None:
    cell = front.run("speed = 299792458", user_expressions={"good": "speed * 2", "bad": "1 / 0", "text": "'x'"})
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
    ids = [front.execute(code) for code in ("import time; time.sleep(0.3); 1 / 0", "ran = True", "ran = True")]
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
    (payload,) = front.run("exit(keep_kernel=True)").reply["content"]["payload"]
    assert payload == {"source": "ask_exit", "keepkernel": True}
    assert front.value("1") == "1"


# -- displays ------------------------------------------------------------------------------------------------
def test_display_and_update(front: FrontEnd) -> None:
    code = (
        "from IPython.display import display\n"
        "handle = display('first', display_id='d1')\n"
        "handle.update('second')\n"
        "display({'text/plain': 'raw', 'text/html': '<b>raw</b>'}, raw=True, metadata={'text/html': "
        "{'k': 1}})"
    )
    with front.transcript(code) as t:
        t.begin(code)
        t.content("display_data", data={"text/plain": "'first'"}, transient={"display_id": "d1"})
        t.content("update_display_data", data={"text/plain": "'second'"}, transient={"display_id": "d1"})
        t.content(
            "display_data",
            data={"text/plain": "raw", "text/html": "<b>raw</b>"},
            metadata={"text/html": {"k": 1}},
            transient={},
        )
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
    code = "from IPython.display import display\nfor i in range(50):\n    print('print', i)\n    display(i)"
    cell = front.run(code)
    got = [
        m["content"]["text"] if m["msg_type"] == "stream" else f"<{m['content']['data']['text/plain']}>"
        for m in cell.messages[1:]
    ]
    # A line may come in two messages, but never on the other side of a display.
    assert "".join(got) == "".join(f"print {i}\n<{i}>" for i in range(50))


def test_value_with_rich_representations(front: FrontEnd) -> None:
    cell = front.run(
        "class R:\n def _repr_html_(self): return '<i>r</i>'\n def __repr__(self): return 'r'\n"
        " def _repr_png_(self): return b'\\x89PNG'\nR()"
    )
    (content,) = cell.all("execute_result")
    assert content["data"] == {"text/plain": "r", "text/html": "<i>r</i>", "image/png": "iVBORw==\n"} or content[
        "data"
    ] == {"text/plain": "r", "text/html": "<i>r</i>", "image/png": "iVBORw=="}


# -- text that is hard to send -------------------------------------------------------------------------------
def test_lone_surrogates_can_be_printed(front: FrontEnd) -> None:
    cell = front.run("print('a\\udce9b')\nprint('next')")
    assert cell.status == "ok" and cell.stdout.endswith("b\nnext\n") and cell.stdout.startswith("a")


def test_lone_surrogates_in_values_errors_and_displays(front: FrontEnd) -> None:
    cell = front.run(
        "from IPython.display import display\n"
        "display({'text/plain': 'p\\udce9q'}, raw=True)\n"
        "raise ValueError('x\\udce9y')"
    )
    assert cell.error == "ValueError"
    assert cell.displays[0]["text/plain"].startswith("p")
    assert cell.reply["content"]["evalue"].startswith("x")


def test_nan_in_displayed_json_is_not_sent_as_nan(front: FrontEnd) -> None:
    cell = front.run(
        "from IPython.display import display\n"
        "display({'application/json': {'flux': [float('nan'), float('inf'), 1.5]}}, raw=True)\n"
        "display({'text/plain': 'x'}, raw=True, metadata={'rms': float('nan')})"
    )
    assert cell.status == "ok"
    flux = cell.displays[0]["application/json"]["flux"]
    assert flux[2] == 1.5 and len(flux) == 3


def test_objects_that_json_does_not_know(front: FrontEnd) -> None:
    cell = front.run(
        "import datetime\nfrom IPython.display import display\n"
        "display({'application/json': {'t': datetime.datetime(2026, 1, 2), 'b': b'ab', 's': "
        "{1}, 3: (4,)}},"
        " raw=True)"
    )
    value = cell.displays[0]["application/json"]
    assert value["t"].startswith("2026-01-02")
    assert (value["b"], value["s"], value["3"]) == ("YWI=", [1], [4])


@pytest.mark.parametrize("text", [TELESCOPE, "\x00\x01\x1b[31mred\x1b[0m", "\u2028\u2029", "\r50 %\r100 %\n", '"\\\n'])
def test_text_comes_as_it_was_printed(front: FrontEnd, text: str) -> None:
    assert front.run(f"print({text!r}, end='')").stdout == text


def test_large_display(front: FrontEnd) -> None:
    cell = front.run(
        "from IPython.display import display\ndisplay({'text/plain': 'x', 'image/png': 'A' * 20_000_000}, raw=True)"
    )
    assert len(cell.displays[0]["image/png"]) == 20_000_000


def test_two_hundred_thousand_lines_all_arrive(front: FrontEnd) -> None:
    cell = front.run("for i in range(200_000): print('line', i)")
    assert cell.stdout == "".join(f"line {i}\n" for i in range(200_000))
    assert len(cell.messages) < 2000  # a server that limits rates would drop more
