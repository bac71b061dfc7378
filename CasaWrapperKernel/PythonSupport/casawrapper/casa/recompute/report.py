"""What became of each call of a task in this session."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Outcome:
    """Of one call of the user's."""

    task: str
    cell: int
    """The number of the cell, 0 outside of cells."""
    replayed: bool = False
    seconds: float = 0.0
    """Wall time that it took now."""
    saved: float = 0.0
    """Seconds that it would have taken beyond that."""
    reason: str = ""
    """Why it ran, or was not kept; empty for a replayed call."""
    products: list[str] = field(default_factory=list)
    """Absolute paths of what it made."""


_outcomes: list[Outcome] = []


def begin(task: str) -> Outcome:
    """A new outcome, the last of the list.

    Parameters
    ----------
    task
        The name of the task that is called.
    """
    # Here, because doctor must work in a Python that lacks IPython.
    from IPython import get_ipython

    shell = get_ipython()
    outcome = Outcome(task, shell.execution_count if shell is not None else 0)
    _outcomes.append(outcome)
    return outcome


def report() -> list[dict[str, Any]]:
    """Each call of a task since recomputation was switched on, in order, as a plain dictionary.

    Returns
    -------
    list of dict
        ``task``, ``cell``, ``replayed``, ``seconds``, ``saved`` (both in seconds), ``reason``, ``products``.
    """
    return [asdict(outcome) for outcome in _outcomes]


def sentence(outcome: Outcome) -> str:
    """One line for the user.

    Parameters
    ----------
    outcome
        Of a call that has ended.
    """
    if outcome.replayed:
        return f"[{outcome.cell}] {outcome.task}: replayed, {outcome.saved:.1f} s saved"
    return f"[{outcome.cell}] {outcome.task}: ran for {outcome.seconds:.1f} s, because {outcome.reason}"


def sentences(cell: int | None) -> list[str]:
    """Those lines for all calls.

    Parameters
    ----------
    cell
        Of this cell only; None for all.
    """
    return [sentence(one) for one in _outcomes if cell is None or one.cell == cell]
