"""IPython's shell with its output going to front ends."""

from __future__ import annotations

import asyncio
import sys
from contextvars import ContextVar
from typing import Any

from IPython.core import page, payloadpage
from IPython.core.autocall import ZMQExitAutocall
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Any as AnyTrait
from traitlets import Instance, Type

from . import host
from .cellfiles import CellCompiler
from .history import BundledHistory


last_traceback: ContextVar[list[str]] = ContextVar("casa_kernel_traceback", default=[])
"""The traceback that the running cell has shown; subshells run cells side by side."""


class HostDisplayHook(DisplayHook):
    """Publishes the value of a cell's last expression as execute_result."""

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        if format_dict:
            host.publish(
                "execute_result",
                {"data": format_dict, "metadata": md_dict or {}, "execution_count": self.prompt_count},
            )

    def finish_displayhook(self) -> None:
        sys.stdout.flush()


class HostDisplayPublisher(DisplayPublisher):
    """Publishes what ``display`` shows."""

    def publish(  # type: ignore[override]
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        buffers: list[Any] | None = None,
        **_: Any,
    ) -> None:
        host.publish(
            "update_display_data" if update else "display_data",
            {"data": data, "metadata": metadata or {}, "transient": transient or {}},
            buffers=buffers,
        )

    def clear_output(self, wait: bool = False) -> None:
        host.publish("clear_output", {"wait": wait})


class ZMQInteractiveShell(InteractiveShell):
    """The shell of this kernel. It has the name of ipykernel's, since libraries recognise a notebook by it."""

    compiler_class = Type(CellCompiler)
    displayhook_class = Type(HostDisplayHook)
    display_pub_class = Type(HostDisplayPublisher)
    exiter = Instance(ZMQExitAutocall)
    kernel = AnyTrait()
    interrupted = False
    """Whether the user has interrupted the running cell while it awaited something."""
    keepkernel_on_exit = AnyTrait()

    def _exiter_default(self) -> ZMQExitAutocall:
        return ZMQExitAutocall(self)

    def get_parent(self) -> dict[str, Any]:
        """The request that the running code belongs to."""
        return self.kernel.get_parent()

    def init_hooks(self) -> None:
        super().init_hooks()
        self.set_hook("show_in_pager", page.as_hook(payloadpage.page), 99)

    def init_history(self) -> None:
        self.history_manager = BundledHistory(shell=self, parent=self)
        self.configurables.append(self.history_manager)

    def init_sys_modules(self) -> None:
        """Nothing to do: cells run in the real ``__main__``, so what they define can be pickled."""

    def init_display_formatter(self) -> None:
        super().init_display_formatter()
        self.display_formatter.active_types = self.display_formatter.format_types

    def enable_gui(self, gui: str | None = None) -> None:
        """No window can open in a notebook, so no event loop of a window system is needed."""
        if gui not in (None, "inline", "asyncio", "ipympl", "widget"):
            raise ValueError(f"%gui {gui}: a kernel on a remote machine cannot open windows; use %matplotlib inline.")

    def ask_exit(self) -> None:
        """``exit`` in a cell: the front end is asked to end the kernel."""
        self.payload_manager.write_payload({"source": "ask_exit", "keepkernel": self.keepkernel_on_exit or False})

    def set_next_input(self, text: str, replace: bool = False) -> None:
        """Put text in the next cell, or in the place of this one."""
        self.payload_manager.write_payload({"source": "set_next_input", "text": text, "replace": replace})

    def showtraceback(self, exc_tuple: Any = None, **options: Any) -> None:
        """Show an error; the cancellation that an interrupt has become inside asyncio is shown as the interrupt."""
        etype, _, stack = exc_tuple or sys.exc_info()
        if self.interrupted and etype is not None and issubclass(etype, asyncio.CancelledError):
            exc_tuple = (KeyboardInterrupt, KeyboardInterrupt(), stack)
        super().showtraceback(exc_tuple, **options)

    def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
        last_traceback.set(stb)
        host.publish("error", {"ename": etype.__name__, "evalue": str(evalue), "traceback": stb})
