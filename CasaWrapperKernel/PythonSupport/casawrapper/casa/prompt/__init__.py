"""The verbs of the CASA prompt: inp, go, default, tget, tput, saveinputs, taskhelp, toolhelp, execfile, doc.

CASA has a second object for each task that takes its parameters from the user's variables. We let that
object do the work, one task at a time: loaded alone it costs milliseconds, while the CASA shell that it comes
from costs seconds and rejects ordinary Python.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, nullcontext
from typing import Any, Callable, Iterator

from casawrapper.casa import catalog
from casawrapper.casa.core.errors import brief
from casawrapper.casa.core.messages import notice
from casawrapper.casa.versions import private_names, private_shell

_COLUMNS = "110"
_DOCUMENTATION = "https://casadocs.readthedocs.io/en/stable"


class Prompt:
    """The verbs for one namespace, and the task that they speak of when none is named."""

    def __init__(self, user_ns: dict[str, Any], provide: Callable[[str, dict[str, Any]], None]) -> None:
        self._user_ns = user_ns
        self._provide = provide
        self.active: Any = None
        self.task: Any = None
        """The active task as it stands in the user's namespace; `active` is CASA's object for the prompt."""

    def verbs(self) -> dict[str, Callable[..., Any]]:
        """Each verb and its function."""
        return {name: getattr(self, name) for name in catalog.VERBS}

    def inp(self, task: Any = None) -> None:
        """Show a task's parameters: blue ones differ from the default, red ones are not valid."""
        twin = self._select(task)
        with _wide_lines():
            self._call(twin.inp)

    def go(self, task: Any = None) -> Any:
        """Run a task with the parameters that your variables give, and return its result."""
        twin = self._select(task)
        wanted = os.environ.get("CASA_KERNEL_LAST", "").lower() != "off"
        with nullcontext() if wanted else private_shell.no_last_file(twin):
            return self._call(twin)

    def default(self, task: Any = None) -> None:
        """Forget your variables that are parameters of a task, so that its defaults hold."""
        self._call(self._select(task).set_global_defaults)

    def tget(self, task: Any = None, savefile: str | None = None) -> None:
        """Take the parameters that a task was last run with from its file, such as tclean.last."""
        own = {name: value for name, value in self._user_ns.items() if _is_modules(name)}
        self._call(self._select(task).tget, savefile)
        # CASA runs the file as a module and copies all that this has, its name too.
        for name in list(filter(_is_modules, self._user_ns)):
            if name not in own:
                del self._user_ns[name]
        self._user_ns.update(own)

    def tput(self, task: Any = None, outfile: str | None = None) -> None:
        """Write a task's parameters into a file, such as tclean.last."""
        self._call(self._select(task).tput, outfile)

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
            raise brief(error)
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

    def _select(self, task: Any) -> Any:
        """CASA's object for the named task, which then is the active one."""
        if task is not None:
            self.active = self._twin(task)
        if self.active is None:
            raise ValueError("No task is named and none has been before: say for instance  inp listobs")
        return self.active

    def _twin(self, task: Any) -> Any:
        if isinstance(task, str):
            name, task = task, self._user_ns.get(task)
            if task is None:
                self._provide(name, self._user_ns)
                task = self._user_ns.get(name, name)
        self.task = task
        if all(hasattr(task, name) for name in ("inp", "set_global_defaults", "tget", "tput")):
            return task
        name = task_name(task)
        if name is None:
            wrong = str(task) if isinstance(task, str) else repr(task)
            import difflib

            close = difflib.get_close_matches(wrong, catalog.task_names(), 1)
            raise ValueError(f"{wrong} is no CASA task{f'; is it {close[0]}?' if close else '.'}")
        return private_shell.twin(task, name)

    def _call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        # CASA takes for the user's variables the globals of the nearest frame in which it finds its mark.
        self._user_ns.setdefault(private_names.SHELL_MARK, {})
        return eval("function(*arguments)", self._user_ns, {"function": function, "arguments": arguments})


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
