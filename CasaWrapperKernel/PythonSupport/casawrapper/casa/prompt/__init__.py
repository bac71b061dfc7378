"""The verbs of the CASA prompt: inp, go, default, tget, tput, saveinputs, taskhelp, toolhelp, execfile, doc.

CASA has a second object for each task that takes its parameters from the user's variables. We let that
object do the work, one task at a time: loaded alone it costs milliseconds, while the CASA shell that it comes
from costs seconds and rejects ordinary Python.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from types import FrameType
from typing import Any

from casawrapper.casa import catalog
from casawrapper.casa.core.errors import brief
from casawrapper.casa.core.nearest import nearest
from casawrapper.casa.versions import private_names, private_shell
from casawrapper.util.messages import notice

_COLUMNS = "110"
_DOCUMENTATION = "https://casadocs.readthedocs.io/en/stable"
# What CASA's verbs say, in its words: scripts and their readers look for them.
_NO_TASK = {
    "inp": "ERROR {} does not seem to be a CASA task",
    "default": "ERROR argument does not appear to be a task",
    "tget": "ERROR 'obj' argument does not appear to be a task",
}


class Prompt:
    """The verbs, and the task that they speak of when none is named."""

    def __init__(self, user_ns: dict[str, Any], provide: Callable[[str, dict[str, Any]], None]) -> None:
        self._user_ns = user_ns
        self._provide = provide
        self.task: Any = None
        """The active task, as it was named."""

    def verbs(self) -> dict[str, Callable[..., Any]]:
        """Each verb and its function."""
        return {name: getattr(self, name) for name in catalog.VERBS}

    def inp(self, task: Any = None) -> None:
        """Show a task's parameters: blue ones differ from the default, red ones are not valid."""
        if twin := self._select(task):
            with _wide_lines():
                self._call(twin.inp)

    def go(self, task: Any = None) -> Any:
        """Run a task with the parameters that your variables give, and return its result."""
        return self._run(twin) if (twin := self._select(task)) else None

    def run(self, task: Any) -> Any:
        """The same for a task that is called without arguments; the active one stays what it is."""
        return self._run(_twin(task))

    def default(self, task: Any = None) -> None:
        """Forget your variables that are parameters of a task, so that its defaults hold."""
        if twin := self._select(task, _NO_TASK["default"]):
            self._call(twin.set_global_defaults)

    def tget(self, task: Any = None, savefile: str | None = None) -> None:
        """Take the parameters that a task was last run with from its file, such as tclean.last."""
        if not (twin := self._select(task, _NO_TASK["tget"])):
            return
        variables = self._variables()
        own = {name: value for name, value in variables.items() if _is_modules(name)}
        self._call(twin.tget, savefile)
        # CASA runs the file as a module and copies all that this has, its name too.
        for name in list(filter(_is_modules, variables)):
            if name not in own:
                del variables[name]
        variables.update(own)

    def tput(self, task: Any = None, outfile: str | None = None) -> None:
        """Write a task's parameters into a file, such as tclean.last."""
        if twin := self._select(task, _NO_TASK["tget"]):
            self._call(twin.tput, outfile)

    saveinputs = tput

    def taskhelp(self) -> None:
        """List the tasks by subject, with one line on each."""
        self._call(private_shell.help_lists().taskhelp)

    def toolhelp(self) -> None:
        """List the tools by subject, with one line on each."""
        self._call(private_shell.help_lists().toolhelp)

    def execfile(
        self, filename: str, globals: dict[str, Any] | None = None, locals: dict[str, Any] | None = None
    ) -> None:
        """Run a Python file as if its lines stood in the cell."""
        try:
            with open(filename, encoding="utf-8") as file:
                text = file.read()
        except OSError as error:
            raise brief(error) from None
        names = self._user_ns if globals is None else globals
        self._provide(text, names)
        before = names.get("__file__")
        names["__file__"] = filename
        try:
            exec(compile(text, filename, "exec"), names, locals)
        finally:
            names["__file__"] = before
            if before is None:
                del names["__file__"]

    def doc(self, topic: Any = None) -> None:
        """Say where CASA's documentation of a task or tool is."""
        if topic is None:
            notice(f"CASA's documentation: {_DOCUMENTATION}/api/casatasks.html")
            return
        name = topic if isinstance(topic, str) else task_name(topic) or type(topic).__name__
        notice(f"CASA's documentation of {name}: {_DOCUMENTATION}/search.html?q={name}")

    def _select(self, task: Any, complaint: str = _NO_TASK["inp"]) -> Any:
        """CASA's object for the named task, which then is the active one; None, and why, if there is no such task."""
        if isinstance(task, str):
            name, task = task, self._named(task)
            if task is None:
                print(_NO_TASK["inp"].format(name))
                if meant := nearest(name, catalog.task_names()):
                    notice(f"Did you mean {meant}?")
                return None
        if task is not None:
            if not _is_task(task):
                print(complaint.format(task))
                return None
            self.task = task
        if self.task is None:
            print("ERROR task not specified and no active task")
            return None
        return _twin(self.task)

    def _named(self, name: str) -> Any:
        variables = self._variables()
        if name not in variables:
            self._provide(name, variables)
        return variables.get(name)

    def _run(self, twin: Any) -> Any:
        wanted = os.environ.get("CASA_KERNEL_LAST", "").lower() != "off"
        with nullcontext() if wanted else private_shell.no_last_file(twin):
            return self._call(twin)

    def _call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        # CASA takes for the user's variables the globals of the nearest frame in which it finds its mark.
        return eval("function(*arguments)", self._variables(), {"function": function, "arguments": arguments})

    def _variables(self) -> dict[str, Any]:
        """Those of the notebook, or of the script that is run, from which the call comes."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and private_names.SHELL_MARK not in frame.f_globals:
            frame = frame.f_back
        # A pool's thread calls a task with no code of the user's around it.
        variables = self._user_ns if frame is None else frame.f_globals
        variables.setdefault(private_names.SHELL_MARK, {})
        return variables


def _is_task(value: Any) -> bool:
    return task_name(value) is not None or _is_casashells(value)


def _is_casashells(value: Any) -> bool:
    return all(hasattr(value, name) for name in ("inp", "set_global_defaults", "tget", "tput"))


def _twin(task: Any) -> Any:
    """CASA's object for the prompt: it has inp, tget, tput and takes its parameters from the user's variables."""
    return task if _is_casashells(task) else private_shell.twin(task, task_name(task) or "")


def _is_modules(name: str) -> bool:
    """Whether Python itself gives a module this name, such as __name__."""
    return name.startswith("__") and name.endswith("__") and name != private_names.SHELL_MARK


def task_name(value: Any) -> str | None:
    """The name of a task of CASA's, None if `value` is none."""
    package = type(value).__module__.partition(".")[0]
    if package not in ("casatasks", "casashell", *catalog.APPLICATIONS) or not callable(value):
        return None
    return private_names.task_of(type(value))


@contextmanager
def _wide_lines() -> Iterator[None]:
    # CASA asks the terminal how long a line may be; there is none, and 80 columns cut most descriptions.
    if "COLUMNS" in os.environ:
        yield
        return
    os.environ["COLUMNS"] = _COLUMNS
    try:
        yield
    finally:
        os.environ.pop("COLUMNS", None)
