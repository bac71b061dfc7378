"""Whether CASA's import will look for newer data, which can take minutes and is for its user to see."""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, TextIO

from casawrapper.casa.log import channel
from casawrapper.casa.setup.options import CONFIG

_KINDS = (
    ("casarundata", "data_auto_update", "data_update_interval"),
    ("measures", "measures_auto_update", "measures_update_interval"),
)


def may_be_updated() -> bool:
    """Whether the import of casatools, whose configuration has been read, may fetch something."""
    config: Any = sys.modules.get(CONFIG)
    path = getattr(config, "measurespath", None)
    # CASA before 6.6.4 fetches nothing; without a folder, or in one of somebody else's, casatools cannot.
    if not path or not (config.data_auto_update or config.measures_auto_update):
        return False
    path = os.path.abspath(os.path.expanduser(path))
    if os.path.isdir(path) and os.stat(path).st_uid != os.getuid():
        return False
    from casaconfig import get_data_info

    known = get_data_info(path)
    return any(
        getattr(config, wanted) and _is_old(known[kind], getattr(config, days, 1)) for kind, wanted, days in _KINDS
    )


@contextmanager
def kept_until_known() -> Iterator[None]:
    """Around the import of casatools, where its data folder is missing: of a failure, the reason is enough."""
    if not _is_missing():
        yield
        return
    out, err = _Held(sys.stdout), _Held(sys.stderr)
    with channel.switched_on("apart"), redirect_stdout(out), redirect_stderr(err):
        yield
    out.give()
    err.give()


class _Held(io.TextIOBase):
    """Keeps what this thread writes; that of others goes where it would."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._thread = threading.get_ident()
        self._said: list[str] = []

    def write(self, text: str) -> int:
        if threading.get_ident() != self._thread:
            return self._stream.write(text)
        self._said.append(text)
        return len(text)

    def give(self) -> None:
        self._stream.write("".join(self._said))


def _is_missing() -> bool:
    try:
        from casaconfig import config
    except Exception:  # it will be met again, and explained
        return False
    path = getattr(config, "measurespath", None)
    return isinstance(path, str) and path != "" and not os.path.isdir(os.path.expanduser(path))


def _is_old(found: dict[str, Any] | None, days: float) -> bool:
    if found is None:
        return True
    # Of data that no program of CASA's has put there, nothing is fetched.
    return found["version"] != "unknown" and (found.get("age") is None or found["age"] >= days)
