"""What IPython's users take for granted in a notebook: its extensions, matplotlib's figures, processes that end."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from kernel_client import FrontEnd, Kernel, wait_until

pytestmark = pytest.mark.deadline(60)
Start = Callable[..., Kernel]


def test_autoreload_takes_the_changed_module(front: FrontEnd, tmp_path: Path) -> None:
    module = tmp_path / "reduction_steps.py"
    module.write_text("def step():\n    return 1\n")
    front.run(f"import sys; sys.path.insert(0, {str(tmp_path)!r}); sys.dont_write_bytecode = True")
    assert front.run("%load_ext autoreload\n%autoreload 2\nimport reduction_steps").status == "ok"
    assert front.value("reduction_steps.step()") == "1"
    module.write_text("def step():\n    return 'a longer text'\n")
    assert front.value("reduction_steps.step()") == "'a longer text'"


def test_a_stored_variable_is_there_in_the_next_kernel(start_kernel: Start) -> None:
    first, second = start_kernel().connect(), start_kernel().connect()
    assert first.run("flux_of_calibrator = 14.8\n%store flux_of_calibrator").status == "ok"
    assert second.run("%store -r flux_of_calibrator").status == "ok"
    assert second.value("flux_of_calibrator") == "14.8"
    first.run("%store -d flux_of_calibrator")


def test_figures_come_in_the_formats_that_were_asked_for(front: FrontEnd) -> None:
    pytest.importorskip("matplotlib")
    front.run("%matplotlib inline\nimport matplotlib.pyplot as plt")
    (figure,) = front.run("_ = plt.plot([1, 2])").displays  # shown without plt.show()
    assert set(figure) == {"image/png", "text/plain"}
    front.run("%config InlineBackend.figure_formats = {'svg', 'jpeg'}")
    (figure,) = front.run("_ = plt.plot([1, 2])").displays
    assert set(figure) == {"image/svg+xml", "image/jpeg", "text/plain"}
    front.run("%config InlineBackend.figure_formats = {'png'}")


def test_a_figure_is_closed_or_kept_as_configured(front: FrontEnd) -> None:
    pytest.importorskip("matplotlib")
    front.run("%matplotlib inline\nimport matplotlib.pyplot as plt")
    front.run("_ = plt.plot([1])")
    assert front.value("len(plt.get_fignums())") == "0"
    front.run("%config InlineBackend.close_figures = False")
    front.run("_ = plt.plot([1])")
    assert front.run("print(len(plt.get_fignums()))").stdout == "1\n"


def test_show_in_a_loop_gives_a_picture_each_time(front: FrontEnd) -> None:
    pytest.importorskip("matplotlib")
    front.run("%matplotlib inline\nimport matplotlib.pyplot as plt")
    cell = front.run("for i in range(3):\n    plt.plot([i, 1])\n    plt.show()\n    print('shown', i)")
    kinds = [m["msg_type"] for m in cell.messages if m["msg_type"] in ("display_data", "stream")]
    assert kinds == ["display_data", "stream"] * 3


def test_a_pool_of_a_fork_server(front: FrontEnd, tmp_path: Path) -> None:
    (tmp_path / "pooled.py").write_text("def square(x):\n    return x * x\n")
    front.run(f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nimport multiprocessing, pooled")
    cell = front.run(
        "with multiprocessing.get_context('forkserver').Pool(2) as pool:\n    print(pool.map(pooled.square, range(4)))",
        timeout=40,
    )
    assert cell.stdout == "[0, 1, 4, 9]\n"
    assert front.value("1 + 1") == "2"


@pytest.mark.parametrize("code", ["import os; os._exit(3)", "import ctypes; ctypes.string_at(0)"])
def test_the_client_sees_a_kernel_that_dies(start_kernel: Start, code: str) -> None:
    kernel = start_kernel()
    front = kernel.connect()
    front.execute(code)
    assert wait_until(lambda: not kernel.is_alive(), 10)


def test_sys_exit_fails_the_cell_and_not_the_kernel(front: FrontEnd) -> None:
    cell = front.run("import sys; sys.exit(3)")
    assert cell.error == "SystemExit"
    assert front.value("1") == "1"


def test_a_traceback_is_made_once(front: FrontEnd) -> None:
    front.run(
        "made = []\nformatter = get_ipython().InteractiveTB\nfull = formatter.structured_traceback\n"
        "formatter.structured_traceback = lambda *a, **k: made.append(full(*a, **k)) or made[-1]"
    )
    cell = front.run("1/0")
    assert front.value("len(made)") == "1"
    kept = front.value("list(getattr(get_ipython().history_manager, 'exceptions', {}).values())[-1:]")
    traceback = cell.reply["content"]["traceback"]
    assert ast.literal_eval(kept) in (
        [],
        [{"ename": "ZeroDivisionError", "evalue": "division by zero", "traceback": traceback}],
    )


AWAITS = {
    "input transformer": """
import asyncio
get_ipython().input_transformers_post.append(lambda lines: [line.replace('WAIT ', 'aw' 'ait ') for line in lines])
""",
    "AST transformer": """
import ast, asyncio
class Waits(ast.NodeTransformer):
    def visit_Call(self, node):
        return ast.Await(node.args[0]) if getattr(node.func, 'id', '') == 'WAIT' else node
get_ipython().ast_transformers.append(Waits())
""",
}


@pytest.mark.parametrize("kind", AWAITS)
def test_an_await_that_a_transformer_brings_is_awaited(start_kernel: Start, kind: str) -> None:
    kernel = start_kernel()
    front = kernel.connect()
    assert front.run(AWAITS[kind]).error is None
    cell = front.run("print('begun')\nWAIT (asyncio.sleep(0.1))\nprint('slept')\n1 / 0", timeout=10)
    assert cell.stdout == "begun\nslept\n" and cell.error == "ZeroDivisionError"
    request = front.execute("print('waits')\nWAIT (asyncio.sleep(60))")
    front.wait_for(lambda m: m["msg_type"] == "stream" and m["content"]["text"] == "waits\n")
    kernel.interrupt(front, "message")
    assert front.reply_to(request, timeout=10)["content"]["ename"] == "KeyboardInterrupt"
    assert front.value("1 + 1") == "2"
