"""The private names of CASA's shell in use: see private_names.py."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, NoReturn

from casawrapper.casa.core.errors import CasaSetupError
from casawrapper.casa.versions.private_names import FRAMES, HELP, SHELL, TWIN, TWIN_CALL, Names, mention, require


def twin(task: object, name: str) -> Any:
    """A new object of casashell's for a task: it has inp, tget, tput, and runs with the user's variables."""
    # The object's module looks for this local variable in the frames that import it.
    casa_inp_go_state = {"last": None}  # noqa: F841
    package = type(task).__module__.partition(".")[0]
    found = _from_shell(twin_module(package, name), f"inp and go of {name}")
    for names in (FRAMES, Names(found.__name__, TWIN.names, TWIN.feature)):
        require(names)
    mention(TWIN_CALL)
    # Each keeps for ever where it has found variables the first time.
    return type(getattr(found, name))()


def twin_module(package: str, name: str) -> str:
    """The name of the module in which casashell has its object for a task of `package`."""
    return f"{SHELL if package == 'casatasks' else f'{package}.gotasks'}.{name}"


def help_lists() -> ModuleType:
    """casashell's module with taskhelp and toolhelp."""
    found = _from_shell(HELP.module, HELP.feature)
    require(HELP)
    return found


def _from_shell(module: str, feature: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise CasaSetupError(
            f"{feature} come from the Python package casashell of CASA's release, "
            f"which has no {error.name} here:  %pip install casashell"
        ) from error


@contextmanager
def no_last_file(twin: object) -> Iterator[None]:
    """Let casashell's object for a task write none of its files for the time of a call."""

    def refuse(*_: object) -> NoReturn:
        # CASA passes over a folder that it may not write to.
        raise PermissionError

    module = sys.modules[type(twin).__module__]
    module.open = refuse  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del module.open
