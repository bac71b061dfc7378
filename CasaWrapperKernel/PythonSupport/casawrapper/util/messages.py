"""The one way in which this package speaks to the user."""

from __future__ import annotations

from contextvars import ContextVar

_listener: ContextVar[list[str] | None] = ContextVar("casa_notices", default=None)


def notice(sentence: str) -> None:
    """Print one sentence under the cell.

    It goes to stdout: stderr is red in most front ends and would look like a failure.
    """
    heard = _listener.get()
    if heard is not None:
        heard.append(sentence)
    print(f"[casa-kernel] {sentence}", flush=True)


def listen(heard: list[str] | None) -> list[str] | None:
    """Add to `heard` what is said here from now on; returns who listened before."""
    before = _listener.get()
    _listener.set(heard)
    return before
