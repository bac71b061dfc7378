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
from casawrapper.shell.app import IPKernelApp
from casawrapper.shell.displays import ZMQDisplayPublisher, ZMQShellDisplayHook
from casawrapper.shell.ipykernel_kernel import IPythonKernel
from casawrapper.shell.magics import KernelMagics
from casawrapper.shell.shell import ZMQInteractiveShell
from casawrapper.util.imports import when_imported


def install(app: IPKernelApp, kernel: IPythonKernel) -> None:
    """Put the modules in place; the real ones can no longer be imported."""
    app.kernel = kernel
    app.connection_file = host.settings["connection_file"]
    app.connection_dir = os.path.dirname(app.connection_file)
    _provide("kernelapp", IPKernelApp)
    _provide("zmqshell", ZMQInteractiveShell, ZMQDisplayPublisher, KernelMagics)
    _provide("displayhook", ZMQShellDisplayHook)
    for name in ("comm", "comm.comm", "comm.manager"):
        vars(_provide(name))["__getattr__"] = lambda name: _of_comm(kernel, name)
    # click keeps colours, and astropy its progress bars, if the stream is ipykernel's.
    streams.HostStream.__module__ = "ipykernel.iostream"
    when_imported("ipykernel.iostream", lambda module: setattr(module, "OutStream", streams.HostStream))
    when_imported("ipykernel", _bind)
    # Its kernels are for whoever derives one from them; but they are asked, too, whether one runs (solara).
    IPythonKernel.__module__ = "ipykernel.ipkernel"
    when_imported("ipykernel.kernelbase", lambda module: setattr(module.Kernel, "_instance", kernel))


def _of_comm(kernel: Any, name: str) -> Any:
    # Only when asked for, since not every notebook needs the package comm, and not every Python has it.
    if name not in ("Comm", "BaseComm", "CommManager") or kernel.comm_manager is None:
        raise AttributeError(name)
    import comm

    return _the(kernel.comm_manager) if name == "CommManager" else comm.create_comm


def _the(manager: Any) -> type:
    """A class whose only instance is this one."""
    return type("CommManager", (type(manager),), {"__new__": lambda cls, *args, **options: manager})


def _provide(name: str, *classes: type) -> ModuleType:
    module = ModuleType(f"ipykernel.{name}", "Stands in for ipykernel's module in this kernel.")
    module.__spec__ = ModuleSpec(module.__name__, None)
    for one in classes:
        # Libraries tell by it what they run in (plotly).
        one.__module__ = module.__name__
        setattr(module, one.__name__, one)
    sys.modules[module.__name__] = module
    return module


def _bind(package: ModuleType) -> None:
    """What importing a submodule does: the package gets it as an attribute."""
    for name in ("kernelapp", "zmqshell", "displayhook", "comm"):
        if module := sys.modules.get(f"ipykernel.{name}"):
            setattr(package, name, module)
