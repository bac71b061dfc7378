"""IPython set up as its users expect: profile, configuration files, extensions and startup scripts."""

from __future__ import annotations

import os
import sys
from typing import Any

from IPython.core.application import BaseIPythonApplication
from IPython.core.shellapp import InteractiveShellApp
from traitlets.config import Config

from casawrapper.shell.shell import ZMQInteractiveShell

# What programs started from a cell should know: their output is no terminal that can be paged.
# It overrules the user's own, since `!git log` has a terminal and would wait for a key in the user's pager.
_ENVIRONMENT = {
    "TERM": "xterm-color",
    "CLICOLOR": "1",
    "CLICOLOR_FORCE": "1",
    "FORCE_COLOR": "1",
    "PAGER": "cat",
    "GIT_PAGER": "cat",
}


class IPKernelApp(BaseIPythonApplication, InteractiveShellApp):
    """Reads the user's IPython configuration and makes the shell."""

    name = "ipython-kernel"
    shell: Any

    def parse_command_line(self, argv: Any = None) -> None:
        """There is none, and making the parser for it would take a while."""

    def initialize(self, argv: Any = None) -> None:
        super().initialize(argv)
        os.environ.update(_ENVIRONMENT)
        os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
        # Libraries such as tqdm look for this section to see that they are in a notebook.
        self.config.setdefault("IPKernelApp", Config())
        self.shell = ZMQInteractiveShell.instance(
            parent=self, profile_dir=self.profile_dir, user_module=sys.modules["__main__"]
        )
        self.shell.configurables.append(self)
        self.init_path()
        self.init_gui_pylab()
        self.init_extensions()
        self.init_code()
        sys.stdout.flush()
