"""The tasks under the names of the CASA prompt: called without arguments, they take the user's variables.

What users import from casatasks is CASA's own object, and takes none.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from casawrapper.casa import catalog
from casawrapper.casa.prompt import task_name


@functools.cache
def at_prompt(task: Any, run: Callable[[Any], Any]) -> Any:
    """The object for the prompt of CASA's `task`, which calls `run(task)` when it has no arguments.

    It looks like the `task` itself, and becomes that where it is pickled. A `task` that is none, and any task where
    there is no casashell, is returned as it is.
    """
    if task_name(task) is None or catalog.package_folder("casashell") is None:
        return task
    cls = type(task)

    @functools.wraps(cls.__call__)
    def call(self: Any, *values: Any, **named: Any) -> Any:
        # To casashell an argument that is None is none.
        if all(value is None for value in (*values, *named.values())):
            return run(task)
        return task(*values, **named)

    names = {name: getattr(cls, name) for name in ("__doc__", "__module__", "__qualname__")}
    return type(cls.__name__, (cls,), {**names, "__call__": call, "__reduce__": lambda self: (cls, ())})()
