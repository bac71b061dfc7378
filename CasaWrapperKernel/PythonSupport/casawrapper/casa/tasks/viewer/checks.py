"""imview's arguments: what the viewer would pass over without a word is said, or made right."""

from __future__ import annotations

import os
from typing import Any

from casawrapper.casa.calls.call import Arguments
from casawrapper.casa.core.nearest import nearest
from casawrapper.casa.tasks.viewer import contact_sheet
from casawrapper.util.messages import notice

_KNOWN = {
    "raster": ("file", "scaling", "range", "colormap", "colorwedge"),
    "contour": ("file", "levels", "unit", "base", "thickness", "color"),
}


def check(arguments: Arguments) -> None:
    """Make imview's `arguments` such as the viewer takes, and complain of what means nothing."""
    for name in _KNOWN:
        arguments[name] = _layer(name, arguments[name])
    arguments["out"] = _out(arguments["out"])
    zoom, raster = arguments["zoom"], arguments["raster"]
    if isinstance(zoom, dict) and isinstance(zoom.get("channel"), int) and isinstance(raster, (str, dict)) and raster:
        contact_sheet.check_channel(raster if isinstance(raster, str) else raster["file"], zoom["channel"])


def _layer(name: str, value: Any) -> Any:
    if isinstance(value, str):
        # The viewer takes nothing but str itself, no path that shows itself in a notebook.
        return os.path.expanduser(str(value))
    if isinstance(value, list):
        return [_layer(name, one) for one in value]
    if not isinstance(value, dict) or value and not isinstance(value.get("file"), str):
        raise ValueError(
            f"imview({name}={value!r}) names no image: give {name}='my.image' or "
            f"{name}={{'file': 'my.image'}}, or a list of these."
        )
    for key in value.keys() - set(_KNOWN[name]):
        meant = nearest(str(key), _KNOWN[name])
        notice(
            f"imview does not know {key!r} in {name}"
            + (f": do you mean {meant!r}?" if meant else f"; it takes {', '.join(_KNOWN[name])}.")
        )
    return {**value, "file": os.path.expanduser(str(value["file"]))} if value else value


def _out(value: Any) -> Any:
    if isinstance(value, str):
        return os.path.expanduser(str(value))
    if isinstance(value, dict) and (not value or isinstance(value.get("file"), str)):
        return {**value, "file": os.path.expanduser(str(value["file"]))} if value else value
    raise ValueError(f"imview(out={value!r}) names no file: give out='x.png' or out={{'file': 'x.png'}}.")
