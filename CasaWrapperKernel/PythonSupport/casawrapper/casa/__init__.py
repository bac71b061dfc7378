"""CASA in a notebook: quiet imports, pictures under the cell, the names of the CASA prompt.

Nothing here imports CASA or matplotlib before the user's code does; `install` only leaves hooks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import environment, hooks, logdoor, names, startup, threads
from . import logfile as logfiles
from .environment import CasaSetupError, current_logfile
from .logdoor import Host
from .names import casa_names, provide
from .options import Options
from .prompt import Prompt

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["CasaSetupError", "Options", "casa_names", "current_logfile", "install", "provide"]


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
