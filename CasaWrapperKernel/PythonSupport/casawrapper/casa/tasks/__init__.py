"""casatasks in a notebook: each task behind the door, and the table of those that need more."""

from __future__ import annotations

from types import ModuleType

from casawrapper.casa.calls.arguments import check_calls
from casawrapper.casa.calls.pipeline import Adapter, TaskCall, TaskObserver, observers
from casawrapper.casa.tasks import interactive, plotweather, wvrgcal
from casawrapper.casa.tasks.listings import list_in_pages, list_observation
from casawrapper.casa.versions import private_names, private_tasks

__all__ = ["ADAPTERS", "TaskCall", "TaskObserver", "adapt", "observers"]

ADAPTERS: dict[str, Adapter] = {
    "listobs": list_observation,
    "listvis": list_in_pages,
    "listcal": list_in_pages,
    "tclean": interactive.refuse_interactive_clean,
    "deconvolve": interactive.refuse_interactive_clean,
    "sdintimaging": interactive.refuse_interactive_clean,
    "flagdata": interactive.flag_without_display,
    "plotbandpass": interactive.plot_bandpass,
    "plotweather": plotweather.plot,
    "wvrgcal": wvrgcal.calibrate,
    "simanalyze": interactive.analyze_simulation,
    **{name: interactive.draw(name) for name in (
        "plotants", "plotprofilemap", "flagcmd", "simobserve", "simalma")},
}


def adapt(package: ModuleType) -> None:
    """Put every task of casatasks behind the door."""
    for name, task in private_names.tasks(package).items():
        private_tasks.guard_task(task, name, ADAPTERS.get(name))
        check_calls(type(task), name)
    private_tasks.let_arrays_be_numbers()
    private_tasks.give_simanalyze_tools()
