"""Run our code around the first import of a module, however the user's code comes to import it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from casawrapper.util import import_steps
from casawrapper.util.interrupts import protected
from casawrapper.util.messages import notice

if TYPE_CHECKING:
    from importlib.abc import Loader
    from importlib.machinery import ModuleSpec

Callback = Callable[[ModuleType], None]
ContextFactory = Callable[[], AbstractContextManager[Any]]

_lock = threading.RLock()
_callbacks: dict[str, list[Callback]] = {}
_contexts: dict[str, list[ContextFactory]] = {}
_loading: dict[str, list[ContextFactory]] = {}


def when_imported(name: str, callback: Callback) -> None:
    """Call `callback(module)` once module `name` has been executed, or now if it already is.

    Parameters
    ----------
    name
        The absolute name; nothing is imported for its sake.
    callback
        Is called on the thread that imports, or at once on this one. If it raises, the user is told that the module
        is used as it is.
    """
    with _lock:
        _watch()
        _callbacks.setdefault(name, []).append(callback)
        module = sys.modules.get(name)
    if module is not None:
        _call(callback, module)


def while_importing(name: str, context: ContextFactory) -> None:
    """Execute module `name` inside `context()`, for instance to translate what it raises.

    Parameters
    ----------
    name
        The absolute name. A module that is there already is not executed again.
    context
        Makes a context manager, which sees what the module raises and may raise something else.
    """
    with _lock:
        _watch()
        _contexts.setdefault(name, []).append(context)


def while_loading(package: str, context: ContextFactory) -> None:
    """Load the library of each extension module that lies in `package` inside `context()`.

    Parameters
    ----------
    package
        The absolute name of the package right above the extension modules.
    context
        Makes a context manager for each of them.
    """
    with _lock:
        _watch()
        _loading.setdefault(package, []).append(context)


def _watch() -> None:
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def _call(callback: Callback, module: ModuleType) -> None:
    # An adaptation that fails must not take the import away from the user.
    try:
        callback(module)
    except Exception as error:
        notice(f"{module.__name__} is used as it is, because its adaptation failed: {error!r}")


class _Finder:
    """Finds nothing itself: it wraps the loader that the other finders give for a watched module.

    Not of the abstract class, whose import alone takes a tenth of the kernel's start.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        is_watched = fullname in _callbacks or fullname in _contexts or fullname.rpartition(".")[0] in _loading
        if not is_watched and not import_steps.is_wanted(fullname):
            return None
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(fullname, path, target)
            if spec is not None:
                if hasattr(spec.loader, "exec_module"):
                    spec.loader = cast("Loader", _Loader(spec.loader))
                return spec
        return None


class _Loader:
    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        # runpy, pkgutil and importlib.resources ask the loader for more than Loader promises.
        return getattr(self._inner, name)

    # A library of C++ that runs Python while it is loaded would swallow an interrupt.
    @protected
    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        with ExitStack() as stack:
            for context in _loading.get(spec.parent or "", ()):
                stack.enter_context(context())
            found: ModuleType | None = import_steps.begun(spec.name) or self._inner.create_module(spec)
            return found

    def exec_module(self, module: ModuleType) -> None:
        spec = module.__spec__
        name = spec.name if spec is not None else module.__name__
        # From here on the module must look as if nobody had touched its import.
        module.__loader__ = self._inner
        if spec is not None:
            spec.loader = self._inner
        with ExitStack() as stack:
            for context in _contexts.get(name, ()):
                stack.enter_context(context())
            import_steps.execute(name, module, self._inner)
        for callback in _callbacks.get(name, ()):
            _call(callback, module)
