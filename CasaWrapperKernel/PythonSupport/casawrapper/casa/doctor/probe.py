"""`python -m casawrapper.casa.doctor.probe FOLDER`: import each package of CASA, with its data from FOLDER.

The last line of the output is JSON: for each package why it cannot be imported, or null, and what it lacks. doctor runs
this in a process and a home of its own, because CASA writes files and opens ports when it is imported.
"""

from __future__ import annotations

import json
import os
import sys

from casawrapper.casa.catalog import package_folder
from casawrapper.casa.core.errors import cannot_be_imported
from casawrapper.casa.setup import protobuf
from casawrapper.casa.setup.import_errors import explain
from casawrapper.casa.versions import private_names


def main() -> None:
    """Import what is installed and print what is wrong with it."""
    _calm(sys.argv.pop())
    print(
        "\n" + json.dumps({package: _tried(package) for package in private_names.PACKAGES if package_folder(package)})
    )


def _calm(data: str) -> None:
    """Let CASA update nothing and write no log."""
    try:
        from casaconfig import config
    except ImportError:
        # There is none before CASA 6.6.4, which updates nothing, and a later CASA says it itself.
        return
    config.measurespath, config.datapath = data, [data]
    config.measures_auto_update = config.data_auto_update = False
    config.logfile = os.devnull
    config.nologger = config.nogui = config.skipnetworkcheck = True


def _tried(package: str) -> tuple[str | None, list[str]]:
    try:
        with protobuf.fitting(*protobuf.PACKAGES):
            __import__(package)
        return None, private_names.problems(package)
    except Exception as error:
        return explain(error) or cannot_be_imported(package, package, error), []


if __name__ == "__main__":
    main()
