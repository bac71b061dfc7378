"""The way to the engine that knows which calls need not run; it is the host's, and works without Python."""

from __future__ import annotations

from typing import Any, Protocol

from casawrapper.util.interrupts import interruptible


class Engine(Protocol):
    """Keeps what calls make; the commands are

    - ``look(call)``: puts the products of a call back, or gives ``run``, why it has to run, and a ``ticket``,
    - ``keep(ticket, seconds, log, payload)``: that call has run; ``run`` then says why it cannot be kept,
    - ``drop(ticket)``: it has failed,
    - ``size()``: gives ``folder``, ``bytes``, ``entries``,
    - ``wait(pending)``, ``cancel(pending)``: for a command that takes long, which has answered with that number.

    Parameters
    ----------
    command
        One of those above.
    **argument
        What stands in its brackets, as values that JSON knows.

    Returns
    -------
    dict
        The answer. ``is_amiss`` tells that something is wrong with the store.

    Raises
    ------
    UnicodeEncodeError
        A text is not Unicode.
    """

    def __call__(self, command: str, **argument: Any) -> dict[str, Any]: ...


def no_engine(command: str, **argument: Any) -> dict[str, Any]:
    """Where there is none every call runs."""
    return {"run": "this kernel keeps nothing"}


_engine: Engine = no_engine


def install(engine: Engine) -> None:
    """Ask `engine` from now on.

    Parameters
    ----------
    engine
        Takes the place of `no_engine`.
    """
    global _engine
    _engine = engine


def is_there() -> bool:
    """Whether anything can be kept."""
    return _engine is not no_engine


@interruptible
def ask(command: str, **argument: Any) -> dict[str, Any]:
    """The engine's answer, for which an interrupt need not wait.

    Parameters
    ----------
    command
        One of the engine's.
    **argument
        What belongs to it.
    """
    answer = _engine(command, **argument)
    while number := answer.get("pending"):
        try:
            answer = _engine("wait", pending=number)
        except KeyboardInterrupt:
            _engine("cancel", pending=number)
            raise
    return answer
