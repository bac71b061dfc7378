"""Calls of every task that cannot work: without arguments, wrong names and types, what is missing, what is no data."""

from __future__ import annotations

from collections.abc import Iterable

from as_plain.sessions import Call

_CALLS = {
    # The name alone would be the CASA prompt's, where the variables are its parameters.
    "without arguments": "import casatasks\nr = casatasks.{0}()",
    "a wrong name": "r = {0}(no_such_parameter=1)",
    "a wrong type": "r = {0}(3.5j)",
    "too many": "r = {0}(*range(300))",
    "what is missing": "r = {0}('missing.data')",
    "a list of what is missing": "r = {0}(['missing.data', 'missing.too'])",
    "a text file": "with open('notes.txt', 'w') as file:\n    file.write('no data')\nr = {0}('notes.txt')",
    "an empty folder": "import os\nos.mkdir('empty')\nr = {0}('empty')",
}
# They ask servers of observatories, which no test may do; a call that is refused before is enough.
_OF_THE_NET = {"getantposalma", "getcalmodvla", "getephemtable"}
_BEFORE_THE_NET = {"a wrong name", "too many"}


def wrong_calls(tasks: Iterable[str]) -> list[Call]:
    """The calls for each of the tasks."""
    return [
        Call(f"{task}_{kind.replace(' ', '_')}", task, code.format(task))
        for task in sorted(tasks)
        for kind, code in _CALLS.items()
        if task not in _OF_THE_NET or kind in _BEFORE_THE_NET
    ]
