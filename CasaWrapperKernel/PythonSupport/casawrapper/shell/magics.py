"""The magics that a kernel has besides IPython's own, under the names that ipykernel gave them."""

from __future__ import annotations

import os
import shlex
import subprocess
import threading
from typing import Any

from IPython.core import page
from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class

from casawrapper.bridge import host


@magics_class
class KernelMagics(Magics):
    """Magics that concern the kernel or the front end."""

    @line_magic
    def edit(self, line: str) -> None:
        """Ask the front end to open a file, or the source of an object, in its editor.

        What you can name is described under IPython's %edit. The kernel does not see when you have finished, so the
        file is not run afterwards; use %run for that. JupyterLab does not open files on demand: there the path is of
        use.
        """
        from IPython.core.magics.code import CodeMagics, InteractivelyDefined, MacroToEdit

        options, name = self.parse_options(line, "prxn:")
        last_call = ["", ""]
        try:
            try:
                found = CodeMagics._find_edit_target(self.shell, name, options, last_call)
            except InteractivelyDefined as cell:
                found = CodeMagics._find_edit_target(self.shell, str(cell.index), options, last_call)
        except MacroToEdit:
            raise UsageError(
                "Macros cannot be edited in a notebook; store the text with %save and edit that."
            ) from None
        filename, number, _ = found
        if filename is None:
            return  # IPython has said why
        filename = os.path.realpath(filename)
        self.shell.payload_manager.write_payload({"source": "edit_magic", "filename": filename, "line_number": number})
        print(f"To be edited: {filename}")

    @line_magic
    def ed(self, line: str) -> None:
        """The same as %edit."""
        self.edit(line)

    @line_magic
    def clear(self, line: str) -> None:
        """Clear the terminal, where the front end is one (jupyter console)."""
        print("\x1b[H\x1b[2J", end="")

    @line_magic
    def less(self, line: str) -> None:
        """Show a file in the pager; Python is coloured."""
        if not line:
            raise UsageError("Give the file to show: %less FILE")
        try:
            with open(os.path.expanduser(line), encoding="utf-8", errors="replace") as file:
                text = file.read()
        except OSError as error:
            raise UsageError(f"{line} cannot be shown: {error.strerror}") from None
        page.page(self.shell.pycolorize(text) if line.endswith(".py") else text)

    @line_magic
    def more(self, line: str) -> None:
        """The same as %less."""
        self.less(line)

    @line_magic
    def man(self, line: str) -> None:
        """Show a manual page in the pager."""
        try:
            done = subprocess.run(["man", *shlex.split(line)], capture_output=True, text=True, errors="replace")
        except FileNotFoundError:
            raise UsageError("This machine has no manual pages (there is no program man).") from None
        if done.returncode:
            raise UsageError((done.stderr or done.stdout).strip())
        page.page(done.stdout)

    @line_magic
    def connect_info(self, line: str) -> None:
        """Say how other clients connect to this kernel. The secret key is not shown, as notebooks are given away."""
        print(f"The connection file of this kernel is {host.settings['connection_file']}\n{_how_to_connect()}")

    @line_magic
    def qtconsole(self, line: str) -> None:
        """Say how to open a console of this kernel; the kernel itself can open no window."""
        print(f"A kernel cannot open a window of yours.\n{_how_to_connect()}")

    @line_magic
    def autosave(self, line: str) -> None:
        """Set after how many seconds the classic Notebook saves; 0 turns that off. JupyterLab has a setting for it."""
        from IPython.display import Javascript, display

        try:
            seconds = int(line)
        except ValueError:
            raise UsageError(f"%autosave needs a whole number of seconds, not {line!r}.") from None
        script = f"if (window.Jupyter && Jupyter.notebook) Jupyter.notebook.set_autosave_interval({1000 * seconds});"
        display(Javascript(script), include=["application/javascript"])
        what = f"saved every {seconds} seconds" if seconds else "no longer saved by itself"
        print(f"In the classic Notebook this notebook is {what}. JupyterLab: Settings, Document Manager.")

    @line_magic
    def subshell(self, line: str) -> None:
        """Show which subshell this cell runs in, and which there are."""
        prefix = "casa-kernel-subshell-"
        names = [thread.name.removeprefix(prefix) for thread in threading.enumerate() if thread.name.startswith(prefix)]
        print(f"subshell id: {self._own_subshell()}")
        print(f"thread id: {threading.get_ident()}")
        print(f"main thread id: {threading.main_thread().ident}")
        print(f"pid: {os.getpid()}")
        print(f"thread count: {threading.active_count()}")
        print(f"subshell list: {names}")

    def _own_subshell(self) -> Any:
        return self.shell.get_parent().get("header", {}).get("subshell_id")


def _how_to_connect() -> str:
    name = host.settings["connection_file"]
    try:
        from jupyter_core.paths import jupyter_runtime_dir

        if os.path.dirname(name) == jupyter_runtime_dir():
            name = os.path.basename(name)
    except ImportError:
        pass  # the Python of the kernel need not have Jupyter
    return (
        "On this machine a console joins it with either of\n"
        f"    jupyter console --existing {name}\n"
        f"    jupyter qtconsole --existing {name}\n"
        "From another machine: copy the connection file there, and add --ssh HOST."
    )
