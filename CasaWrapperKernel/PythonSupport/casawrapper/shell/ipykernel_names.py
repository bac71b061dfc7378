"""What libraries look for under ipykernel's names.

Some see by ``sys.modules`` that they are in a notebook (tqdm), some import their comms from ipykernel (matplotlib's
nbagg, HoloViews), some ask ipykernel's application for the connection file. Its own modules would answer for a kernel
that does not run.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from casawrapper.bridge import host, streams
from casawrapper.shell.app import KernelApp
from casawrapper.shell.magics import KernelMagics
from casawrapper.shell.shell import HostDisplayPublisher, ZMQInteractiveShell
from casawrapper.util.imports import when_imported


def install(app: KernelApp, kernel: Any) -> None:
    """Put the modules in place; the real ones can no longer be imported."""
    app.kernel = kernel
    app.connection_file = host.settings["connection_file"]
    app.connection_dir = os.path.dirname(app.connection_file)
    _provide("kernelapp", IPKernelApp=KernelApp)
    _provide(
        "zmqshell",
        ZMQInteractiveShell=ZMQInteractiveShell,
        ZMQDisplayPublisher=HostDisplayPublisher,
        KernelMagics=KernelMagics,
    )
    for name in ("comm", "comm.comm", "comm.manager"):
        _provide(name, __getattr__=lambda name: _of_comm(kernel, name))
    # click keeps colours, and astropy its progress bars, if the stream is ipykernel's.
    streams.HostStream.__module__ = "ipykernel.iostream"
    when_imported("ipykernel.iostream", lambda module: setattr(module, "OutStream", streams.HostStream))
    when_imported("ipykernel", _bind)


def _of_comm(kernel: Any, name: str) -> Any:
    # Only when asked for, since not every notebook needs the package comm, and not every Python has it.
    if name not in ("Comm", "BaseComm", "CommManager") or kernel.comm_manager is None:
        raise AttributeError(name)
    import comm

    return _the(kernel.comm_manager) if name == "CommManager" else comm.create_comm


def _the(manager: Any) -> type:
    """A class whose only instance is this one."""
    return type("CommManager", (type(manager),), {"__new__": lambda cls, *args, **options: manager})


def _provide(name: str, **content: Any) -> None:
    module = ModuleType(f"ipykernel.{name}", "Stands in for ipykernel's module in this kernel.")
    module.__spec__ = ModuleSpec(module.__name__, None)
    vars(module).update(content)
    sys.modules[module.__name__] = module


def _bind(package: ModuleType) -> None:
    """What importing a submodule does: the package gets it as an attribute."""
    for name in ("kernelapp", "zmqshell", "comm"):
        if module := sys.modules.get(f"ipykernel.{name}"):
            setattr(package, name, module)
