"""The one way in which this package speaks to the user."""

from __future__ import annotations


def notice(sentence: str) -> None:
    """Print one sentence under the cell.

    It goes to stdout: stderr is red in most front ends and would look like a failure.
    """
    print(f"[casa-kernel] {sentence}", flush=True)
