"""The way of a call through its stages, whatever happens on it."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from casawrapper.casa.calls import files, notices
from casawrapper.casa.calls import turns as turns_module
from casawrapper.casa.calls.call import Arguments, CallRecord, Run, current
from casawrapper.casa.calls.pipeline import Pipeline, Proceed
from casawrapper.casa.calls.turns import Turns
from casawrapper.util.interrupts import interruptible, must_wait
from casawrapper.util.messages import notice


class Book:
    """A stage that writes down what begins and ends."""

    def __init__(self) -> None:
        self.records: list[CallRecord] = []
        self.open: list[int] = []

    def stage(self, record: CallRecord, proceed: Proceed) -> Any:
        self.open.append(record.call.id)
        self.records.append(record)
        try:
            return proceed()
        finally:
            self.open.remove(record.call.id)


@pytest.fixture
def book() -> Book:
    return Book()


def test_the_users_call_runs_in_the_adapter_and_those_inside_it_as_casa_made_them(book: Book) -> None:
    def adapter(arguments: Arguments, run: Run) -> object:
        return run({**arguments, "b": 10})

    pipeline = Pipeline(book.stage)
    inner = pipeline.guard("inner", lambda a, b: a + b, ["a", "b"], adapter)
    outer = pipeline.guard("outer", lambda a, b: inner(a, b), ["a", "b"], adapter)
    assert outer(1, 2) == 11
    first, second = book.records
    assert (first.call.name, first.call.depth, first.call.arguments, first.result) == ("outer", 0, {"a": 1, "b": 2}, 11)
    assert (second.call.name, second.call.depth, second.call.parent) == ("inner", 1, first.call)
    assert second.call.arguments == {"a": 1, "b": 10} and first.call.id != second.call.id
    assert 0 < second.seconds < first.seconds


def test_arguments_by_name_pass_like_all_others(book: Book) -> None:
    task = Pipeline(book.stage).guard("sdcal", lambda a, b, **further: (a, b, further), ["a", "b"])
    assert task(1, b=2) == (1, 2, {}) and task(1, 2, extra=3) == (1, 2, {"extra": 3})
    assert [record.call.arguments for record in book.records] == [{"a": 1, "b": 2}, {"a": 1, "b": 2, "extra": 3}]


def test_a_failure_is_recorded_and_the_next_call_is_the_users_again(book: Book) -> None:
    broken = Pipeline(book.stage).guard("broken", lambda a: 1 / a, ["a"])
    with pytest.raises(ZeroDivisionError):
        broken(0)
    assert isinstance(book.records[0].error, ZeroDivisionError) and current() is None
    assert broken(1) == 1.0 and book.records[1].call.depth == 0


def test_a_stage_can_answer_instead_of_running() -> None:
    ran: list[int] = []
    task = Pipeline(lambda record, proceed: 42).guard("task", ran.append, ["a"])
    assert task(1) == 42 and ran == []


def test_a_call_knows_its_notices_and_its_files(tmp_path: Any, book: Book, capsys: pytest.CaptureFixture[str]) -> None:
    old, new, changed = tmp_path / "old.ms", tmp_path / "new.cal", tmp_path / "changed.txt"
    old.mkdir()
    (old / "table.dat").write_text("x")
    changed.write_text("before")
    os.utime(changed, (1, 1))

    def run(vis: str, caltable: str, listfile: str, field: str) -> None:
        notice("said")
        new.mkdir()
        changed.write_text("after")

    task = Pipeline(book.stage, files.observe, notices.remember).guard(
        "gaincal", run, ["vis", "caltable", "listfile", "field"]
    )
    task(str(old), str(new), str(changed), str(tmp_path))
    record = book.records[0]
    assert record.files_read == [str(old), str(changed)] and record.files_written == [str(new), str(changed)]
    assert record.notices == ["said"] and "said" in capsys.readouterr().out


def steps(call: Callable[[], object]) -> Iterator[int]:
    """Interrupt `call` once at each of its steps, if the kernel's handler would there; yields how far it came."""
    for number in range(1, 5000):
        raised = interrupt_at(number, call)
        yield number
        if not raised:
            return


def interrupt_at(number: int, call: Callable[[], object]) -> bool:
    count = 0
    raised = False

    def look(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count, raised
        frame.f_trace_opcodes = True
        count += event == "opcode"
        if not raised and count >= number and not must_wait(frame):
            raised = True
            raise KeyboardInterrupt
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        call()
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(before)
    return raised
    raise AssertionError("the call has no end")


def test_no_interrupt_parts_begin_and_end(book: Book) -> None:
    turns = Turns()
    pipeline = Pipeline(turns.stage, book.stage, notices.remember)
    inner = pipeline.guard("inner", lambda a: a, ["a"])
    outer = pipeline.guard("outer", lambda a: inner(a), ["a"])
    call = interruptible(lambda: outer(1))
    done = 0
    for done in steps(call):
        assert book.open == [] and not turns.is_taken() and current() is None, f"interrupted at step {done}"
        assert outer(1) == 1 and book.records[-2].call.depth == 0
    assert done > 100


def test_calls_of_threads_take_turns_and_those_inside_a_call_do_not_wait() -> None:
    turns, running, most = Turns(), [], []
    pipeline = Pipeline(turns.stage)

    def work(a: int) -> int:
        running.append(a)
        most.append(len(running))
        time.sleep(0.01)
        running.remove(a)
        return a

    inner = pipeline.guard("inner", work, ["a"])
    outer = pipeline.guard("outer", lambda a: inner(a), ["a"])
    found: list[int] = []
    threads = [threading.Thread(target=lambda number=number: found.append(outer(number))) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(found) == list(range(8)) and max(most) == 1 and not turns.is_taken()


def test_methods_of_tools_and_tasks_take_turns() -> None:
    turns, running, most = Turns(), [], []

    def work(a: int) -> int:
        running.append(a)
        most.append(len(running))
        time.sleep(0.01)
        running.remove(a)
        return a

    def inside(a: int) -> int:
        has_begun = turns.begin("table.open")
        try:
            return work(a)
        finally:
            if has_begun:
                turns.end()

    task = Pipeline(turns.stage).guard("listobs", lambda a: inside(a), ["a"])
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda number=number: found.append((task if number % 2 else inside)(number)))
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(found) == list(range(8)) and max(most) == 1 and not turns.is_taken()


def test_who_waits_says_for_what_and_can_be_interrupted(capsys: pytest.CaptureFixture[str]) -> None:
    turns, go = Turns(), threading.Event()
    pipeline = Pipeline(turns.stage)
    slow = threading.Thread(target=pipeline.guard("tclean", lambda a: go.wait(20), ["a"]), args=(1,), name="button")
    slow.start()
    while not turns.is_taken():
        time.sleep(0.01)
    main = threading.get_ident()

    def interrupt() -> None:
        while "waits for" not in said.getvalue():
            time.sleep(0.02)
        import _thread
        import signal

        assert main
        _thread.interrupt_main(signal.SIGINT)

    import io
    from contextlib import redirect_stdout

    said = io.StringIO()
    threading.Thread(target=interrupt, daemon=True).start()
    with redirect_stdout(said), pytest.raises(KeyboardInterrupt):
        pipeline.guard("flagdata", lambda a: a, ["a"])(1)
    assert "flagdata waits for tclean, which button runs" in said.getvalue()
    go.set()
    slow.join(20)
    assert not turns.is_taken()


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are known to have ended on Linux only")
def test_a_thread_that_c_code_has_ended_holds_no_turn() -> None:
    turns, is_in = Turns(), threading.Event()

    def exit_in_code(a: int) -> None:
        with turns.code:
            is_in.set()
            ctypes.CDLL(None).pthread_exit(None)

    pipeline = Pipeline(turns.stage)
    threading.Thread(target=pipeline.guard("tclean", exit_in_code, ["a"]), args=(1,), daemon=True).start()
    assert is_in.wait(10)

    def work(a: int) -> int:
        with turns.code:
            return a

    assert pipeline.guard("imstat", work, ["a"])(7) == 7 and not turns.is_taken()


class Tool:
    """Notes on which thread it goes."""

    def __init__(self, gone: list[str]) -> None:
        self.gone = gone

    def __del__(self) -> None:
        self.gone.append(threading.current_thread().name)


def test_what_a_thread_drops_beside_a_call_goes_at_the_end_of_that_call() -> None:
    turns, go, gone = Turns(), threading.Event(), list[str]()
    task = Pipeline(turns.stage).guard("tclean", lambda a: go.wait(20), ["a"])
    thread = threading.Thread(target=task, args=(1,), name="button")
    thread.start()
    while not turns.is_taken():
        time.sleep(0.01)
    turns.bury([Tool(gone)])
    assert gone == []
    go.set()
    thread.join(20)
    assert gone == ["button"]
    turns.bury([Tool(gone)])
    assert gone == ["button", "MainThread"] and not turns.is_taken()


def test_a_finalizer_that_calls_while_its_thread_waits_does_not_wait_for_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    instance, go, done = Turns(), threading.Event(), list[str]()
    pipeline = Pipeline(instance.stage)
    slow = threading.Thread(target=pipeline.guard("tclean", lambda a: go.wait(20), ["a"]), args=(1,))
    slow.start()
    while not instance.is_taken():
        time.sleep(0.01)

    def say(sentence: str) -> None:
        go.set()
        if instance.begin("table.close"):
            done.append("inner")
            instance.end()

    monkeypatch.setattr(turns_module, "notice", say)
    waiting = threading.Thread(target=pipeline.guard("imstat", done.append, ["a"]), args=("outer",), daemon=True)
    waiting.start()
    waiting.join(10)
    assert done == ["inner", "outer"] and not instance.is_taken()
    slow.join(20)


def test_switched_off_no_call_waits() -> None:
    turns, go = Turns(is_on=False), threading.Event()

    def work(a: int) -> bool:
        with turns.code:
            return go.wait(a)

    pipeline = Pipeline(turns.stage)
    slow = threading.Thread(target=pipeline.guard("tclean", work, ["a"]), args=(20,))
    slow.start()
    begin = time.monotonic()
    with turns.without_code():
        assert pipeline.guard("imstat", work, ["a"])(0) is False
    assert time.monotonic() - begin < 1
    go.set()
    slow.join(20)


def test_a_forked_child_starts_free() -> None:
    turns, go = Turns(), threading.Event()
    pipeline = Pipeline(turns.stage)
    thread = threading.Thread(target=pipeline.guard("tclean", lambda a: go.wait(20), ["a"]), args=(1,))
    thread.start()
    while not turns.is_taken():
        time.sleep(0.01)
    child = os.fork()
    if not child:
        os._exit(0 if pipeline.guard("imstat", lambda a: a, ["a"])(7) == 7 else 1)
    go.set()
    thread.join(20)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
