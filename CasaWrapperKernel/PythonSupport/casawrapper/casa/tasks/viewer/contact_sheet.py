"""Several channels of a cube side by side, in one scale of colours."""

from __future__ import annotations

import math
import os
from typing import Any

from casawrapper.casa.data import summary
from casawrapper.casa.data.image import SkyImage
from casawrapper.casa.data.planes import SkyPlanes
from casawrapper.util.messages import notice

_MOST_PANELS = 64
_MOST_PIXELS = 256
_WIDTH_INCHES = 9.0
_DOTS = 110
# The viewer's names of colour maps, without their numbers, and what matplotlib has that looks like them.
_COLOURS = {"Greyscale": "gray", "Hot Metal": "afmhot", "Hot Blue": "bone", "Rainbow": "rainbow"}
_FORM = "zoom={'channel': '5~20'}, or a list such as [5, 7, 9]"


def wanted(zoom: Any) -> bool:
    """Whether imview's `zoom` asks for more than one channel."""
    channel = zoom.get("channel") if isinstance(zoom, dict) else None
    return isinstance(channel, (list, tuple, range, str))


def draw(raster: Any, zoom: dict[str, Any]) -> tuple[Any, str]:
    """The figure of the channels that `zoom` names of the image that `raster` names, and what it shows."""
    options = raster if isinstance(raster, dict) else {"file": raster}
    if not isinstance(options.get("file"), str):
        raise ValueError("Several channels can be shown of one image: give raster='my.image'.")
    with SkyImage(options["file"]).opened() as image:
        planes = SkyPlanes(image, _MOST_PIXELS)
        if not planes.sides:
            raise ValueError(f"{options['file']} has no two axes of more than one pixel.")
        channels = _channels(zoom["channel"], planes.channels)
        pictures = [planes.read(channel) for channel in channels]
        titles = [planes.label(channel) for channel in channels]
        figure = _sheet(image, planes, pictures, channels, titles, options, zoom)
    name = os.path.basename(os.path.normpath(options["file"]))
    return figure, (
        f"imview: channels {channels[0]} to {channels[-1]} of {name} "
        f"({titles[0]} to {titles[-1]}), in {len(channels)} panels"
    )


def check_channel(file: str, channel: int) -> None:
    """Complain of a channel that an image does not have: the viewer would show another."""
    with SkyImage(file).opened() as image:
        available = SkyPlanes(image, _MOST_PIXELS).channels
    if channel >= available:
        raise ValueError(f"channel={channel}: this image has the channels 0 to {available - 1}.")


def _channels(asked: Any, available: int) -> list[int]:
    try:
        if isinstance(asked, str):
            first, _, last = asked.partition("~")
            chosen = list(range(int(first), int(last or first) + 1))
        else:
            chosen = [int(channel) for channel in asked]
    except ValueError:
        chosen = []
    if not chosen or not all(0 <= channel < available for channel in chosen):
        raise ValueError(f"channel={asked!r}: this image has the channels 0 to {available - 1}; give {_FORM}.")
    step = math.ceil(len(chosen) / _MOST_PANELS)
    if step > 1:
        notice(f"{len(chosen)} channels are too many for one sheet: it shows one in {step}.")
    return chosen[::step]


def _sheet(
    image: Any,
    planes: SkyPlanes,
    pictures: list[Any],
    channels: list[int],
    titles: list[str],
    options: dict[str, Any],
    zoom: dict[str, Any],
) -> Any:
    from mpl_toolkits.axes_grid1 import ImageGrid
    from numpy import ma, percentile

    good = ma.concatenate([picture.ravel() for picture in pictures]).compressed()
    if not good.size:
        raise ValueError(f"These channels of {options['file']} hold no good pixel.")
    low, high = options.get("range") or percentile(good, (0.5, 99.9))
    least = math.ceil(math.sqrt(1.4 * len(pictures)))
    columns = min((least, least + 1), key=lambda number: -len(pictures) % number)
    rows = math.ceil(len(pictures) / columns)
    figure = summary.figure((_WIDTH_INCHES, _WIDTH_INCHES * rows / columns), _DOTS, None)
    # Unlike subplots, it packs panels whose sides have a fixed ratio.
    grid = ImageGrid(
        figure,
        111,
        (rows, columns),
        axes_pad=0.05,
        share_all=True,
        label_mode="L",
        aspect=planes.is_sky,
        cbar_mode="single",
        cbar_size=0.15,
        cbar_pad=0.08,
    )
    for axes, picture, channel, title in zip(grid, pictures, channels, titles, strict=False):
        shown = planes.show(
            axes, picture, vmin=low, vmax=high, interpolation="nearest", cmap=_colours(options.get("colormap", ""))
        )
        axes.text(
            0.05,
            0.95,
            title or f"channel {channel}",
            transform=axes.transAxes,
            va="top",
            fontsize=8,
            bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1.5},
        )
        axes.tick_params(labelsize=7, direction="in", color="white")
    for number in range(len(pictures), len(grid)):
        grid[number].set_visible(False)
        grid[number - columns].axis["bottom"].toggle(ticklabels=True)
    _crop(grid[0], planes, zoom)
    for axes, channel in list(zip(grid, channels, strict=False))[: None if planes.beams.differ else 1]:
        planes.draw_beam(axes, channel)
    corner = grid[(rows - 1) * columns]
    corner.set_xlabel(planes.sides[0].label, fontsize=8)
    corner.set_ylabel(planes.sides[1].label, fontsize=8)
    scale = grid.cbar_axes[0].colorbar(shown)
    scale.set_label(image.brightnessunit(), fontsize=8)
    scale.ax.tick_params(labelsize=7)
    return figure


def _crop(axes: Any, planes: SkyPlanes, zoom: dict[str, Any]) -> None:
    """Show the box of `zoom` only; all panels share their limits."""
    if not {"blc", "trc"} <= zoom.keys():
        return
    limits = [
        [
            side.edges[0] + (corner + half) / side.pixels * (side.edges[1] - side.edges[0])
            for corner, half in ((zoom["blc"][axis], 0), (zoom["trc"][axis], 1))
        ]
        for axis, side in enumerate(planes.sides)
    ]
    axes.set(xlim=limits[0], ylim=limits[1])


def _colours(name: str) -> str:
    from matplotlib import colormaps

    kind = name.rstrip("0123456789 ")
    return name if name in colormaps else _COLOURS.get(kind, "viridis")
