"""Find the files that a call wrote and show them under the cell."""

from __future__ import annotations

import base64
import os
import re
import struct
from html import escape
from io import BytesIO

from casawrapper.casa.core.files import link
from casawrapper.casa.display.pages import show_pages
from casawrapper.casa.display.sink import show
from casawrapper.util.messages import notice

# Wider pictures are scaled down by the browser; the embedded picture stays as it is.
_MAX_WIDTH = 900
_MAX_LINES = 200
_PNG, _JPEG = b"\x89PNG", b"\xff\xd8"

_Stamp = tuple[int, int, int]


class Watch:
    """Remembers the files beside `path` whose names begin like it, to tell later which ones are new.

    CASA puts the iteration into the names (x.png becomes x_Scan1.png), so asking for `path` is not enough.

    Parameters
    ----------
    path
        The file that a task is told to write; its folder need not be there yet.
    suffix
        How the names of the files end that are looked at; None for the ending of `path`.
    """

    def __init__(self, path: str, suffix: str | None = None) -> None:
        self.path = os.path.abspath(path)
        self._folder, name = os.path.split(self.path)
        if suffix is None:
            self._stem, self._suffix = os.path.splitext(name)
        else:
            self._stem, self._suffix = name.removesuffix(suffix), suffix
        self._before = self._look()

    def _look(self) -> dict[str, _Stamp]:
        found: dict[str, _Stamp] = {}
        if not os.path.isdir(self._folder):
            return found
        with os.scandir(self._folder) as entries:
            for entry in entries:
                name = entry.name
                # The suffix too: x.png must not find a log file x.log that grew meanwhile.
                if name.startswith(self._stem) and name.endswith(self._suffix) and entry.is_file():
                    status = entry.stat()
                    found[name] = (status.st_mtime_ns, status.st_size, status.st_ino)
        return found

    def written(self) -> list[str]:
        """Paths of the files that are new or changed, in the order of their pages.

        Returns
        -------
        list of str
            Absolute paths, by the time of the last change, and of files that changed at once by the numbers in their
            names.
        """
        now = self._look()
        names = [name for name, stamp in now.items() if self._before.get(name) != stamp]
        names.sort(key=lambda name: (now[name][0], _natural(name)))
        return [os.path.join(self._folder, name) for name in names]


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part or 0), text) for text, part in re.findall(r"(\D*)(\d*)", name)]


def show_files(files: list[str], alt: str, crop: bool = False, pictures: list[str] | None = None) -> None:
    """Show each file as the picture or text that it holds; `alt` says in words what there is to see.

    Several pictures become one output that scrolls.

    Parameters
    ----------
    files
        Paths, in the order in which they are shown; for their kinds see `show_file`.
    alt
        The text for those who do not see pictures.
    crop
        Whether to cut the uniform margins of pictures that are shown one by one.
    pictures
        What is to be shown of files that browsers do not show, such as PDF; these then follow as links.

    Raises
    ------
    OSError
        A file cannot be read.
    """
    shown = pictures or files
    if len(shown) == len(files) > 1 and all(map(_is_picture, shown)):
        show_pages(shown, alt, files)
        return
    for path in shown:
        show_file(path, alt, crop)
    for file in files if pictures else ():
        show_link(file, "the file is kept; above is how it looks")


def show_file(path: str, alt: str, crop: bool = False) -> None:
    """Show one file; its first bytes and not its name say what it is.

    Of a text (a file whose name ends in ``.txt``) 200 lines are printed; for other kinds a link is shown.

    Parameters
    ----------
    path
        A PNG or JPEG picture, a text, or anything else.
    alt
        What there is to see, in words.
    crop
        Whether to cut the uniform margins of a picture.

    Raises
    ------
    OSError
        It cannot be read.
    """
    if _is_picture(path):
        with open(path, "rb") as file:
            data = file.read()
        show_picture(_cropped(data) if crop else data, alt)
    elif path.endswith(".txt"):
        with open(path, errors="replace") as text:
            lines = text.read().splitlines()
        print("\n".join(lines[:_MAX_LINES]))
        if len(lines) > _MAX_LINES:
            show_link(path, f"{len(lines) - _MAX_LINES} more lines")
    else:
        show_link(path, "a kind of file that browsers do not show")


def show_picture(data: bytes, alt: str) -> None:
    """Embed PNG or JPEG data in the notebook.

    Parameters
    ----------
    data
        All bytes of the file. What is wider than 900 pixels, and JPEG always, is shown 900 pixels wide.
    alt
        What there is to see, in words.
    """
    kind = "image/png" if data.startswith(_PNG) else "image/jpeg"
    width = struct.unpack(">I", data[16:20])[0] if kind == "image/png" else _MAX_WIDTH + 1
    metadata = {"alt": alt, **({"width": _MAX_WIDTH} if width > _MAX_WIDTH else {})}
    show({kind: base64.b64encode(data).decode(), "text/plain": alt}, {kind: metadata})


def show_link(path: str, remark: str) -> None:
    """Show a link to a file of the user's, with a remark.

    Parameters
    ----------
    path
        The file, absolute or relative to the working folder.
    remark
        The second half of a sentence, without its point; the name of the file is put before it.
    """
    name = os.path.relpath(path)
    show({"text/html": link(path, escape(name)), "text/plain": name})
    notice(f"{os.path.basename(path)}: {remark}.")


def _is_picture(path: str) -> bool:
    with open(path, "rb") as file:
        return file.read(4).startswith((_PNG, _JPEG))


def _cropped(data: bytes, margin: int = 12) -> bytes:
    """The picture without its uniform margins, or as it is where Pillow is missing."""
    try:
        from PIL import Image as Picture
        from PIL import ImageChops
    except ImportError:
        return data
    picture = Picture.open(BytesIO(data)).convert("RGB")
    paper = Picture.new("RGB", picture.size, picture.getpixel((0, 0)))
    box = ImageChops.difference(picture, paper).getbbox()
    if box is None:
        return data
    left, top, right, bottom = box
    out = BytesIO()
    picture.crop(
        (
            max(0, left - margin),
            max(0, top - margin),
            min(picture.width, right + margin),
            min(picture.height, bottom + margin),
        )
    ).save(out, "PNG")
    return out.getvalue()
