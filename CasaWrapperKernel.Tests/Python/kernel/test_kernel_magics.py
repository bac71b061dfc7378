"""What ipykernel's users know beside the protocol: its magics, its names, the debugger at a prompt, exit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kernel_client import Cell, FrontEnd, Kernel, plain, wait_until

pytestmark = pytest.mark.deadline(40)
Start = Callable[..., Kernel]


def payload(cell: Cell) -> dict[str, Any]:
    assert cell.status == "ok", cell.reply["content"]
    (found,) = cell.reply["content"]["payload"]
    return found


def converse(front: FrontEnd, code: str, *answers: str) -> Cell:
    """Run a cell that asks, and answer each of its questions."""
    msg_id = front.execute(code, allow_stdin=True)
    for answer in answers:
        question = front.receive("stdin")
        assert question["content"]["prompt"] == "ipdb> "
        front.send("input_reply", {"value": answer}, channel="stdin")
    return front.collect(msg_id)


# -- magics --------------------------------------------------------------------------------------------------
def test_edit_names_the_file_and_the_line(front: FrontEnd, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("y = 2\n")
    for magic in ("edit", "ed"):
        expected = {"source": "edit_magic", "filename": str(script), "line_number": "3"}
        assert payload(front.run(f"%{magic} -n 3 {script}")) == expected
    front.run("def of_a_cell():\n    pass")
    assert payload(front.run("%edit of_a_cell"))["source"] == "edit_magic"
    assert front.run("%edit no_such_thing").reply["content"]["payload"] == []


def test_less_more_and_man_are_pages(front: FrontEnd, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("some notes\n")
    (tmp_path / "code.py").write_text("x = 1\n")
    for magic in ("less", "more"):
        page = payload(front.run(f"%{magic} {tmp_path}/notes.txt"))
        assert page == {"source": "page", "data": {"text/plain": "some notes\n"}, "start": 0}
    assert plain(payload(front.run(f"%less {tmp_path}/code.py"))["data"]["text/plain"]) == "x = 1\n"
    # Whether this machine has manual pages or not, the answer is one of these two.
    cell = front.run("%man nosuchpage")
    assert cell.status == "error" and cell.stderr.startswith("UsageError: ") and cell.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("%less", "%less FILE"),
        ("%less /no/such", "No such file"),
        ("%autosave soon", "whole number"),
        ("%gui qt", "cannot open windows"),
    ],
)
def test_a_magic_used_wrongly_is_one_sentence(front: FrontEnd, code: str, says: str) -> None:
    cell = front.run(code)
    assert says in cell.stderr and cell.stderr.count("\n") == 1 and cell.all("error") == []


def test_connecting_is_explained_without_the_key(front: FrontEnd, kernel: Kernel) -> None:
    for magic in ("connect_info", "qtconsole"):
        text = front.run(f"%{magic}").stdout
        assert f"--existing {kernel.folder}/connection.json" in text
        assert kernel.connection["key"].decode() not in text


def test_autosave_clear_and_javascript(front: FrontEnd) -> None:
    cell = front.run("%autosave 30")
    assert "set_autosave_interval(30000)" in cell.displays[0]["application/javascript"]
    assert list(cell.displays[0]) == ["application/javascript"] and "30 seconds" in cell.stdout
    assert front.run("%clear").stdout == "\x1b[H\x1b[2J"
    assert front.run("%%javascript\nalert(1)").displays[0]["application/javascript"] == "alert(1)\n"


def test_subshell_says_where_it_runs(front: FrontEnd) -> None:
    assert "subshell id: None" in front.run("%subshell").stdout
    created = front.request("create_subshell_request", channel="control").reply["content"]["subshell_id"]
    msg_id = front.send(
        "execute_request",
        {"code": "%subshell", "silent": False},
        header=front.session.msg_header("execute_request") | {"subshell_id": created},
    )
    text = front.collect(msg_id).stdout
    assert f"subshell id: {created}" in text and f"subshell list: ['{created[:8]}']" in text
    front.request("delete_subshell_request", {"subshell_id": created}, channel="control")


def test_programs_do_not_page(start_kernel: Start) -> None:
    front = start_kernel(env={"PAGER": "less", "GIT_PAGER": "less", "TERM": "dumb"}).connect()
    assert front.run("!echo $PAGER $GIT_PAGER $TERM $CLICOLOR_FORCE").stdout.split() == [
        "cat",
        "cat",
        "xterm-color",
        "1",
    ]


# -- names that libraries look for ---------------------------------------------------------------------------
def test_tqdm_draws_its_widget(front: FrontEnd) -> None:
    pytest.importorskip("ipywidgets")
    cell = front.run("from tqdm.auto import tqdm\nfor i in tqdm(range(3)): pass")
    assert "application/vnd.jupyter.widget-view+json" in cell.displays[0], cell.stderr


def test_comms_of_ipykernel_are_ours(front: FrontEnd) -> None:
    code = "from ipykernel.comm import Comm\nc = Comm('target', data={'a': 1})\nc.send({'b': 2})\nc.close()"
    cell = front.run(code)
    assert [m["msg_type"] for m in cell.messages[1:]] == ["comm_open", "comm_msg", "comm_close"]
    # Importing the real kernel must not take the widgets' comms away.
    assert front.run("import ipykernel.ipkernel, comm\ncomm.create_comm(target_name='x').close()").all("comm_open")
    assert front.value("comm.get_comm_manager() is get_ipython().kernel.comm_manager") == "True"


def test_matplotlibs_notebook_backend_speaks(front: FrontEnd) -> None:
    cell = front.run("%matplotlib notebook\nimport matplotlib.pyplot as plt\nplt.plot([1]);", timeout=30)
    assert [c["target_name"] for c in cell.all("comm_open")] == ["matplotlib"]
    assert front.run("plt.close('all')\n%matplotlib inline").status == "ok"


def test_names_of_ipykernel(front: FrontEnd, kernel: Kernel) -> None:
    code = (
        "import sys, ipykernel.zmqshell, ipykernel\nfrom ipykernel.iostream import OutStream\n"
        "from ipykernel.kernelapp import IPKernelApp\n"
        "(isinstance(get_ipython(), ipykernel.zmqshell.ZMQInteractiveShell), isinstance(sys.stdout, OutStream),\n"
        " IPKernelApp.initialized(), IPKernelApp.instance().kernel is get_ipython().kernel,\n"
        " get_ipython().parent_header['header']['msg_type'])"
    )
    assert front.value(code) == "(True, True, True, True, 'execute_request')"
    assert front.value("ipykernel.get_connection_file()") == repr(f"{kernel.folder}/connection.json")


# -- errors --------------------------------------------------------------------------------------------------
def test_a_value_that_cannot_be_shown_fails_its_cell(front: FrontEnd) -> None:
    front.run("class R:\n    def __repr__(self): raise ValueError('no repr')")
    cell = front.run("R()")
    assert (cell.status, cell.error) == ("error", "ValueError") and len(cell.all("error")) == 1
    cell = front.run("display(R())\n'next'")
    assert (cell.status, cell.result) == ("ok", "'next'")
    assert front.value("1") == "1"


@pytest.mark.parametrize("code", ["while True: pass", "import time; time.sleep(20)", "input()"])
def test_interrupts_show_nothing_of_the_kernel(front: FrontEnd, kernel: Kernel, code: str) -> None:
    msg_id = front.execute(f"print('runs')\n{code}", allow_stdin=True)
    front.wait_for(lambda m: m["msg_type"] == "stream" and m["parent_header"]["msg_id"] == msg_id)
    kernel.interrupt(front, "message")
    cell = front.collect(msg_id)
    front.unread("stdin")
    front.inbox.clear()
    assert cell.error == "KeyboardInterrupt"
    assert "casawrapper" not in plain("\n".join(cell.reply["content"]["traceback"]))


# -- the debugger at a prompt --------------------------------------------------------------------------------
FUNCTION = "def f():\n    y = 5\n    {}\n    return y\nf()"


def test_breakpoint_asks_in_the_cell(front: FrontEnd) -> None:
    for call in ("breakpoint()", "import pdb; pdb.set_trace()"):
        cell = converse(front, FUNCTION.format(call), "p y + 1", "c")
        assert "6\n" in cell.stdout and cell.result == "5"


def test_debug_after_an_error(front: FrontEnd) -> None:
    assert front.run(FUNCTION.format("1 / 0")).error == "ZeroDivisionError"
    cell = converse(front, "%debug", "p y + 2", "q")
    assert "7\n" in cell.stdout and cell.status == "ok"


def test_pdb_on_asks_at_each_error(front: FrontEnd) -> None:
    front.run("%pdb on")
    cell = converse(front, FUNCTION.format("1 / 0"), "p y + 3", "q")
    assert "8\n" in cell.stdout and cell.error == "ZeroDivisionError"
    front.run("%pdb off")


def test_interrupt_ends_the_debugger(front: FrontEnd, kernel: Kernel) -> None:
    msg_id = front.execute(FUNCTION.format("breakpoint()"), allow_stdin=True)
    front.receive("stdin")
    kernel.interrupt(front, "message")
    assert "--KeyboardInterrupt--" in front.collect(msg_id).stdout
    assert front.value("1") == "1"


# -- exit ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "code",
    ["exit()", "import asyncio; await asyncio.sleep(0); quit()", "get_ipython().kernel.do_shutdown(restart=True);"],
)
def test_exit_ends_the_kernel_after_the_cell(start_kernel: Start, code: str) -> None:
    kernel = start_kernel()
    front = kernel.connect()
    first, second = front.execute(f"print('last words')\n{code}"), front.execute("print('not run')")
    cell = front.collect(first)
    assert cell.stdout == "last words\n" and cell.status == "ok", cell.reply["content"]
    if "it()" in code:
        assert payload(cell) == {"source": "ask_exit", "keepkernel": False}
    assert "exit" in front.collect(second).reply["content"]["evalue"]
    assert wait_until(lambda: not kernel.is_alive(), 5)
    assert kernel.stderr == ""


def test_history_of_two_kernels(start_kernel: Start) -> None:
    first, second = start_kernel().connect(), start_kernel().connect()
    assert first.run("marker_of_the_first = 1").status == "ok"
    request = {"hist_access_type": "search", "pattern": "marker_of_the_first*", "n": 5, "raw": True, "output": False}
    assert wait_until(lambda: bool(second.request("history_request", request).reply["content"]["history"]), 5)
