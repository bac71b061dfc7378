"""CASA in a notebook: quiet imports, pictures under the cell, the names of the CASA prompt.

Nothing here imports CASA or matplotlib before the user's code does; `install` only leaves hooks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

# workspace notes in which folder the kernel is started.
from casawrapper.casa import hooks  # noqa: F401
from casawrapper.casa.core import files  # noqa: F401
from casawrapper.casa.core.errors import CasaSetupError
from casawrapper.casa.log import channel  # noqa: F401
from casawrapper.casa.log import file as logfiles
from casawrapper.casa.log.channel import Host
from casawrapper.casa.log.location import current_logfile
from casawrapper.casa.prompt import Prompt
from casawrapper.casa.setup import environment, namespace, openmp, startup_file  # noqa: F401
from casawrapper.casa.setup.namespace import casa_names, provide
from casawrapper.casa.setup.options import Options

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["CasaSetupError", "Options", "casa_names", "catch_up", "current_logfile", "description", "install", "provide"]


def description(name: str, user_ns: dict[str, Any]) -> str | None:
    """What Shift-Tab shows of a name of CASA's that is not loaded yet; None for all other names."""
    from casawrapper.casa import keyboard

    return keyboard.description(name, user_ns)


def catch_up() -> None:
    """Do what the last answer at the keyboard has put off, now that it has been given."""
    from casawrapper.casa.data import selection

    selection.catch_up()


def install(shell: InteractiveShell, logfile: str, log: Host = channel.no_host, options: Options = Options()) -> None:
    """Make `shell` ready for CASA, whose log goes to `logfile`; call it once, before the first cell.

    `log` is whoever shows the log.
    """
    # Here, because doctor must work in a Python that lacks IPython.
    from casawrapper.casa import keyboard
    from casawrapper.casa.calls.arguments import explain_unknown
    from casawrapper.casa.core import tracebacks
    from casawrapper.casa.display import answers, figures
    from casawrapper.casa.log import magic
    from casawrapper.casa.prompt.rewriting import VerbFinder
    from casawrapper.casa.setup import removed_tasks
    from casawrapper.casa.tasks.plotms import prestart

    openmp.limit()
    environment.install(logfile, options)
    channel.install(log)
    logfiles.install()
    magic.install(shell)
    hooks.install()
    tracebacks.install(shell, explain_unknown)
    answers.install(shell)
    figures.install(shell)
    prompt = Prompt(shell.user_ns, provide)
    namespace.install(shell, prompt.verbs())
    shell.input_transformer_manager.token_transformers.append(VerbFinder(shell, prompt))
    keyboard.install(shell, prompt)
    prestart.install(shell)
    removed_tasks.install(shell)
    startup_file.install(shell, provide, options.config_path())
