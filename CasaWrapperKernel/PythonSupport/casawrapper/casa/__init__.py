"""CASA in a notebook: quiet imports, pictures under the cell, the names of the CASA prompt.

Nothing here imports CASA or matplotlib before the user's code does; `install` only leaves hooks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

# workspace notes in which folder the kernel is started.
from casawrapper.casa import hooks  # noqa: F401
from casawrapper.casa.core import files  # noqa: F401
from casawrapper.casa.log import channel  # noqa: F401
from casawrapper.casa.log import file as logfiles
from casawrapper.casa.log.channel import Host
from casawrapper.casa.prompt import Prompt
from casawrapper.casa.setup import early_import, environment, namespace, openmp, startup_file  # noqa: F401
from casawrapper.casa.setup.environment import CasaSetupError, current_logfile
from casawrapper.casa.setup.namespace import casa_names, provide
from casawrapper.casa.setup.options import Options
from casawrapper.util.imports import while_importing

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["CasaSetupError", "Options", "casa_names", "current_logfile", "description", "install", "provide", "step"]


def description(name: str, user_ns: dict[str, Any]) -> str | None:
    """What Shift-Tab shows of a name of CASA's that is not loaded yet; None for all other names."""
    from casawrapper.casa import keyboard

    return keyboard.description(name, user_ns)


def step() -> bool:
    """Import a little of CASA, for a time in which nobody waits for anything; whether there is more to do."""
    from casawrapper.casa.data import selection

    if selection.take_question():
        early_import.ask("casatools")
    return early_import.step()


def install(shell: InteractiveShell, logfile: str, log: Host = channel.no_host, options: Options = Options()) -> None:
    """Make `shell` ready for CASA, whose log goes to `logfile`; call it once, before the first cell.

    `log` is whoever shows the log.
    """
    # Here, because doctor must work in a Python that lacks IPython.
    from casawrapper.casa import keyboard
    from casawrapper.casa.core import tracebacks
    from casawrapper.casa.log import magic
    from casawrapper.casa.prompt.rewriting import VerbFinder
    from casawrapper.casa.setup import removed_tasks
    from casawrapper.casa.tasks.plotms import prestart

    openmp.limit()
    while_importing("casatools", openmp.sleeping_threads)
    environment.install(logfile, options)
    channel.install(log)
    logfiles.install()
    magic.install(shell)
    hooks.install()
    tracebacks.install(shell)
    prompt = Prompt(shell.user_ns, provide)
    namespace.install(shell, prompt.verbs())
    shell.input_transformer_manager.token_transformers.append(VerbFinder(shell, prompt))
    keyboard.install(shell, prompt)
    prestart.install(shell)
    removed_tasks.install(shell)
    early_import.install(shell, namespace.prepare)
    startup_file.install(shell, provide, options.config_path())
