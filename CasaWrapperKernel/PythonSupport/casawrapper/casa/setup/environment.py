"""What must be right around CASA's imports and calls: log file, no windows, protobuf."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from casawrapper.casa.core.errors import CasaSetupError
from casawrapper.casa.core.places import check_working_folder
from casawrapper.casa.log import channel
from casawrapper.casa.log import file as logfiles
from casawrapper.casa.log.location import plan
from casawrapper.casa.setup import casa_data, protobuf, site_config
from casawrapper.casa.setup.import_errors import explain
from casawrapper.casa.setup.options import CONFIG, Options
from casawrapper.casa.versions.private_names import OLD_CONFIG
from casawrapper.util.imports import when_imported, while_importing
from casawrapper.util.messages import notice

_PACKAGES = (CONFIG, "casatools", "casatasks", "casaplotms", "casaviewer", "casashell")
_DEFAULT_LOG = re.compile(r"casa-\d{8}-\d{6}\.log")


def install(logfile: str, options: Options) -> None:
    """Leave the hooks that configure CASA while it is imported."""
    while_importing(CONFIG, options.in_force)
    while_importing(OLD_CONFIG, partial(options.in_force, OLD_CONFIG))
    for config in (CONFIG, OLD_CONFIG):
        when_imported(config, partial(_configure, logfile))
    for package in _PACKAGES:
        while_importing(package, importing)
    while_importing("casatools", casa_data.kept_until_known)
    for package in protobuf.PACKAGES:
        while_importing(package, partial(protobuf.fitting, package))


def _configure(logfile: str, config: Any) -> None:
    chosen = getattr(config, "logfile", None) or ""
    if getattr(config, "nologfile", False):
        # casashell's reading of nologfile; an empty name would end the process inside casacore.
        config.logfile = os.devnull
    elif not chosen or _DEFAULT_LOG.fullmatch(os.path.basename(chosen)):
        config.logfile = logfile
    else:
        config.logfile = logfiles.expanded(chosen)
        problem = logfiles.obstacle(config.logfile)
        if problem:
            notice(
                f"CASA cannot log to {config.logfile}, which its configuration names as logfile ({problem}): "
                f"its log is in {logfile}."
            )
            config.logfile = logfile
    plan(config.logfile)
    logfiles.follow(config.logfile)
    config.nologger = True


@contextmanager
def importing() -> Iterator[None]:
    """Around the import of a package of CASA's, and of what it needs."""
    check_working_folder()
    site_config.choose()
    with warnings.catch_warnings():
        # Compiling casatasks for the first time warns about CASA's own code.
        warnings.simplefilter("ignore", SyntaxWarning)
        try:
            with channel.switched_on("starting"):
                yield
        except Exception as error:
            sentence = explain(error)
            if sentence is None:
                raise
            raise CasaSetupError(sentence) from error
