"""A plain Python with CASA: reads pieces of code, one a line of JSON, runs each and answers with what it printed."""

from __future__ import annotations

import ctypes
import json
import os
import sys
from typing import Any

CLIB = ctypes.CDLL(None)


def main() -> None:
    """Serve until standard input ends; the answers go to what was standard output."""
    orders, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    with open(os.devnull) as nothing:
        # Whoever asks gets no answer, as in a notebook that is run by a program.
        os.dup2(nothing.fileno(), 0)
    names: dict[str, Any] = {"__name__": "__main__"}
    exec("from casatasks import *", names)
    for line in orders:
        order = json.loads(line)
        for descriptor, stream in ((1, "stdout"), (2, "stderr")):
            with open(order[stream], "w") as file:
                os.dup2(file.fileno(), descriptor)
        exec(compile(order["code"], "<cell>", "exec"), names)
        sys.stdout.flush()
        sys.stderr.flush()
        CLIB.fflush(None)
        answers.write("done\n")
        answers.flush()


if __name__ == "__main__":
    main()
