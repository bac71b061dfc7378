"""%recompute, and the same for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casawrapper.casa.recompute import engine, report, stage

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def install(shell: InteractiveShell, host: engine.Engine) -> None:
    """Give `shell` the magic.

    Parameters
    ----------
    shell
        In which cells run.
    host
        Keeps what calls make.
    """
    engine.install(host)
    shell.register_magic_function(recompute, "line", "recompute")


def recompute(line: str) -> None:
    """Let calls of CASA tasks that have run before come back instead of running again.

    %recompute on | off      replay calls whose data and arguments are as they were, or run all
    %recompute status        say how things stand, and what is kept where
    %recompute why [CELL]    say of each call, or of those of a cell, whether it ran, and why
    """
    # Here, because doctor must work in a Python that lacks IPython.
    from IPython.core.error import UsageError

    word, _, rest = line.strip().partition(" ")
    if word == "why" and (not rest or rest.strip().isdecimal()):
        print(why(int(rest) if rest else None))
    elif word in ("on", "off", "status", "") and not rest:
        print({"on": on, "off": off}.get(word, status)())
    else:
        raise UsageError(f"%recompute has no '{line.strip()}': say %recompute on, off, status or why [CELL].")


def on() -> str:
    """Replay calls from now on.

    Returns
    -------
    str
        How things stand.
    """
    stage.switch(True)
    return status()


def off() -> str:
    """Run every call from now on; what is kept stays.

    Returns
    -------
    str
        How things stand.
    """
    stage.switch(False)
    return status()


def status() -> str:
    """How things stand, in one sentence."""
    if not engine.is_there():
        return "Recomputation is off: this kernel keeps nothing."
    found = engine.ask("size")
    if found.get("run"):
        return f"Recomputation is {_state()}, but {found['run']}."
    outcomes = report.report()
    replayed = [one for one in outcomes if one["replayed"]]
    return (
        f"Recomputation is {_state()}: of {len(outcomes)} calls {len(replayed)} were replayed, which saved "
        f"{sum(one['saved'] for one in replayed):.1f} s; {found['folder']} keeps {found['entries']} calls in "
        f"{found['bytes'] / 1e6:.1f} MB."
    )


def why(cell: int | None = None) -> str:
    """Of each call whether it ran, and why.

    Parameters
    ----------
    cell
        Of this cell only; None for all.

    Returns
    -------
    str
        A line for each call.
    """
    return "\n".join(report.sentences(cell)) or "No call of a task since recomputation was switched on."


def _state() -> str:
    return "on" if stage.is_on() else "off"
