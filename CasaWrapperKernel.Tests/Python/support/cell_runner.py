"""What runs in the process of a session: cells come over the connection whose descriptor is the argument.

Each goes through a plain IPython shell with casawrapper, and what it gave goes back. Ends when nobody sends any more.
"""

from __future__ import annotations

import base64
import os
import sys
import time
from multiprocessing.connection import Connection

connection = Connection(int(sys.argv[1]))
os.set_inheritable(connection.fileno(), False)
sys.argv = ["casa-kernel"]

from IPython.core.displayhook import DisplayHook  # noqa: E402  (they see the arguments of a kernel)
from IPython.core.displaypub import CapturingDisplayPublisher  # noqa: E402
from IPython.core.interactiveshell import InteractiveShell  # noqa: E402
from IPython.utils.io import capture_output  # noqa: E402

results: list[dict[str, object]] = []


class Hook(DisplayHook):
    """Keeps the values of cells instead of printing them."""

    def write_output_prompt(self) -> None: ...

    def write_format_data(self, data: dict[str, object], metadata: object = None) -> None:
        results.append(data)


shell = InteractiveShell.instance(displayhook_class=Hook, display_pub_class=CapturingDisplayPublisher)
from casawrapper import casa  # noqa: E402  (into a shell that is there)

begin = time.perf_counter()
casa.install(shell, os.path.join(os.environ["CASA_TEST_LOGS"], "casa.log"))
install_seconds = time.perf_counter() - begin
heavy = ("casat", "casac", "casap", "casav", "matplotlib")
connection.send((install_seconds, sorted(name for name in sys.modules if name.startswith(heavy))))


def plain(data: dict[str, object]) -> dict[str, object]:
    """A bundle with its pictures as text."""
    return {kind: base64.b64encode(v).decode() if isinstance(v, bytes) else v for kind, v in data.items()}


def run(code: str) -> dict[str, object]:
    """What a cell gives."""
    results.clear()
    shell.display_pub.outputs.clear()
    begin = time.perf_counter()
    with capture_output(display=False) as streams:
        casa.provide(code, shell.user_ns)
        outcome = shell.run_cell(code, store_history=True)
    error = outcome.error_before_exec or outcome.error_in_exec
    return {
        "stdout": streams.stdout,
        "stderr": streams.stderr,
        "seconds": time.perf_counter() - begin,
        "displays": [plain(output["data"]) for output in shell.display_pub.outputs],
        "results": [plain(data) for data in results],
        "error": f"{type(error).__name__}: {error}" if error else None,
        "logfile": casa.current_logfile(),
    }


folder = os.getcwd()
while True:
    try:
        code = connection.recv()
    except EOFError:
        break
    os.chdir(folder)  # whatever a cell before has left
    connection.send(run(code))
