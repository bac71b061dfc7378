"""CASA in a notebook: quiet imports, pictures under the cell, the names of the CASA prompt.

Nothing here imports CASA or matplotlib before the user's code does; `install` only leaves hooks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

# workspace notes in which folder the kernel is started.
from . import environment, hooks, logdoor, names, startup, threads, workspace  # noqa: F401
from . import logfile as logfiles
from .environment import CasaSetupError, current_logfile
from .logdoor import Host
from .names import casa_names, provide
from .options import Options
from .prompt import Prompt

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["CasaSetupError", "Options", "casa_names", "catch_up", "current_logfile", "description", "install", "provide"]


def description(name: str, user_ns: dict[str, Any]) -> str | None:
    """What Shift-Tab shows of a name of CASA's that is not loaded yet; None for all other names."""
    from . import keyboard

    return keyboard.description(name, user_ns)


def catch_up() -> None:
    """Do what the last answer at the keyboard has put off, now that it has been given."""
    from . import selection

    selection.catch_up()


def install(shell: InteractiveShell, logfile: str, log: Host = logdoor.no_host, options: Options = Options()) -> None:
    """Make `shell` ready for CASA, whose log goes to `logfile`; call it once, before the first cell.

    `log` is whoever shows the log.
    """
    # Here, because doctor must work in a Python that lacks IPython.
    from . import failures, former, keyboard, logmagic, prestart
    from .verbs import VerbFinder

    threads.limit()
    environment.install(logfile, options)
    logdoor.install(log)
    logfiles.install()
    logmagic.install(shell)
    hooks.install()
    failures.install(shell)
    prompt = Prompt(shell.user_ns, provide)
    names.install(shell, prompt.verbs())
    shell.input_transformer_manager.token_transformers.append(VerbFinder(shell, prompt))
    keyboard.install(shell, prompt)
    prestart.install(shell)
    former.install(shell)
    startup.install(shell, provide, options.config_path())
