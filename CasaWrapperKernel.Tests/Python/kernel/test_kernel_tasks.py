"""wvrgcal and plotweather in the whole kernel: what CASA prints is shown, what would end the kernel is said."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from casa_session import need_casa
from kernel_client import FrontEnd, Kernel
from log_blocks import final

pytestmark = pytest.mark.deadline(120)
# Ten minutes of four antennas under a wet sky, with their radiometers' temperatures.
RADIOMETERS = """
import numpy as np, shutil
from casatools import simulator, measures, table
sm, me, tb = simulator(), measures(), table()
names = ['DA41', 'DA42', 'DV01', 'DV02']
sm.open('w.ms')
sm.setconfig(telescopename='ALMA', x=[0, 60, -40, 90], y=[0, 30, 80, -50], z=[0] * 4, dishdiameter=[12.0] * 4,
             mount=['alt-az'], antname=names, padname=names, coordsystem='local',
             referencelocation=me.observatory('ALMA'))
sm.setspwindow('WVR', freq='183.3GHz', deltafreq='1GHz', freqresolution='1GHz', nchannels=4, stokes='XX')
sm.setspwindow('sky', freq='230GHz', deltafreq='10MHz', freqresolution='10MHz', nchannels=8, stokes='XX YY')
sm.setfeed(mode='perfect X Y')
sm.setfield('J0', me.direction('J2000', '0h0m0s', '-30d0m0s'))
sm.setauto(autocorrwt=1.0)
sm.settimes('10s', True, me.epoch('UTC', '2020/01/01/00:00:00'))
for window in 'WVR', 'sky':
    sm.observe('J0', window, starttime='-300s', stoptime='300s')
sm.close()
noise = np.random.default_rng(1)
tb.open('w.ms', nomodify=False)
rows = np.flatnonzero((tb.getcol('DATA_DESC_ID') == 0) & (tb.getcol('ANTENNA1') == tb.getcol('ANTENNA2')))
for row in rows.tolist():
    water = 0.1 * np.sin(tb.getcell('TIME', row) / 100 + tb.getcell('ANTENNA1', row))
    kelvin = np.array([210, 120, 70, 45]) + water * np.array([5, 12, 9, 6]) + noise.normal(0, 0.05, 4)
    tb.putcell('DATA', row, kelvin[None].astype(complex))
tb.close()
for name in 'still', 'blind', 'away', 'flagged':
    shutil.copytree('w.ms', name + '.ms')
tb.open('still.ms/POINTING', nomodify=False); tb.removerows(list(range(tb.nrows()))); tb.close()
tb.open('blind.ms/STATE', nomodify=False); tb.putcell('OBS_MODE', 0, 'CALIBRATE_ATMOSPHERE#OFF'); tb.close()
tb.open('away.ms/STATE', nomodify=False); tb.addrows(1); tb.putcell('OBS_MODE', 1, 'CALIBRATE#OFF'); tb.close()
tb.open('away.ms', nomodify=False)
tb.putcol('STATE_ID', np.where(tb.getcol('DATA_DESC_ID') == 0, 1, tb.getcol('STATE_ID'))); tb.close()
tb.open('flagged.ms', nomodify=False)
for row in rows.tolist():
    tb.putcell('FLAG', row, np.ones((1, 4), bool))
tb.close()
shutil.copytree('w.ms', 'other.ms')
tb.open('other.ms/ANTENNA', nomodify=False); tb.putcol('NAME', np.array(['CM01'] * 4)); tb.close()
shutil.copytree('w.ms', 'plain.ms')
shutil.copytree('w.ms', 'loose.ms')
tb.open('loose.ms/DATA_DESCRIPTION', nomodify=False); tb.putcol('SPECTRAL_WINDOW_ID', np.array([1, 1])); tb.close()
tb.open('plain.ms/SPECTRAL_WINDOW', nomodify=False); tb.putcol('NUM_CHAN', np.array([3, 8])); tb.close()
"""


@pytest.fixture(scope="module")
def kernel(start_kernel: Callable[..., Kernel], tmp_path_factory: pytest.TempPathFactory) -> Kernel:
    need_casa()
    kernel = start_kernel(cwd=tmp_path_factory.mktemp("tasks"))
    client = kernel.connect()
    assert client.run(RADIOMETERS, timeout=90).status == "ok"
    client.close()
    kernel.fronts.remove(client)
    return kernel


def answer(front: FrontEnd, call: str) -> str:
    """The text of what a call returns, in one line."""
    cell = front.run(call, timeout=60)
    assert cell.status == "ok", cell.reply["content"]
    assert "Calculating the coefficients now" in cell.stderr and "done!" in cell.stderr
    assert cell.result is not None
    return " ".join(cell.result.split())


def refusal(front: FrontEnd, call: str) -> str:
    """The one sentence by which a call fails."""
    content = front.run(call, timeout=60).reply["content"]
    assert content["ename"] == "CannotRun" and len("\n".join(content["traceback"]).splitlines()) == 3
    return content["evalue"]


def test_wvrgcal_runs_and_what_it_prints_is_shown(front: FrontEnd) -> None:
    text = answer(front, "wvrgcal('w.ms', 'w.cal', toffset=0, usefieldtab=True)")
    assert "'success': True" in text and "['DA41', 'DA42', 'DV01', 'DV02']" in text
    assert (
        front.value("import os\nos.path.isfile('w.cal/table.dat'), [n for n in os.listdir() if 'tmp' in n]")
        == "(True, [])"
    )


def test_after_wvrgcal_nothing_that_is_printed_is_lost(front: FrontEnd) -> None:
    cell = front.run("import ctypes\nprint('mine')\nctypes.CDLL(None).puts(b'of C')\n!echo of a shell")
    assert sorted(cell.stdout.split()) == sorted(["mine", "of", "C", "of", "a", "shell"])


def test_wvrgcal_without_pointing_takes_the_field(front: FrontEnd) -> None:
    assert "'success': True" in answer(front, "wvrgcal('still.ms', 'still.cal', toffset=0)")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("wvrgcal('plain.ms', 'x.cal')", "plain.ms has no data of water vapour radiometers"),
        ("wvrgcal('blind.ms', 'x.cal')", "wvrgcal finds no radiometer data of the sky in blind.ms"),
        ("wvrgcal('away.ms', 'x.cal')", "wvrgcal finds no radiometer data of the sky in away.ms"),
        ("wvrgcal('loose.ms', 'x.cal')", "wvrgcal finds no radiometer data of the sky in loose.ms"),
        ("wvrgcal('w.ms', 'x.cal', wvrspw=[1])", "wvrspw=[1] is no spectral window of the radiometers"),
        ("wvrgcal('w.ms', 'w.ms')", "wvrgcal: Output caltable w.ms already exists - will not overwrite."),
        ("wvrgcal('w.ms/FIELD', 'x.cal')", "w.ms/FIELD is no measurement set"),
    ],
)
def test_wvrgcal_says_in_one_sentence_what_is_missing(front: FrontEnd, call: str, words: str) -> None:
    assert refusal(front, call).startswith(words)


def test_wvrgcal_answers_flagged_data_as_casa_does(front: FrontEnd) -> None:
    assert (
        front.value(
            "answer = wvrgcal('flagged.ms', 'x.cal', usefieldtab=True)\nanswer['success'], answer['rval']", timeout=60
        )
        == "(False, 1)"
    )


def test_wvrgcal_points_to_the_log_where_only_that_knows(front: FrontEnd) -> None:
    cell = front.run("wvrgcal('other.ms', 'x.cal')", timeout=60)
    assert cell.error == "CannotRun" and "SEVERE lines of its log" in cell.reply["content"]["evalue"]
    assert "No good antennas with WVR data found" in final(cell).html


def test_plotweather_says_at_once_that_there_is_no_weather(front: FrontEnd, kernel: Kernel) -> None:
    # It would take a minute for the opacities of the seasonal model.
    request = front.execute("plotweather('w.ms')")
    text = front.wait_for(lambda m: m["msg_type"] == "stream", timeout=10)["content"]["text"]
    assert text.startswith("[casa-kernel] w.ms has no weather data") and "draws nothing" in text
    kernel.interrupt(front, "message")
    assert front.collect(request, timeout=90).error == "KeyboardInterrupt"
