"""The one way in which this package speaks to the user."""

from __future__ import annotations

from contextvars import ContextVar

_listener: ContextVar[list[str] | None] = ContextVar("casa_notices", default=None)


def notice(sentence: str) -> None:
    """Print one sentence under the cell.

    It goes to stdout: stderr is red in most front ends and would look like a failure.

    Parameters
    ----------
    sentence
        What is wrong or was done, and what the user can do, without a newline.
    """
    heard = _listener.get()
    if heard is not None:
        heard.append(sentence)
    print(f"[casa-kernel] {sentence}", flush=True)


def listen(heard: list[str] | None) -> list[str] | None:
    """Add to `heard` what is said here from now on; returns who listened before.

    Parameters
    ----------
    heard
        A list that grows; None for nobody. "Here" is this thread or asyncio task and those that it starts with its
        context.

    Returns
    -------
    list of str or None
        To be given to `listen` again at the end.
    """
    before = _listener.get()
    _listener.set(heard)
    return before
