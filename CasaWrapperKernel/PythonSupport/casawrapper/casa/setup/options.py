"""CASA's start-up options, as ``casa --logfile ...`` takes them; they win over CASA's configuration files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from casawrapper.casa.core.errors import CasaSetupError
from casawrapper.util.messages import notice

CONFIG = "casaconfig.config"
_USUAL = os.path.join("~", ".casa", "config.py")


class Options(NamedTuple):
    """By the names that casashell gives them; None where the configuration decides."""

    logfile: str | None = None
    nologfile: bool = False
    cachedir: str | None = None
    datapath: str | None = None
    configfile: str | None = None

    @contextmanager
    def in_force(self, config: str = CONFIG) -> Iterator[None]:
        """Around the reading of CASA's configuration, and before casatools looks at it; `config` is its module."""
        before = sys.argv
        if self.configfile:
            path = self.config_path()
            if not os.path.isfile(path):  # casaconfig would leave it out without a word
                raise CasaSetupError(
                    f"There is no file {path}, which this kernel's --configfile names: make it, or "
                    "run  casa-kernel install  with another."
                )
            sys.argv = [*before, "--configfile", path]  # where casaconfig looks for it
        try:
            yield
        finally:
            sys.argv = before
        self._apply(sys.modules[config])
        if config != CONFIG and (self.configfile or self.cachedir or self.datapath):
            notice(
                "CASA before 6.6.4 has no --configfile, --cachedir or --datapath: what this kernel was installed with "
                "has no effect."
            )

    def argv(self) -> list[str]:
        """The options as `casa` takes them on its command line."""
        given = zip(Options.__annotations__, self, strict=False)
        return [text for name, value in given if value for text in (f"--{name}", value) if isinstance(text, str)]

    def _apply(self, config: Any) -> None:
        if self.nologfile:
            config.nologfile = True
        elif self.logfile:
            config.logfile = _path(self.logfile)
            _make_folder("--logfile", os.path.dirname(config.logfile))
        if self.cachedir:
            config.cachedir = _path(self.cachedir)
            _make_folder("--cachedir", config.cachedir)
        if self.datapath:
            config.datapath = self.folders()

    def folders(self) -> list[str]:
        """Those of --datapath that are there, as casashell takes them."""
        return [path for text in (self.datapath or "").split(":") if text and os.path.isdir(path := _path(text))]

    def config_path(self) -> str:
        """The user's configuration file, whether it is there or not."""
        return _path(self.configfile or _USUAL)


def _path(text: str) -> str:
    return os.path.abspath(os.path.expanduser(text))


def _make_folder(option: str, folder: str) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise CasaSetupError(
            f"The folder {folder} of this kernel's {option} cannot be made ({error.strerror}): give"
            f"  casa-kernel install  another {option}."
        ) from error
