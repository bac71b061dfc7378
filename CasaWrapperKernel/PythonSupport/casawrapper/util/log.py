"""The Python side's part of the kernel's own log: what goes wrong and is none of the user's concern."""

from __future__ import annotations

import logging
import os

# As .NET calls them; the variable is that of the whole kernel.
_LEVELS = {
    "trace": logging.NOTSET + 1,
    "debug": logging.DEBUG,
    "information": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
    "none": logging.CRITICAL + 1,
}

log = logging.getLogger("casa-kernel")
# Whatever the user's own logging is set to, nothing of ours appears in a cell.
log.propagate = False
log.addHandler(logging.NullHandler())


class _Lines(logging.Handler):
    """Writes each record with one call, and never into a cell."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor

    def emit(self, record: logging.LogRecord) -> None:
        try:
            os.write(self._descriptor, f"[casa-kernel] {self.format(record)}\n".encode(errors="replace"))
        except OSError:
            self.handleError(record)


def attach(descriptor: int) -> None:
    """Let the log go to `descriptor`, from the level that CASA_KERNEL_LOG names.

    Parameters
    ----------
    descriptor
        A file descriptor that stays open; each record is one write. Where the variable names no level, it is WARNING.
    """
    lines = _Lines(descriptor)
    lines.setFormatter(logging.Formatter("%(levelname)s %(module)s: %(message)s"))
    log.setLevel(_LEVELS.get(os.environ.get("CASA_KERNEL_LOG", "").lower(), logging.WARNING))
    log.addHandler(lines)
