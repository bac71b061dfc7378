"""Errors that users see, and the sentences of those that say what is missing."""

from __future__ import annotations

from contextlib import suppress

BRIEF = "_casa_kernel_brief"
"""The attribute of an error that is shown without CASA's own code, once."""


class CannotRun(RuntimeError):
    """A task that cannot do here what it was asked, or not with these data."""


class ParameterError(AssertionError):
    """Arguments that CASA does not take."""


class ProgramEnded(Exception):
    """The program of CASA's that the first argument names, such as plotms, is no longer there."""


class OpenToEverybody(RuntimeError):
    """A program that would listen on every network interface of the machine, and obey whoever connects.

    Parameters
    ----------
    program
        What the user knows it by, at the beginning of the sentence.
    """

    def __init__(self, program: str) -> None:
        super().__init__(
            f"{program} was not started, because it would listen on every network interface of this machine "
            "and obey whoever connects. casa-kernel makes CASA's own AppImage private, as pip installs it; "
            "of this one it does not know how. A newer casa-kernel may."
        )


class CasaSetupError(ImportError):
    """A part of CASA is missing or cannot be imported; the message says why and what to do."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        brief(self)


def brief(error: BaseException) -> BaseException:
    """Mark `error` as one that the code of CASA explains to nobody: it is shown without it, once.

    Parameters
    ----------
    error
        Any; one that takes no attributes stays unmarked.

    Returns
    -------
    BaseException
        The same object, to be raised.
    """
    with suppress(AttributeError):
        setattr(error, BRIEF, True)
    return error


def not_installed(package: str, who: str) -> str:
    """What to do about a package of CASA that is not there; `who` is a part of CASA, with 'needs'.

    Parameters
    ----------
    package
        The name by which pip knows it.
    who
        The beginning of the sentence, such as "plotms needs".

    Returns
    -------
    str
        One sentence, which says what to install.
    """
    return (
        f"{who} the Python package {package}, which is not installed: run  %pip install {package}  and this cell again."
    )


def again(package: str) -> str:
    """What pip must be told to install a package once more.

    Returns
    -------
    str
        The arguments of ``pip install``: the package anew, without what it depends on.
    """
    return f"--force-reinstall --no-deps {package}"


def cannot_be_imported(package: str, name: str, error: Exception) -> str:
    """What to do about a package of CASA that is there but broken; `name` is what was to come from it.

    Parameters
    ----------
    package
        The name by which pip knows it.
    name
        The beginning of the sentence.
    error
        What the import raised; its type and text are part of the sentence.
    """
    return (
        f"{name} is not there, because the Python package {package} cannot be imported ({type(error).__name__}: "
        f"{error}): run  %pip install {again(package)}  and restart the kernel."
    )
