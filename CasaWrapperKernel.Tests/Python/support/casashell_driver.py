"""Runs cells at the prompt of the real casashell: `python -m casashell ... -c casashell_driver.py CELLS ANSWERS`.

CELLS is a file with a JSON list of texts; ANSWERS becomes one with what each cell printed and the error that ended it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from IPython import get_ipython
from IPython.utils.io import capture_output

answers = []
for code in json.loads(Path(sys.argv[1]).read_text()):
    with capture_output(display=False) as streams:
        outcome = get_ipython().run_cell(code, store_history=True)
    error = outcome.error_before_exec or outcome.error_in_exec
    shown = streams.stdout if error is None else streams.stdout.partition("\x1b[")[0]
    answers.append({"stdout": shown, "error": type(error).__name__ if error else None})
Path(sys.argv[2]).write_text(json.dumps(answers))
