"""Threads that live longer than their cell: what they do belongs to the cell that handed it in."""

from __future__ import annotations

import pytest
from ipykernel_beside import Beside
from kernel_client import FrontEnd

pytestmark = pytest.mark.deadline(60)

WORKERS = {
    "executor": (
        "from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(1)",
        "pool.submit(work)",
    ),
    "thread pool": ("from multiprocessing.pool import ThreadPool\npool = ThreadPool(1)", "pool.apply_async(work)"),
    "chunks of a thread pool": (
        "from multiprocessing.pool import ThreadPool\npool = ThreadPool(1)",
        "pool.map_async(lambda _: work(), [1], chunksize=1)",
    ),
    "callback of a thread pool": (
        "from multiprocessing.pool import ThreadPool\npool = ThreadPool(1)",
        "pool.apply_async(len, ('a',), callback=lambda _: work())",
    ),
    "the loop's executor": ("import asyncio", "asyncio.get_running_loop().run_in_executor(None, work)"),
    "callback of a future": (
        "from concurrent.futures import ThreadPoolExecutor\nimport time\npool = ThreadPoolExecutor(1)",
        "pool.submit(time.sleep, 0.2).add_done_callback(lambda _: work())",
    ),
    "callback of a pool of processes": (
        "from concurrent.futures import ProcessPoolExecutor\nimport time\npool = ProcessPoolExecutor(1)\n"
        "pool.submit(abs, 1).result()",
        "pool.submit(time.sleep, 0.2).add_done_callback(lambda _: work())",
    ),
} | {
    kind: (
        f"import queue, threading\nwaiting = queue.{kind}()\n"
        "def worker():\n    while True:\n        waiting.get()[1]()\n"
        "threading.Thread(target=worker, daemon=True).start()",
        "waiting.put((1, work))",
    )
    for kind in ("Queue", "LifoQueue", "PriorityQueue", "SimpleQueue")
}
WORK = """
import threading
from IPython.display import display
def work():
    print('printed')
    display('shown')
    done.set()
"""


@pytest.mark.parametrize("kind", WORKERS)
def test_a_later_cells_work_is_shown_under_it(beside: Beside, kind: str) -> None:
    make, hand_in = WORKERS[kind]
    for code in (make + WORK, *(f"done = threading.Event()\n_ = {hand_in}\nprint(done.wait(10))",) * 2):
        cell = beside.run(code)
    assert cell.displays == [{"text/plain": "'shown'"}] and cell.stdout == "printed\nTrue\n"
    beside.run("pool = waiting = None")


def test_a_listener_logs_under_the_cell_of_each_record(beside: Beside) -> None:
    beside.run("""
import logging.handlers, queue, sys, threading
class Shown(logging.Handler):
    def emit(self, record):
        print(record.getMessage()); done.set()
records = queue.Queue()
listener = logging.handlers.QueueListener(records, Shown())
listener.start()
log = logging.getLogger('reduction')
log.addHandler(logging.handlers.QueueHandler(records))
""")
    assert beside.run("done = threading.Event(); log.error('lost'); done.wait(10);").stdout == "lost\n"
    beside.run("listener.stop()")


def test_a_thread_that_goes_on_by_itself_stays_with_its_cell(front: FrontEnd) -> None:
    code = "import queue, threading\ngo, q = threading.Event(), queue.Queue()\n"
    first = front.execute(code + "threading.Thread(target=lambda: (go.wait(10), print('late'), q.put(1))).start()")
    front.collect(first)
    assert front.run("go.set(); q.get(timeout=10);").stdout == ""
    late = front.next_for(first)
    assert late["msg_type"] == "stream" and late["content"]["text"] == "late\n"


def test_who_takes_what_an_earlier_cells_thread_makes_stays_with_its_own(front: FrontEnd) -> None:
    front.run(
        "import queue, threading\ngo, q, done = threading.Event(), queue.Queue(), threading.Event()\n"
        "threading.Thread(target=lambda: (go.wait(10), q.put('made'))).start()"
    )
    cell = front.run(
        "threading.Thread(target=lambda: (print(q.get(timeout=10)), done.set())).start()\ngo.set(); done.wait(10);"
    )
    assert cell.stdout == "made\n"


def test_nothing_of_the_kernel_is_on_a_threads_stack_or_in_the_thread(beside: Beside) -> None:
    fails = (
        "import threading\ndef fails(): 1 / 0\nthread = threading.Thread(target=fails)\nthread.start(); thread.join()"
    )
    assert "ZeroDivisionError" in beside.run(fails).stderr
    beside.run("import traceback\nt = threading.Thread(target=traceback.print_stack); t.start(); t.join()")
    beside.run("sorted(vars(thread))")
    beside.run(
        "import queue\nq = queue.Queue(); q.put(1); q.put(2)\nq.queue, q.get(), list(q.queue), queue.SimpleQueue"
    )


def test_joblibs_lines_come_under_the_cell_that_waits(front: FrontEnd) -> None:
    pytest.importorskip("joblib")
    code = "from joblib import Parallel, delayed\nParallel(n_jobs=2, verbose=11)(delayed(abs)(i) for i in range(4));"
    for _ in range(2):
        cell = front.run(code, timeout=50)
        assert cell.status == "ok" and (cell.stdout + cell.stderr).count("Done") == 3
