"""A plain CASA and a kernel that run the same calls, each in its own folders."""

from __future__ import annotations

import json
import pickle
import shutil
import subprocess
import textwrap
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from select import select
from typing import Any, Protocol

from kernel_client import Cell, Kernel, Message

SUPPORT = Path(__file__).resolve().parents[1]
LONGEST = 120.0
"""Seconds that one call may take; the longest take ten on a busy machine."""


@dataclass(frozen=True)
class Call:
    """A piece of code of one task, and the names of the data that it finds in its folder."""

    name: str
    task: str
    code: str
    inputs: tuple[str, ...] = ()


@dataclass
class Outcome:
    """What a call gave in one session; `note` is that of probe.py, None if the process died or the call hung."""

    stdout: str = ""
    stderr: str = ""
    note: dict[str, Any] | None = None
    death: str = ""
    cell: Cell | None = None


class Died(Exception):
    """The process that ran a call has ended, or does not come to an end with it."""


class Process(Protocol):
    """Runs code in one process."""

    def start(self) -> None:
        """Begin, or begin anew."""

    def run(self, code: str) -> Outcome:
        """Run the code; raise Died."""

    def end(self) -> None:
        """End the process."""


class PlainProcess:
    """CASA's own Python."""

    def __init__(self, python: str, env: dict[str, str], folder: Path) -> None:
        # Not as a file, for then this folder would be the first in which Python looks for modules.
        self._command = [python, "-c", Path(__file__).with_name("runner.py").read_text()]
        self._env, self._folder = env, folder
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self.end()
        self._process = subprocess.Popen(
            self._command,
            env=self._env,
            cwd=self._folder,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def run(self, code: str) -> Outcome:
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        files = {name: self._folder / name for name in ("stdout", "stderr")}
        for file in files.values():
            file.unlink(missing_ok=True)
        process.stdin.write(json.dumps({"code": code, **{name: str(file) for name, file in files.items()}}) + "\n")
        process.stdin.flush()
        answered = select([process.stdout], [], [], LONGEST)[0]
        if not answered or process.stdout.readline() != "done\n":
            raise Died("hangs" if not answered else f"ended with {process.wait(10)}")
        return Outcome(files["stdout"].read_text(errors="replace"), files["stderr"].read_text(errors="replace"))

    def end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


class KernelProcess:
    """A kernel; every piece of code is a cell."""

    def __init__(self, make: Callable[[], Kernel]) -> None:
        self._make = make
        self._kernel: Kernel | None = None

    def start(self) -> None:
        self.end()
        self._kernel = self._make()
        self._front = self._kernel.connect()

    def run(self, code: str) -> Outcome:
        assert self._kernel is not None
        end = time.monotonic() + LONGEST
        request = self._front.execute(code)
        messages: list[Message] = []
        while not messages or messages[-1]["content"] != {"execution_state": "idle"}:
            try:
                messages.append(self._front.next_for(request, 1))
            except TimeoutError:
                if not self._kernel.is_alive() or time.monotonic() > end:
                    raise Died("hangs" if self._kernel.is_alive() else "ended") from None
        cell = Cell(self._front.reply_to(request), messages[1:-1])
        return Outcome(cell.stdout, cell.stderr, cell=cell)

    def end(self) -> None:
        if self._kernel is not None:
            self._kernel.end()
            self._kernel = None


@dataclass
class Session:
    """One side: its process, its folder, and what the calls gave."""

    process: Process
    folder: Path
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def run(self, calls: Iterable[Call], inputs: Path) -> None:
        """Run the calls one after the other; after one that ends the process, the next begins in a new one."""
        records = self.folder / "records"
        records.mkdir(parents=True)
        alive = False
        try:
            for call in calls:
                if not alive:
                    self._start(records)
                    alive = True
                try:
                    self.outcomes[call.name] = self._run(call, inputs, records)
                except Died as died:
                    self.outcomes[call.name] = Outcome(death=str(died))
                    alive = False
        finally:
            self.process.end()

    def _start(self, records: Path) -> None:
        self.process.start()
        self.process.run(
            f"import sys\nsys.path.insert(0, {str(SUPPORT)!r})\nfrom as_plain import probe\n"
            f"probe.begin({str(records)!r})"
        )

    def _run(self, call: Call, inputs: Path, records: Path) -> Outcome:
        folder = self.folder / call.name
        folder.mkdir()
        for name in call.inputs:
            copy = shutil.copytree if (inputs / name).is_dir() else shutil.copyfile
            copy(inputs / name, folder / name)
        code = f"with probe.case({call.name!r}, {str(folder)!r}):\n{textwrap.indent(call.code, '    ')}"
        outcome = self.process.run(code)
        record = records / call.name
        if record.exists():
            outcome.note = pickle.loads(record.read_bytes())
        return outcome


def run_both(calls: Sequence[Call], inputs: Path, plain: Session, kernel: Session) -> None:
    """Run the calls in both sessions at the same time."""
    with ThreadPoolExecutor(2) as pool:
        for side in [pool.submit(session.run, calls, inputs) for session in (plain, kernel)]:
            side.result()


def read_calls(text: str) -> list[Call]:
    """The calls of a text: before each stands a line such as ``%% split by field | small.ms g.cal``.

    The first word of the name is the task, behind the bar are the data.
    """
    calls = []
    for part in text.split("\n%% ")[1:]:
        head, _, code = part.partition("\n")
        name, _, inputs = head.partition("|")
        calls.append(Call(name.strip().replace(" ", "_"), name.split()[0], code.strip("\n"), tuple(inputs.split())))
    assert len({call.name for call in calls}) == len(calls), "two calls of the same name"
    return calls
