"""CASA's programs that are nothing but a window: replaced, or said to be of no use here."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from casawrapper.casa.display.sink import show_object
from casawrapper.casa.log import channel
from casawrapper.util.alike import alike
from casawrapper.util.messages import notice


def browsetable(tablename: str | None = None, *args: object, **kwargs: object) -> None:
    """Show a table under the cell instead of in the table browser."""
    from casawrapper.casa.data.table import TablePath

    if tablename:
        show_object(TablePath(tablename))
    else:
        notice("browsetable has nothing to show: give it tablename='my.ms' (there is no window in a notebook).")


def adapt_table(package: ModuleType) -> None:
    """The same for the table tool."""

    def browse(tool: Any) -> bool:
        from casawrapper.casa.data.table import TablePath

        # A table that is only in memory has no path; TablePath says so.
        show_object(TablePath(tool.name()))
        return True

    package.table.browse = alike(package.table.browse, browse)


def casafeather(*args: object, **kwargs: object) -> None:
    """Name the task that does the same."""
    notice(
        "casafeather is a window, which a notebook cannot show: the task feather(imagename=..., "
        "highres=..., lowres=..., sdfactor=...) combines the same images."
    )


def casalogger(*args: object, **kwargs: object) -> None:
    """Show the log of the session under the cell instead of in casalogger's window."""
    from casatasks import casalog

    channel.show("session", f"The log window cannot be shown here; the log is in {casalog.logfile()}")


# By the name of the package whose function they replace; they work without it, too.
REPLACEMENTS: dict[str, Any] = {"casatablebrowser": browsetable, "casafeather": casafeather, "casalogger": casalogger}


def adapt(package: ModuleType) -> None:
    """Replace the package's function."""
    ours = REPLACEMENTS[package.__name__]
    name = ours.__name__
    setattr(package, name, alike(getattr(package, name), ours))
