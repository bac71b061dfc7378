"""One call of a program that draws: its death is noticed, and what it says about errors is made short."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

from casawrapper.casa.core.errors import ProgramEnded
from casawrapper.util.messages import notice

# A program draws one plot at a time: what threads ask for at the same time would be one plot of both.
turn = threading.RLock()
"""Held by whoever lets a program, or a task of CASA's in matplotlib, draw."""
# gRPC, which speaks with the programs, waits for ever in a forked process.
_process = os.getpid()
_LOOKS, _BETWEEN_LOOKS = 3, 0.03


def draw(
    name: str,
    call: Callable[[], object],
    forget: Callable[..., bool],
    alone: bool = True,
    explain: Callable[[str], str] = str,
) -> None:
    """Make the `call`, and once more, with a new program, if the program ends meanwhile.

    Parameters
    ----------
    name
        What the user knows the program by, for the sentences about it.
    call
        Asks the program to draw; started anew, it has nothing of what the first attempt did.
    forget
        ``forget()`` drops a program that has ended and says whether there was one; ``forget(end=True)`` ends it before.
    alone
        False if earlier calls have left in the program what this one adds to: it is not repeated then.
    explain
        Makes what the program says about an error clearer.

    Raises
    ------
    RuntimeError
        The program cannot draw this, has ended twice or with what this call adds to, or this process is a fork of the
        kernel. Other errors of `call` are raised as they are.
    """
    if os.getpid() != _process:
        raise RuntimeError(
            f"{name} cannot draw in a process that is a copy of the kernel (multiprocessing, fork): "
            "return the results and draw in the notebook."
        )
    try:
        if forget() and not alone:
            raise ProgramEnded(name)
        _call(name, call, forget, explain)
    except ProgramEnded as error:
        if not alone:
            raise RuntimeError(
                f"{name} has ended, and with it what earlier calls have drawn on this page: run those again."
            ) from error
        notice(f"{name} ended while it was drawing; it has been started again.")
    except KeyboardInterrupt:
        # It would go on drawing, and refuse the next plot until it is done.
        forget(end=True)
        raise
    else:
        return
    try:
        _call(name, call, forget, explain)
    except ProgramEnded as error:
        raise RuntimeError(
            f"{name} ended twice while it was drawing (often for want of memory: select or "
            "average more); the next call starts it anew."
        ) from error


def _call(name: str, call: Callable[[], object], forget: Callable[..., bool], explain: Callable[[str], str]) -> None:
    import grpc

    try:
        call()
    except ProgramEnded:
        raise
    except Exception as error:
        if _is_interrupt(error):
            raise KeyboardInterrupt from None
        # CASA has many words for a broken connection; a process takes a moment to be gone.
        for _ in range(_LOOKS):
            if forget():
                raise ProgramEnded(name) from error
            time.sleep(_BETWEEN_LOOKS)
        if isinstance(error, grpc.RpcError):
            raise RuntimeError(f"{name} could not draw this: {explain(error.details())}") from error
        raise


def _is_interrupt(error: BaseException | None) -> bool:
    """Whether an interrupt has led to the error: the viewer's tasks take it for a failure of what they do just then."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None
