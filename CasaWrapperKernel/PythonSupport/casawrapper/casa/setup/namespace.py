"""The names of the CASA prompt in the user's namespace, from the first cell that uses one of them."""

from __future__ import annotations

import builtins
import importlib
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any, NoReturn

from casawrapper.casa import catalog
from casawrapper.casa.catalog import casa_names
from casawrapper.casa.core.errors import CasaSetupError, cannot_be_imported, not_installed
from casawrapper.casa.prompt.without_arguments import at_prompt
from casawrapper.casa.setup import early_import
from casawrapper.casa.setup.free_names import names_used
from casawrapper.casa.setup.options import CONFIG
from casawrapper.casa.versions.private_names import OLD_CONFIG, SHELL_MARK

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from casawrapper.casa.prompt import Prompt

__all__ = ["casa_names", "install", "provide"]

_hidden: dict[str, Any] = {}
_verbs: dict[str, Any] = {}
_provided: dict[str, Any] = {}
_unavailable: set[str] = set()
_run: Callable[[Any], Any]
_WORD = re.compile(r"[A-Za-z_]\w*")


def install(shell: InteractiveShell, prompt: Prompt, argv: list[str]) -> None:
    """Remember the prompt's verbs and the options, and where `shell` keeps the names that %who does not list."""
    global _hidden, _run
    _hidden = shell.user_ns_hidden
    _run = prompt.run
    _verbs.update(prompt.verbs(), argv=argv)
    # %run makes a script's namespace with this.
    shell.new_main_mod = partial(_module_with_names, shell.new_main_mod)


def _module_with_names(make: Callable[[str, str], ModuleType], filename: str, modname: str) -> ModuleType:
    """The module that `make` makes for a script, with the CASA names that the script uses."""
    module = make(filename, modname)
    with suppress(OSError, UnicodeDecodeError), open(filename, encoding="utf-8") as file:
        provide(file.read(), vars(module))
    return module


def provide(code: str, user_ns: dict[str, Any]) -> None:
    """Give the cell `code` the CASA names if it uses one that nobody has defined.

    All of them then appear in `user_ns`, where they replace nothing. Never raises: if CASA is
    installed but cannot be imported, the names raise the reason when the cell comes to use them.
    """
    while _unavailable:
        name = _unavailable.pop()
        if isinstance(user_ns.get(name), Unavailable):
            del user_ns[name]
    # Most cells name nothing of CASA's, and a look at their words is much quicker than at their syntax.
    named = casa_names() & set(_WORD.findall(code))
    missing = {name for name in named if name not in user_ns and not hasattr(builtins, name)}
    wanted = missing & names_used(code) if missing else missing
    if not wanted:
        return
    early_import.tell()
    try:
        values = _values()
    except Exception as error:
        values = {name: Unavailable(error) for name in wanted}
    user_ns.setdefault(SHELL_MARK, {})
    for name, value in values.items():
        if name not in user_ns:
            user_ns[name] = value
            _hidden[name] = value
            if isinstance(value, Unavailable):
                _unavailable.add(name)


def _values() -> dict[str, Any]:
    if _provided:
        return _provided
    found = _verbs | _import_all()
    # What is missing may have been installed when it is next asked for.
    if not any(isinstance(value, Unavailable) for value in found.values()):
        _provided.update(found)
    return found


def prepare() -> None:
    """Have the names ready for the first cell that uses one. Raises what CASA's import raises."""
    _values()


def _import_all() -> dict[str, Any]:
    importlib.invalidate_caches()
    casatools = importlib.import_module("casatools")
    values: dict[str, Any] = {
        "casatools": casatools,
        "ctsys": casatools.ctsys,
        **_tasks(),
        catalog.WRAPPER: importlib.import_module(catalog.WRAPPER),
    }
    for name, tool in catalog.constructors().items():
        if hasattr(casatools, tool):
            values[name] = getattr(casatools, tool)
    for name, tool in catalog.tools().items():
        if hasattr(casatools, tool):
            values[name] = getattr(casatools, tool)()
    for package, attributes in catalog.APPLICATIONS.items():
        values.update(_from_application(package, attributes))
    values["config"] = sys.modules.get(CONFIG) or sys.modules.get(OLD_CONFIG)
    tasks = {name for name in values if catalog.original_name(name)}
    return values | {name: at_prompt(values[name], _run) for name in tasks}


def _tasks() -> dict[str, Any]:
    if catalog.package_folder("casatasks") is None:
        names = ("casatasks", *catalog.task_names())
        return dict.fromkeys(names, Unavailable(CasaSetupError(not_installed("casatasks", "CASA's tasks need"))))
    casatasks = importlib.import_module("casatasks")
    found = {name: getattr(casatasks, name) for name in catalog.task_names() if hasattr(casatasks, name)}
    return {"casatasks": casatasks, **found}


def _from_application(package: str, attributes: dict[str, str]) -> dict[str, Any]:
    if catalog.package_folder(package) is None:
        return {name: _without(package, name) for name in attributes}
    # A broken plotting package must not take the tasks away.
    try:
        module = importlib.import_module(package)
        return {name: getattr(module, attribute) for name, attribute in attributes.items()}
    except CasaSetupError as error:
        return {name: Unavailable(error) for name in attributes}
    except Exception as error:
        return {
            name: Unavailable(CasaSetupError(cannot_be_imported(package, name, error)), error) for name in attributes
        }


def _without(package: str, name: str) -> Any:
    from casawrapper.casa.tasks.window_programs import REPLACEMENTS

    missing = CasaSetupError(not_installed(package, f"{name} needs"))
    return REPLACEMENTS.get(package) or Unavailable(missing)


class Unavailable:
    """Stands for a CASA name that could not be imported; every use raises the reason."""

    def __init__(self, reason: Exception, cause: Exception | None = None) -> None:
        self._reason, self._cause = reason, cause

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        self._fail()

    def __getattr__(self, name: str) -> NoReturn:
        # IPython and inspect probe for names with underscores when they only want to look.
        if name.startswith("_"):
            raise AttributeError(name)
        self._fail()

    def _fail(self) -> NoReturn:
        # A new one each time, since an exception keeps the traceback of where it was raised.
        if isinstance(self._reason, CasaSetupError):
            raise CasaSetupError(*self._reason.args) from self._cause
        raise self._reason
