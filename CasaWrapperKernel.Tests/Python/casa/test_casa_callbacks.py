"""CASA in the handlers of widgets: its log and pictures are shown where the user sees them, while the handler runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import StartKernel
from kernel_client import FrontEnd, Kernel, Message
from log_blocks import as_block

pytestmark = pytest.mark.deadline(120)
MS = "ngc5921_raw.ms"


@pytest.fixture(scope="module")
def kernel(start_kernel: StartKernel, folder: Path) -> Iterator[Kernel]:
    pytest.importorskip("ipywidgets")
    kernel = start_kernel(cwd=folder)
    front = kernel.connect()
    assert front.run("import casatasks, casaplotms, ipywidgets, time", timeout=90).status == "ok"
    yield kernel


def make(front: FrontEnd, handler: str) -> tuple[str, str]:
    """Run a cell that makes a button with this handler. Returns the ids of the cell and of the button's comm."""
    lines = "".join(f"    {line}\n" for line in handler.splitlines())
    code = "out, button = ipywidgets.Output(), ipywidgets.Button()\n@button.on_click\ndef clicked(_):\n" + lines
    cell = front.execute(code + "print(button.comm.comm_id)")
    return cell, front.collect(cell).stdout.strip()


def click(front: FrontEnd, comm: str, timeout: float = 60) -> tuple[str, list[Message]]:
    """Press the button. Returns the message's id and all that came until the handler was done."""
    message = front.send("comm_msg", {"comm_id": comm, "data": {"method": "custom", "content": {"event": "click"}}})
    done = front.wait_for(
        lambda m: m["parent_header"].get("msg_id") == message and m["content"].get("execution_state") == "idle", timeout
    )
    came, front.inbox = [*front.inbox, done], []
    return message, came


def parents(messages: list[Message]) -> list[str]:
    return [m["parent_header"]["msg_id"] for m in messages]


def test_the_log_is_under_the_cell_that_made_the_widget_while_the_handler_runs(front: FrontEnd) -> None:
    cell, button = make(front, "casalog.post('begun')\ntime.sleep(1)\ncasalog.post('done')")
    front.run("'another cell'")
    ids = []
    for _ in range(2):
        _, came = click(front, button)
        blocks = [m for m in came if as_block(m)]
        assert set(parents(blocks)) == {cell}
        first, last = blocks[0], blocks[-1]
        assert first["msg_type"] == "display_data" and "done" not in first["content"]["data"]["text/html"]
        assert came[-1]["received"] - first["received"] > 0.5
        assert all(word in last["content"]["data"]["text/html"] for word in ("begun", "done"))
        ids.append({m["content"]["transient"]["display_id"] for m in blocks})
    assert len(ids[0] | ids[1]) == 2 and len(ids[0]) == 1, "each click has a block of its own"


def test_what_an_output_widget_takes_is_in_it_and_the_rest_is_not(front: FrontEnd) -> None:
    cell, button = make(
        front, "casalog.post('before')\nwith out:\n    casalog.post('inside')\n    print('seen')\ncasalog.post('after')"
    )
    message, came = click(front, button)
    shown = [m["content"]["data"]["text/html"] for m in came if as_block(m)]
    assert parents([m for m in came if as_block(m)]) == [cell, message, cell]
    assert all(word in html for word, html in zip(("before", "inside", "after"), shown, strict=True))
    states = [m["content"].get("data", {}).get("state", {}).get("msg_id") for m in came]
    taken, left = states.index(message), states.index("")
    inside = [m for m in came[taken + 1 : left] if as_block(m) or m["msg_type"] == "stream"]
    assert parents(inside) == [message] * 2


def test_a_tasks_pictures_and_lines_are_under_the_cell(front: FrontEnd) -> None:
    cell, button = make(front, f"plotms('{MS}', xaxis='uvdist', yaxis='amp', avgchannel='15', scan='1')")
    _, came = click(front, button, timeout=100)
    pictures = [m for m in came if "image/png" in m["content"].get("data", {})]
    assert parents(pictures) == [cell]
    blocks = [m for m in came if as_block(m)]
    assert set(parents(blocks)) <= {cell}


def test_a_thread_of_a_handler_goes_on_under_the_cell(front: FrontEnd) -> None:
    cell, button = make(
        front,
        "import threading\ndef work():\n    time.sleep(0.5)\n    casalog.post('of the thread')\n"
        "threading.Thread(target=work).start()",
    )
    click(front, button)
    block = front.wait_for(lambda m: as_block(m) is not None)
    assert parents([block]) == [cell] and "of the thread" in block["content"]["data"]["text/html"]


def test_a_comm_that_the_front_end_opens_belongs_to_the_cell_that_registered_it(front: FrontEnd) -> None:
    cell = front.execute(
        "import comm\ndef opened(comm, message):\n    casalog.post('opened')\n"
        "    comm.on_msg(lambda m: casalog.post('asked'))\n"
        "comm.get_comm_manager().register_target('of the test', opened)"
    )
    front.collect(cell)
    for msg_type, word in (("comm_open", "opened"), ("comm_msg", "asked")):
        content = {"comm_id": "one", "target_name": "of the test", "data": {}}
        message = front.send(msg_type, content)
        block = front.wait_for(lambda m: as_block(m) is not None)
        assert parents([block]) == [cell] and word in block["content"]["data"]["text/html"]
        front.wait_for(
            lambda m, sent=message: (
                m["parent_header"].get("msg_id") == sent  # type: ignore[misc]
                and m["content"].get("execution_state") == "idle"
            )
        )
        front.unread("iopub")
        front.inbox = []
