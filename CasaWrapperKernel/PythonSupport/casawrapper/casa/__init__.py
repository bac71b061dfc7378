"""CASA in a notebook (quiet imports, pictures under the cell, the names of the CASA prompt), as the kernel sees it."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

# Notes in which folder the kernel is started.
from casawrapper.casa.core import files  # noqa: F401
from casawrapper.casa.core.errors import CasaSetupError
from casawrapper.casa.display.sink import Place
from casawrapper.casa.log import channel
from casawrapper.casa.log.channel import Host
from casawrapper.casa.log.location import current_logfile
from casawrapper.casa.recompute.engine import Engine, no_engine
from casawrapper.casa.setup import early_import
from casawrapper.casa.setup.namespace import casa_names, provide
from casawrapper.casa.setup.options import Options

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = [
    "CasaSetupError",
    "Options",
    "casa_names",
    "current_logfile",
    "description",
    "in_text",
    "install",
    "is_awaited",
    "provide",
    "step",
]


def install(
    shell: InteractiveShell,
    logfile: str,
    log: Host = channel.no_host,
    options: Options = Options(),
    engine: Engine = no_engine,
    in_place: Place = nullcontext,
) -> None:
    """Make `shell` ready for CASA, whose log goes to `logfile`; see `casa/composition.py`."""
    from casawrapper.casa.composition import install as compose

    compose(shell, logfile, log, options, engine, in_place)


def description(name: str, user_ns: dict[str, Any]) -> str | None:
    """What Shift-Tab shows of a name of CASA's that is not loaded yet; None for all other names."""
    from casawrapper.casa import keyboard

    return keyboard.description(name, user_ns)


def in_text(head: str) -> bool:
    """Whether the end of the code is inside of a text."""
    from casawrapper.casa.keyboard import call_site

    return call_site.in_text(head)


def is_awaited() -> bool:
    """Whether the next question at the keyboard waits for what `step` does."""
    from casawrapper.casa.data import selection

    if selection.take_question():
        early_import.ask("casatools")
    return early_import.is_awaited()


def step() -> bool:
    """Import a little of CASA, for a time in which nobody waits for anything; whether there is more to do."""
    return early_import.step()
