"""The history that CASA's tasks write into measurement sets and images is that of plain CASA, but for the time."""

from __future__ import annotations

import pytest
from as_plain.fixtures import Both, RunBoth, calls_of
from casa_session import need_casa

pytestmark = pytest.mark.deadline(300)
NO_DATA = {
    "importasap": "a scantable of the ASAP package",
    "importatca": "an RPFITS file of the ATCA",
    "importfitsidi": "a FITS-IDI file",
    "importmiriad": "a MIRIAD data set",
    "importnro": "an NRO 45m observation",
    "importvla": "a VLA archive file",
}
"""The tasks whose input nothing here can write, and what that is."""
# fmt: off
VISIBILITIES = [
    "applycal", "clearcal", "concat", "conjugatevis", "cvel", "cvel2", "delmod", "fixplanets", "fixvis", "flagcmd",
    "flagdata", "fluxscale", "hanningsmooth", "importasap", "importasdm", "importatca", "importfitsidi", "importgmrt",
    "importmiriad", "importnro", "importuvfits", "importvla", "initweights", "mstransform", "partition", "phaseshift",
    "sdbaseline", "sdcal", "sdsmooth", "setjy", "split", "statwt", "uvcontsub", "uvcontsub_old", "uvsub",
    "virtualconcat",
]
# fmt: on
WRITES_NONE = {"importgmrt", "mstransform"}
"""The tasks of CASA 6.7 that fail to write their parameters: in the one a name, in the other a tool is missing."""
# fmt: off
IMAGES = [
    "deconvolve", "imcollapse", "imcontsub", "imdev", "imfit", "imhead_put", "immath", "immoments", "impbcor",
    "importfits", "impv", "imrebin", "imregrid", "imsmooth", "imsubimage", "imtrans", "specfit", "specsmooth", "spxfit",
    "tclean", "ft",
]
# fmt: on
LISTS = [
    "flagdata_list",
    "flagdata_list_calculate",
    "flagdata_list_from_a_file",
    "flagdata_list_on_an_MMS",
    "flagdata_manual_on_an_MMS",
    "flagcmd_list",
    "mstransform_into_an_MMS",
]


@pytest.fixture(scope="module")
def both(run_as_plain: RunBoth) -> Both:
    need_casa()
    wanted = {*VISIBILITIES, *IMAGES, *LISTS} - NO_DATA.keys()
    calls = [call for call in calls_of("visibilities", "images", "single_dish") if call.name in wanted]
    assert {call.name for call in calls} == wanted
    return run_as_plain(calls)


@pytest.mark.parametrize("task", VISIBILITIES)
def test_a_measurement_sets_history_is_that_of_plain_casa(both: Both, task: str) -> None:
    if task in NO_DATA:
        pytest.skip(f"{task} needs {NO_DATA[task]}, which nothing here can write")
    plain = _same_histories(both, task)
    assert (f" | taskname={task}" in _all(plain)) != (task in WRITES_NONE)


@pytest.mark.parametrize("call", IMAGES)
def test_an_images_history_is_that_of_plain_casa(both: Both, call: str) -> None:
    task = call.partition("_")[0]
    text = _all(_same_histories(both, call))
    assert f" | {task}(" in text or f"taskname={task}" in text.replace(" ", "")


@pytest.mark.parametrize("call", LISTS)
def test_lists_of_flags_and_multi_sets_are_worked_off_as_in_plain_casa(both: Both, call: str) -> None:
    _same_histories(both, call)
    note = both.plain.outcomes[call].note
    assert note is not None and note["error"] is None
    assert not both.differences(call)


def _same_histories(both: Both, call: str) -> dict[str, list[str]]:
    """The histories that a call has left, which are the same in both sessions."""
    outcomes = [session.outcomes[call] for session in (both.plain, both.kernel)]
    assert not any(outcome.death for outcome in outcomes), outcomes
    plain: dict[str, list[str]]
    plain, kernel = both.files[call]["histories"]
    assert plain and plain.keys() == kernel.keys()
    for table, lines in plain.items():
        assert kernel[table] == lines, f"{table}: {len(lines)} lines in plain CASA, {len(kernel[table])} in the kernel"
    return plain


def _all(histories: dict[str, list[str]]) -> str:
    return "\n".join(line for lines in histories.values() for line in lines)
