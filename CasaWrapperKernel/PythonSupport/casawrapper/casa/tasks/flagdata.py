"""flagdata: its display waits for clicks in a window."""

from __future__ import annotations

from typing import Any

from casawrapper.casa.calls.call import Arguments, Run
from casawrapper.util.messages import notice


def flag_without_display(arguments: Arguments, run: Run) -> Any:
    """Run flagdata with display=''."""
    if arguments.get("display"):
        notice(
            f"flagdata(display='{arguments['display']}') needs a window, so it runs with display=''; "
            "mode='summary' returns the report."
        )
        arguments["display"] = ""
    return run(arguments)
