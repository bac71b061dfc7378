"""Threads of the kernel's own."""

from __future__ import annotations

import threading


def leave_alone(thread: threading.Thread) -> None:
    """Let the debugger neither show nor stop this thread, or the kernel would stop with the user's code."""
    thread.pydev_do_not_trace = True  # type: ignore[attr-defined]
    thread.is_pydev_daemon_thread = True  # type: ignore[attr-defined]


def is_left_alone(thread: threading.Thread) -> bool:
    """Whether it is one of the kernel's own."""
    return getattr(thread, "pydev_do_not_trace", False)
