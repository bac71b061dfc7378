"""What the user was told during a call."""

from __future__ import annotations

from typing import Any

from casawrapper.casa.calls.call import CallRecord
from casawrapper.casa.calls.pipeline import Proceed
from casawrapper.util.messages import listen


def remember(record: CallRecord, proceed: Proceed) -> Any:
    """Stage: the notices of a call of the user's, and of the calls inside it, belong to its record."""
    if record.call.depth:
        return proceed()
    before = listen(record.notices)
    try:
        return proceed()
    finally:
        listen(before)
