"""Every name of casatasks, called rightly and wrongly, does in the kernel what it does in plain CASA.

Compared are the value, the files (tables column by column), the log, the output, the open figures and the error. What
differs on purpose stands in as_plain/allowed.py.
"""

from __future__ import annotations

import pytest
from as_plain.allowed import not_allowed
from as_plain.fixtures import Both, RunBoth, calls_of
from as_plain.wrong import wrong_calls
from casa_session import need_casa

from casawrapper.casa import catalog

TASKS = catalog.task_names() - {"casalog"}
# wvrgcal comes last: it ends plain CASA's process, and what that has reckoned before counts in the last digits.
ALL = [*calls_of("visibilities", "images", "single_dish"), *wrong_calls(TASKS)]
CALLS = {call.name: call for call in sorted(ALL, key=lambda call: call.task == "wvrgcal")}


@pytest.fixture(scope="module")
def both(run_as_plain: RunBoth) -> Both:
    need_casa()
    return run_as_plain(list(CALLS.values()))


def test_every_name_is_called() -> None:
    called = {call.task for call in CALLS.values()}
    assert not {*TASKS, "casalog", "version"} - called


@pytest.mark.parametrize("name", CALLS)
def test_a_call_does_what_it_does_in_plain_casa(both: Both, name: str) -> None:
    differences = not_allowed(name, both.differences(name))
    assert not differences, f"{CALLS[name].code}\n" + "\n".join(f"{one.aspect}: {one.text}" for one in differences)
