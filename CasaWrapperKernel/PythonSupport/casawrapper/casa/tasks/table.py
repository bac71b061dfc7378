"""What becomes of each task of CASA's: the one table, and the stages that every call passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

from casawrapper.casa.calls import files, notices
from casawrapper.casa.calls.arguments import CheckedArguments
from casawrapper.casa.calls.call import Adapter
from casawrapper.casa.calls.pipeline import Pipeline
from casawrapper.casa.calls.turns import turns
from casawrapper.casa.display import answers
from casawrapper.casa.log import stages
from casawrapper.casa.recompute.stage import recompute
from casawrapper.casa.tasks import clean, flagdata, listings, matplotlib_tasks, plotbandpass, plotweather, wvrgcal
from casawrapper.casa.tasks.plotms import task as plotms
from casawrapper.casa.tasks.viewer import task as viewer
from casawrapper.casa.versions import private_names, private_shell, private_tasks
from casawrapper.util.imports import when_imported


@dataclass(frozen=True)
class TaskSpec:
    """What this package does for a task beyond what it does for all."""

    adapter: Adapter | None = None
    """Runs a call of the user's in the place of CASA's function."""
    stateful: bool = False
    """Whether a call depends on those before it, beyond the files that it reads."""


_DRAWS = ("plotants", "plotprofilemap", "flagcmd", "simobserve", "simalma")

TASKS: dict[str, TaskSpec] = {
    "listobs": TaskSpec(listings.list_observation),
    "listvis": TaskSpec(listings.list_in_pages),
    "listcal": TaskSpec(listings.list_in_pages),
    "tclean": TaskSpec(clean.refuse_interactive("tclean")),
    "deconvolve": TaskSpec(clean.refuse_interactive("deconvolve")),
    "sdintimaging": TaskSpec(clean.refuse_interactive("sdintimaging")),
    "flagdata": TaskSpec(flagdata.flag_without_display),
    "plotbandpass": TaskSpec(plotbandpass.plot),
    "plotweather": TaskSpec(plotweather.plot),
    "wvrgcal": TaskSpec(wvrgcal.calibrate),
    "simanalyze": TaskSpec(matplotlib_tasks.analyze_simulation),
    **{name: TaskSpec(matplotlib_tasks.draw(name)) for name in _DRAWS},
    "plotms": TaskSpec(plotms.plot, stateful=True),
    "imview": TaskSpec(viewer.view_image),
    "msview": TaskSpec(viewer.view_visibilities),
}

PIPELINE = Pipeline(
    turns.stage,
    stages.casas_lines,
    stages.span,
    files.observe,
    notices.remember,
    answers.remember,
    recompute,
)
"""From the call to the task's adapter."""

Guard = Callable[[Any, str, private_tasks.Wrap, private_tasks.Check], None]


def adapt_tasks(casatasks: ModuleType) -> None:
    """Put every task of casatasks, and its twin at the CASA prompt, behind the pipeline."""
    for name, task in private_names.tasks(casatasks).items():
        _guard(private_tasks.guard_task, task, name)
        when_imported(private_shell.twin_module("casatasks", name), partial(_guard_twin, name))
    private_tasks.let_arrays_be_numbers()
    private_tasks.give_simanalyze_tools()


def adapt_plotms(casaplotms: ModuleType) -> None:
    """The same for plotms, which also starts its program our way."""
    _guard(private_tasks.guard_task, casaplotms.plotms, "plotms")
    when_imported(private_shell.twin_module("casaplotms", "plotms"), partial(_guard_twin, "plotms"))
    plotms.adapt_program()


def adapt_viewer(casaviewer: ModuleType) -> None:
    """The same for the viewer, whose twins come to the same functions."""
    for name in ("imview", "msview"):
        _guard(private_tasks.guard_viewer, getattr(casaviewer, name), name)
    viewer.adapt_program()


def _guard_twin(name: str, module: ModuleType) -> None:
    _guard(private_tasks.guard_twin, module, name)


def _guard(guard: Guard, task: Any, name: str) -> None:
    spec = TASKS.get(name, TaskSpec())
    guard(task, name, partial(_wrapped, spec.adapter), CheckedArguments)


def _wrapped(adapter: Adapter | None, name: str, function: Callable[..., Any], parameters: list[str]) -> Any:
    return PIPELINE.guard(name, function, parameters, adapter)
