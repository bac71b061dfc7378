"""IPython's shell with its output going to front ends."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from contextvars import ContextVar
from types import ModuleType
from typing import Any

from IPython.core import page, payloadpage
from IPython.core.autocall import ZMQExitAutocall
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Any as AnyTrait
from traitlets import Instance, Type

import casawrapper
from casawrapper.bridge import host, streams
from casawrapper.shell.cell_files import CellCompiler
from casawrapper.shell.displays import ZMQDisplayPublisher, ZMQShellDisplayHook
from casawrapper.shell.history import BundledHistory
from casawrapper.shell.magics import KernelMagics
from casawrapper.util.imports import when_imported

last_traceback: ContextVar[Sequence[str]] = ContextVar("casa_kernel_traceback", default=())
"""The traceback that the running cell has shown; subshells run cells side by side."""


class ZMQInteractiveShell(InteractiveShell):
    """The shell of this kernel. It has the name of ipykernel's, since libraries recognise a notebook by it."""

    compiler_class = Type(CellCompiler)
    displayhook_class = Type(ZMQShellDisplayHook)
    display_pub_class = Type(ZMQDisplayPublisher)
    exiter = Instance(ZMQExitAutocall)
    kernel = AnyTrait()
    interrupted = False
    """Whether the user has interrupted the running cell while it awaited something."""
    keepkernel_on_exit = AnyTrait()

    def _exiter_default(self) -> ZMQExitAutocall:
        return ZMQExitAutocall(self)

    def get_parent(self) -> dict[str, Any]:
        """The request that the running code belongs to."""
        parent: dict[str, Any] = self.kernel.get_parent()
        return parent

    def set_parent(self, parent: dict[str, Any]) -> None:
        """From here on the running code belongs to the request that `get_parent` gave."""
        host.set_parent(parent)

    def init_hooks(self) -> None:
        super().init_hooks()
        self.set_hook("show_in_pager", page.as_hook(payloadpage.page), 99)

    def init_magics(self) -> None:
        super().init_magics()
        self.register_magics(KernelMagics)

    def init_pdb(self) -> None:
        super().init_pdb()
        when_imported("pdb", _load_ipythons_debugger)
        when_imported("IPython.core.debugger", _make_interruptible)

    def init_history(self) -> None:
        self.history_manager = BundledHistory(shell=self, parent=self)
        self.configurables.append(self.history_manager)

    def init_events(self) -> None:
        super().init_events()
        self.history_manager.explain_under_first_cell()

    def init_sys_modules(self) -> None:
        """Nothing to do: cells run in the real ``__main__``, so what they define can be pickled."""

    def init_display_formatter(self) -> None:
        super().init_display_formatter()
        self.display_formatter.active_types = self.display_formatter.format_types

    def enable_gui(self, gui: str | None = None) -> None:
        """No window can open in a notebook, so no event loop of a window system is needed."""
        if gui not in (None, "inline", "asyncio", "ipympl", "widget", "nbagg", "notebook"):
            raise UsageError(f"%gui {gui}: a kernel on a remote machine cannot open windows; use %matplotlib inline.")

    def ask_exit(self) -> None:
        """``exit`` in a cell: the kernel ends after it, and a front end that is a terminal closes."""
        self.exit_now = not self.keepkernel_on_exit
        self.payload_manager.write_payload({"source": "ask_exit", "keepkernel": self.keepkernel_on_exit or False})

    def set_next_input(self, text: str, replace: bool = False) -> None:
        """Put text in the next cell, or in the place of this one."""
        self.payload_manager.write_payload({"source": "set_next_input", "text": text, "replace": replace})

    @property
    def parent_header(self) -> dict[str, Any]:
        """The same as ``get_parent()``."""
        return self.get_parent()

    def showtraceback(self, exc_tuple: Any = None, **options: Any) -> None:
        """Show an error; the cancellation that an interrupt has become inside asyncio is shown as the interrupt."""
        etype, value, stack = exc_tuple or sys.exc_info()
        _cut_own_frames(value)
        if self.interrupted and etype is not None and issubclass(etype, asyncio.CancelledError):
            exc_tuple = (KeyboardInterrupt, KeyboardInterrupt(), stack)
        super().showtraceback(exc_tuple, **options)

    def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
        last_traceback.set(stb)
        host.publish("error", {"ename": etype.__name__, "evalue": str(evalue), "traceback": stb})
        hook = self.displayhook
        if getattr(hook, "_is_active", False) and hook.exec_result is not None:
            # A value that cannot be shown fails its cell, though IPython goes on.
            hook.exec_result.error_in_exec = evalue

    def _format_exception_for_storage(self, error: BaseException, *_: Any, **__: Any) -> dict[str, Any]:
        """IPython 9 keeps the traceback of each cell: the one that was shown, rather than one made once more."""
        return {"ename": type(error).__name__, "evalue": str(error), "traceback": last_traceback.get()}


_OWN_FILES = {os.path.join(os.path.dirname(casawrapper.__file__), "kernel.py"), host.__file__, streams.__file__}


def _cut_own_frames(error: BaseException | None) -> None:
    """An interrupt is raised in the kernel's own code, and input() waits there: nothing that users should read."""
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        stack = error.__traceback__
        while stack is not None and stack.tb_next is not None:
            if stack.tb_next.tb_frame.f_code.co_filename in _OWN_FILES:
                stack.tb_next = None
            stack = stack.tb_next
        error = error.__cause__ or error.__context__


def _load_ipythons_debugger(pdb: ModuleType) -> None:
    # It imports pdb itself, and is then on its way here.
    import IPython.core.debugger  # noqa: F401


def _make_interruptible(debugger: Any) -> None:
    """``breakpoint()`` and pdb become IPython's debugger, which an interrupt ends; pdb's own would ask for ever."""
    import pdb

    own: Any = pdb
    debugger.Pdb = own.Pdb = debugger.InterruptiblePdb
    own.set_trace = debugger.set_trace
