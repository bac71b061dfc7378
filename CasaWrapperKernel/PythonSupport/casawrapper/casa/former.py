"""Names of CASA that are not there: after the NameError, one sentence says what does the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import catalog
from .notices import notice

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

# Of CASA 5, and windows that are of no use here.
_INSTEAD = {
    "clean": "tclean makes and cleans images",
    "plotcal": "plotms(vis='my.cal') draws calibration tables",
    "plotuv": "plotms(vis='my.ms', xaxis='u', yaxis='v') draws the uv coverage",
    "plotxy": "plotms draws visibilities",
    "tflagdata": "flagdata flags, with the same modes",
    "browsetable": "casawrapper.table('my.ms') shows a table under the cell",
    "casafeather": "the task feather combines the same images",
    "casalogger": "Show log under each cell and %casalog show the log",
}


def install(shell: InteractiveShell) -> None:
    """Look at how each cell of `shell` has ended."""
    shell.events.register("post_run_cell", _look)


def _look(result: Any) -> None:
    error = getattr(result, "error_in_exec", None)
    # An UnboundLocalError is a NameError too, of the user's own name.
    if type(error) is not NameError or not catalog.task_names():
        return
    packages = {name: package for package, names in catalog.APPLICATIONS.items() for name in names}
    if error.name in _INSTEAD:
        notice(f"This CASA has no {error.name}: {_INSTEAD[error.name]}.")
    elif error.name in packages and not catalog.package_folder(packages[error.name]):
        notice(f"{error.name} comes with the Python package {packages[error.name]}, which is not installed:  "
               f"%pip install {packages[error.name]}")
