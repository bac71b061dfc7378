"""The log block of a cell in the saved notebook, whatever clears or takes the cell's output: there, once, with all."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from casa_session import need_casa
from kernel_client import FrontEnd
from log_blocks import as_block, states

pytestmark = pytest.mark.deadline(120)

FIRST = (
    "from IPython.display import clear_output, display, HTML\nimport time\n"
    "casalog.post('first', 'WARN'); time.sleep(0.4)\n"
)
SECOND = "\ncasalog.post('second', 'WARN'); time.sleep(0.4); print('end')"
WIDGET = "import ipywidgets\nout = ipywidgets.Output()\n"
CELLS = {
    "at once": FIRST + "clear_output()" + SECOND,
    "with other output": FIRST + "clear_output(wait=True)" + SECOND,
    "with nothing after it": FIRST + SECOND + "\nclear_output(wait=True)",
    "at the end": FIRST + SECOND + "\nclear_output()",
    "in a loop": FIRST
    + "for i in range(8):\n casalog.post('second'); clear_output(wait=i % 2 > 0); print(i); time.sleep(0.05)",
    "before an error": FIRST + "clear_output(wait=True)\ncasalog.post('second', 'SEVERE')\n1 / 0",
    "a picture in its place": FIRST + "casalog.post('second'); clear_output(wait=True); display(HTML('<b>x</b>'))",
    "captured": "%%capture\n" + FIRST + "clear_output()" + SECOND,
    "in a widget": WIDGET
    + FIRST
    + "with out:\n clear_output(); casalog.post('second'); time.sleep(0.4)\n clear_output(wait=True); print('x')",
    "begun in a widget": WIDGET + "with out:\n " + "; ".join(FIRST.strip().split("\n")) + SECOND.replace("\n", "\n "),
    "a widget that is cleared": WIDGET + FIRST + "with out: print('x')\nout.clear_output()" + SECOND,
    "a captured function": WIDGET
    + FIRST
    + "@out.capture(clear_output=True)\ndef f():\n print('x'); casalog.post('second')\nf(); f()",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_casa()
    return tmp_path_factory.mktemp("work")


def blocks(outputs: list[Any]) -> list[str]:
    """The log blocks among a saved cell's outputs."""
    found = [output.get("data", {}).get("text/html", "") for output in outputs]
    return [re.sub(r"(?s)<script>.*", "", html) for html in found if "casa-log-" in html]


def check(notebook: Any, names: list[str]) -> None:
    for name, cell in zip(names, notebook.cells[1:], strict=True):
        shown = blocks(cell.outputs)
        assert len(shown) == 1, (name, cell.outputs)
        assert "first" in shown[0] and "second" in shown[0], (name, shown)


def notebook_of(names: list[str], kernel: str) -> Any:
    cells = ["casalog.version();", *(CELLS[name] for name in names)]
    spec = {"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}}
    return nbformat.v4.new_notebook(metadata=spec, cells=[nbformat.v4.new_code_cell(code) for code in cells])


def test_nbclient_saves_one_block_a_cell(kernelspec: str, kernel_env: dict[str, str], folder: Path) -> None:
    from nbclient import NotebookClient

    pytest.importorskip("ipywidgets")
    notebook = notebook_of(list(CELLS), kernelspec)
    NotebookClient(notebook, kernel_name=kernelspec, timeout=100, allow_errors=True).execute(
        env=kernel_env, cwd=str(folder)
    )
    check(notebook, list(CELLS))
    assert [output.output_type for output in notebook.cells[1].outputs] == ["display_data", "stream"]
    widgets = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"].values()
    assert "casa-log-" not in str([widget["state"].get("outputs") for widget in widgets])


@pytest.mark.parametrize("client", ["nbclient.cli", "papermill"])
def test_so_do_other_clients(client: str, kernelspec: str, kernel_env: dict[str, str], tmp_path: Path) -> None:
    pytest.importorskip(client)
    names = ["at once", "with other output", "in a loop"]
    nbformat.write(notebook_of(names, kernelspec), tmp_path / "in.ipynb")
    command = (
        ["papermill", "--no-progress-bar", "in.ipynb", "out.ipynb"]
        if client == "papermill"
        else ["jupyter", "execute", "--output=out.ipynb", "in.ipynb"]
    )
    path = os.pathsep.join([os.path.dirname(sys.executable), kernel_env.get("PATH", "")])
    environment = kernel_env | {"PATH": path, "JUPYTER_PATH": os.environ["JUPYTER_PATH"], "PYTHONPATH": ""}
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stderr
    check(nbformat.read(tmp_path / "out.ipynb", as_version=4), names)


def test_a_later_callback_shows_its_block_in_its_widget(front: FrontEnd) -> None:
    pytest.importorskip("ipywidgets")
    cell = front.run(
        "import ipywidgets\nout, button = ipywidgets.Output(), ipywidgets.Button()\n@button.on_click\n"
        "def clicked(_):\n with out: casalog.post('of the click')\nbutton.comm.comm_id",
        timeout=60,
    )
    assert cell.result is not None, cell.reply["content"]
    click = front.send(
        "comm_msg", {"comm_id": cell.result.strip("'"), "data": {"method": "custom", "content": {"event": "click"}}}
    )
    front.wait_for(
        lambda m: m["parent_header"].get("msg_id") == click and m["content"].get("execution_state") == "idle"
    )
    mine = [m for m in front.inbox if m["parent_header"].get("msg_id") == click]
    front.inbox = [m for m in front.inbox if m not in mine]
    steps = [
        "block" if as_block(m) else m["content"]["data"]["state"]["msg_id"] == click
        for m in mine
        if as_block(m) or "msg_id" in m["content"].get("data", {}).get("state", {})
    ]
    assert steps == [True, "block", False], mine


def test_the_block_returns_within_a_moment(front: FrontEnd) -> None:
    cell = front.run(FIRST + "clear_output(); time.sleep(0.5)", timeout=60)
    at = next(i for i, m in enumerate(cell.messages) if m["msg_type"] == "clear_output")
    again = next(m for m in cell.messages[at:] if as_block(m))
    assert again["msg_type"] == "display_data" and again["received"] - cell.messages[at]["received"] < 0.2
    assert len({block.display_id for block in states(cell)}) == 1
