"""The Python side's part of the kernel's own log: what goes wrong and is none of the user's concern."""

from __future__ import annotations

import logging

log = logging.getLogger("casa-kernel")
# Whatever the user's own logging is set to, nothing of ours appears in a cell.
log.propagate = False
log.addHandler(logging.NullHandler())
