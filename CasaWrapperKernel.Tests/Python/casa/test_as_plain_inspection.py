"""What inspect, pickle, copy, functools and help answer about CASA's tasks and tools is what they say in plain CASA."""

from __future__ import annotations

import pytest
from as_plain.compare import answers
from as_plain.fixtures import Both, RunBoth
from as_plain.sessions import Call
from casa_session import need_casa

from casawrapper.casa import catalog

pytestmark = pytest.mark.deadline(300)
TASKS = catalog.task_names() - {"casalog"}
_ASK = "from as_plain import inspection\nr = inspection"
CALLS = {
    **{name: f"{_ASK}.task({name!r})" for name in sorted(catalog.task_names())},
    **{
        name: f"{_ASK}.task({name!r}, {package!r})"
        for package, names in (("casaplotms", ["plotms"]), ("casaviewer", ["imview", "msview"]))
        for name in names
    },
    **{f"tool_{name}": f"{_ASK}.tool({name!r})" for name in sorted(set(catalog.tools().values()))},
    **{f"package_{name}": f"{_ASK}.names({name!r})" for name in catalog.MODULES},
    # As a user asks, after each has been used.
    "used": "flagdata('raw.ms', mode='summary')\nimstat('cont.image')\n" + _ASK + ".task('flagdata')",
}

ALLOWED = {
    # CASA 6.7 lacks a function that it calls there, which the kernel defines.
    "simanalyze": {"names of casatasks.private.task_simanalyze"},
    # It shows the table's columns where CASA opens a window, so its code is another.
    "tool_table": {f"table.browse: {question}" for question in ("co_flags", "co_names", "co_qualname", "globals")},
    # What is set there after the early import of CASA is passed on.
    **{f"package_{name}": {"type of config"} for name in ("casatools", "casatasks")},
}
"""What differs on purpose."""


@pytest.fixture(scope="module")
def both(run_as_plain: RunBoth) -> Both:
    need_casa()
    inputs = {"used": ("raw.ms", "cont.image")}
    return run_as_plain([Call(name, name, code, inputs.get(name, ())) for name, code in CALLS.items()])


@pytest.mark.parametrize("name", CALLS)
def test_every_answer_is_that_of_plain_casa(both: Both, name: str) -> None:
    plain, kernel = answers(name, both.plain), answers(name, both.kernel)
    assert len(plain) > 6 and (name not in TASKS or f"casatasks.private.task_{name}.{name}: as CASA reads it" in plain)
    different = {
        question: (plain.get(question, "not asked"), kernel.get(question, "not asked"))
        for question in sorted((plain.keys() | kernel.keys()) - ALLOWED.get(name, set()))
        if plain.get(question) != kernel.get(question)
    }
    lines = [
        f"{question}: {one!r:.300} in plain CASA, {two!r:.300} in the kernel"
        for question, (one, two) in different.items()
    ]
    assert not lines, "\n".join(lines)
