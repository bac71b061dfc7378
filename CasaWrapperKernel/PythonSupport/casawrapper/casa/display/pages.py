"""Several pages of one plot as one output that scrolls: the first at full size, the others as thumbnails."""

from __future__ import annotations

import base64
import os
from html import escape
from io import BytesIO

from casawrapper.casa.core.files import is_private, link
from casawrapper.casa.display.sink import show

_AT_FULL_SIZE = 12
_THUMBNAIL_PIXELS = 240
_PAGE_STYLE = "margin:0 0 12px 0"
# The box is white in dark themes too, whose links are of a light colour.
_LINK_STYLE = "color:#0b57a4"
_BOX_STYLE = (
    "max-height:640px;overflow:auto;resize:vertical;border:1px solid #bbb;padding:8px;background:#fff;color:#000"
)


def show_pages(paths: list[str], alt: str, files: list[str]) -> None:
    """Show the pictures `paths` of the pages that are in `files`, with links to those.

    Parameters
    ----------
    paths
        PNG or JPEG files, in the order of the pages. They are embedded, so they need not stay.
    alt
        What there is to see, in words.
    files
        As many: the file that each page is kept in, which may be of another kind than its picture. The titles are what
        their names do not have in common.

    Raises
    ------
    OSError
        A picture cannot be read.
    """
    names = _names(files)
    titles = [f"{number} of {len(paths)}{': ' if name else ''}{name}" for number, name in enumerate(names, 1)]
    pages = list(zip(paths, titles, files, strict=False))
    parts = [_page(alt, *page) for page in pages[:_AT_FULL_SIZE]]
    if len(pages) > _AT_FULL_SIZE:
        hint = "plotfile='...' keeps all as files" if is_private(files[0]) else "each opens its file"
        parts.append(f"<p>{len(pages) - _AT_FULL_SIZE} more pages as thumbnails ({hint}):</p>")
        parts += [_thumbnail(alt, *page) for page in pages[_AT_FULL_SIZE:]]
    html = f"<div style='{_BOX_STYLE}'>{''.join(parts)}</div>"
    show({"text/html": html, "text/plain": "\n".join([f"{alt}, {len(paths)} pages", *titles])})


def _names(files: list[str]) -> list[str]:
    """What the names of the files do not have in common."""
    stems = [os.path.splitext(os.path.basename(file))[0] for file in files]
    common = len(os.path.commonprefix(stems))
    # From the beginning of the word that differs, so that Scan1 and Scan2 are not just 1 and 2.
    common = stems[0].rfind("_", 0, common + 1) + 1
    # CASA adds the number of the page, which is in the title already.
    return [stem[common:].removesuffix(f"_{number}") for number, stem in enumerate(stems, 1)]


def _page(alt: str, path: str, title: str, file: str) -> str:
    with open(path, "rb") as picture:
        source = _data(picture.read())
    return (
        f"<div style='{_PAGE_STYLE}'>{_caption(title, file)}<br>"
        f"<img style='max-width:100%' src='{source}' alt='{escape(f'{alt}, page {title}')}'></div>"
    )


def _thumbnail(alt: str, path: str, title: str, file: str) -> str:
    from PIL import Image as Picture

    small = Picture.open(path).convert("RGB")
    small.thumbnail((_THUMBNAIL_PIXELS, _THUMBNAIL_PIXELS))
    png = BytesIO()
    small.save(png, "PNG", optimize=True)
    image = f"<img src='{_data(png.getvalue())}' alt='{escape(f'{alt}, page {title}')}'>"
    return (
        f"<div style='display:inline-block;margin:4px;width:{_THUMBNAIL_PIXELS}px;overflow:hidden'>"
        f"{link(file, image, _LINK_STYLE)}<br>{_caption(title, file)}</div>"
    )


def _caption(title: str, file: str) -> str:
    return f"<span style='font-size:12px'>{link(file, escape(title), _LINK_STYLE)}</span>"


def _data(picture: bytes) -> str:
    kind = "jpeg" if picture.startswith(b"\xff\xd8") else "png"
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"
