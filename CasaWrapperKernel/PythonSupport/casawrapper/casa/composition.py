"""The composition root of CASA in a notebook: what is done to the shell, and to each package of CASA once it is there.

Nothing here imports CASA or matplotlib before the user's code does; `install` only leaves hooks.
"""

from __future__ import annotations

import pkgutil
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING

from casawrapper.casa.display import sink
from casawrapper.casa.log import channel
from casawrapper.casa.log import file as log_file
from casawrapper.casa.prompt import Prompt
from casawrapper.casa.recompute.engine import Engine
from casawrapper.casa.setup import early_import, environment, library_gate, namespace, openmp, startup_file
from casawrapper.casa.setup.options import Options
from casawrapper.casa.versions import private_names
from casawrapper.util.imports import when_imported, while_importing

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

HOOKS = (
    ("casatools", "casawrapper.casa.setup.close_registry:adapt"),
    ("casatools", "casawrapper.casa.tasks.window_programs:adapt_table"),
    ("casatools", "casawrapper.casa.tasks.tools:adapt"),
    ("casatasks", "casawrapper.casa.tasks.table:adapt_tasks"),
    ("casaplotms", "casawrapper.casa.tasks.table:adapt_plotms"),
    ("casaviewer", "casawrapper.casa.tasks.table:adapt_viewer"),
    ("casalogger", "casawrapper.casa.tasks.window_programs:adapt"),
    ("casatablebrowser", "casawrapper.casa.tasks.window_programs:adapt"),
    ("casafeather", "casawrapper.casa.tasks.window_programs:adapt"),
)
"""A package of CASA, and the function that adapts it as soon as it is imported; ours are imported no earlier."""


def install(
    shell: InteractiveShell,
    logfile: str,
    log: channel.Host,
    options: Options,
    engine: Engine,
    in_place: sink.Place,
) -> None:
    """Make `shell` ready for CASA; call it once, before the first cell.

    Parameters
    ----------
    shell
        The shell in which cells will run.
    logfile
        The file to which CASA logs, unless its configuration names another one.
    log
        Whoever shows the log.
    options
        CASA's own start-up options.
    engine
        Whoever keeps what calls make.
    in_place
        Around what is shown, so that it goes where the user sees it.
    """
    # Here, because doctor must work in a Python that lacks IPython.
    from casawrapper.casa import keyboard
    from casawrapper.casa.calls.arguments import explain_unknown
    from casawrapper.casa.core import tracebacks
    from casawrapper.casa.display import answers, figures
    from casawrapper.casa.log import magic
    from casawrapper.casa.prompt.rewriting import VerbFinder
    from casawrapper.casa.recompute import control
    from casawrapper.casa.setup import removed_tasks
    from casawrapper.casa.tasks.plotms import prestart

    openmp.limit()
    while_importing("casatools", openmp.sleeping_threads)
    library_gate.install()
    environment.install(logfile, options)
    channel.install(log)
    sink.install(in_place)
    log_file.install()
    leave_hooks()
    magic.install(shell)
    control.install(shell, engine)
    tracebacks.install(shell, explain_unknown)
    answers.install(shell)
    figures.install(shell)
    prompt = Prompt(shell.user_ns, namespace.provide)
    namespace.install(shell, prompt, options.argv())
    shell.input_transformer_manager.token_transformers.append(VerbFinder(shell, prompt))
    keyboard.install(shell, prompt)
    prestart.install(shell)
    removed_tasks.install(shell)
    early_import.install(shell, namespace.prepare)
    startup_file.install(shell, namespace.provide, options.config_path())


def leave_hooks() -> None:
    """Leave what is to be done to each package of CASA."""
    for package in ("casatools", "casatasks", "casaplotms", "casaviewer"):
        when_imported(package, private_names.announce)
    for package, function in HOOKS:
        when_imported(package, partial(_adapt, function))


def _adapt(function: str, module: ModuleType) -> None:
    pkgutil.resolve_name(function)(module)
