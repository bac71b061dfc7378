"""Names that CASA has no more: after the NameError, one sentence says what does the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from casawrapper.casa import catalog
from casawrapper.util.messages import notice

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

# Of CASA 5.
_INSTEAD = {
    "clean": "tclean makes and cleans images",
    "plotcal": "plotms(vis='my.cal') draws calibration tables",
    "plotuv": "plotms(vis='my.ms', xaxis='u', yaxis='v') draws the uv coverage",
    "plotxy": "plotms draws visibilities",
    "tflagdata": "flagdata flags, with the same modes",
}


def install(shell: InteractiveShell) -> None:
    """Look at how each cell of `shell` has ended."""
    shell.events.register("post_run_cell", _look)


def _look(result: Any) -> None:
    error = getattr(result, "error_in_exec", None)
    # An UnboundLocalError is a NameError too, of the user's own name.
    if type(error) is NameError and error.name in _INSTEAD and catalog.task_names():
        notice(f"This CASA has no {error.name}: {_INSTEAD[error.name]}.")
