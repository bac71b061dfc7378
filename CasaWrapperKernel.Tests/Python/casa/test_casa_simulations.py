"""simobserve, simanalyze and simalma with real CASA: each of their figures once, files kept."""

from __future__ import annotations

import pytest
from casa_session import Cell, Session, ink, run_cells

MODEL = """
import numpy as np
sky = np.zeros([64, 64, 1, 1]); sky[32, 32] = 1; sky[37, 32] = 0.5
for name, pixel in ('m.im', 4.8e-7), ('wide.im', 5.3e-6):
    ia.fromarray(name, sky)
    c = ia.coordsys(); c.setunits(['rad', 'rad', '', 'Hz']); c.setreferencepixel([32, 32], 'direction')
    c.setincrement([-pixel, pixel], 'direction'); c.setreferencevalue([0.5, -0.4], 'direction')
    c.setreferencevalue('230GHz', 'spectral'); c.setincrement('1GHz', 'spectral')
    ia.setcoordsys(c.torecord()); ia.setbrightnessunit('Jy/pixel'); ia.close()
from matplotlib import pyplot as plt
plt.plot([1, 2]); mine = plt.gcf()
"""
OBSERVE = (
    "simobserve(project='{0}', skymodel='m.im', antennalist='alma.cycle5.1.cfg', totaltime='600s', "
    "integration='60s', thermalnoise='', graphics='{0}')"
)
FILES = "import os\nsorted(name for name in os.listdir('{}') if name.endswith('.png'))"
CELLS = {
    "model": MODEL,
    "both": OBSERVE.format("both"),
    "screen": OBSERVE.format("screen"),
    "file": OBSERVE.format("file"),
    "none": OBSERVE.format("none"),
    "analyze": "simanalyze(project='both', vis='both.alma.cycle5.1.ms', imsize=[64, 64], cell='0.1arcsec', "
    "niter=20, threshold='1mJy', analyze=True, graphics='both')",
    "alma": "simalma(project='alma', skymodel='m.im', antennalist=['alma.cycle5.1.cfg'], totaltime='300s', "
    "tpnant=0, integration='60s', mapsize='5arcsec', dryrun=False, image=True, imsize=[64, 64], "
    "cell='0.1arcsec', niter=10, graphics='both')",
    "dish": "simobserve(project='dish', skymodel='wide.im', obsmode='sd', sdantlist='aca.tp.cfg', "
    "totaltime='600s', integration='60s', mapsize='20arcsec', thermalnoise='', graphics='both')",
    "analyze dish": "simanalyze(project='dish', vis='dish.aca.tp.sd.ms', imsize=[64, 64], cell='1arcsec', "
    "analyze=True, graphics='both')",
    # With noise there are two data sets, which simanalyze combines.
    "noisy": "simobserve(project='noisy', skymodel='m.im', antennalist='aca.cycle5.cfg', totaltime='300s', "
    "integration='60s', thermalnoise='tsys-manual', graphics='none')\n"
    "simanalyze(project='noisy', imsize=[64, 64], cell='0.5arcsec', niter=5, graphics='screen')",
    "files of both": FILES.format("both"),
    "files of screen": FILES.format("screen"),
    "files of file": FILES.format("file"),
    "files of alma": FILES.format("alma"),
    "mine": "(mine.number in plt.get_fignums(), len(plt.get_fignums()))",
    "statistics": "ia.open('m.im'); found = type(ia.statistics()['max']).__name__; ia.close()\nfound",
}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    # As in a notebook whose user keeps figures open between cells.
    return run_cells(
        tmp_path_factory.mktemp("simulations"), ["%config InlineBackend.close_figures = False", *CELLS.values()]
    )


def cell(session: Session, name: str) -> Cell:
    return session[1 + list(CELLS).index(name)]


def files(session: Session, name: str) -> str:
    return " ".join(cell(session, f"files of {name}").results[0]["text/plain"].split())


@pytest.mark.parametrize("graphics", ["both", "screen", "file"])
def test_simobserve_shows_sky_and_observation_once(session: Session, graphics: str) -> None:
    done = cell(session, graphics)
    assert done.error is None
    assert [output["text/plain"] for output in done.displays] == [f"simobserve: {graphics}"] * 2
    sky, observation = done.pictures()
    assert ink(sky) > 2000 and ink(observation) > 2000 and sky.tobytes() != observation.tobytes()


def test_simobserve_writes_the_files_it_was_asked_for(session: Session) -> None:
    for asked in "both", "file":
        assert files(session, asked).count("alma.cycle5.1.observe.png") == 1
        assert f"'{asked}.alma.cycle5.1.skymodel.png'" in files(session, asked)
    assert files(session, "screen") == "[]"


def test_simobserve_without_graphics_shows_none(session: Session) -> None:
    done = cell(session, "none")
    assert done.error is None and done.displays == []


def test_simanalyze_shows_image_and_analysis_once(session: Session) -> None:
    done = cell(session, "analyze")
    assert done.error is None
    assert [output["text/plain"] for output in done.displays] == ["simanalyze: both"] * 2
    image, analysis = done.pictures()
    assert ink(image) > 2000 and ink(analysis) > 2000 and image.tobytes() != analysis.tobytes()
    assert "'both.alma.cycle5.1.analysis.png', 'both.alma.cycle5.1.image.png'" in files(session, "both")


def test_single_dishes_are_simulated_and_analyzed(session: Session) -> None:
    for name, pictures in ("dish", 2), ("analyze dish", 1):
        done = cell(session, name)
        assert done.error is None and len(done.pictures()) == len(done.displays) == pictures
        assert all(ink(picture) > 2000 for picture in done.pictures())


def test_simanalyze_combines_data_sets(session: Session) -> None:
    done = cell(session, "noisy")
    assert done.error is None and len(done.pictures()) == len(done.displays) == 1


def test_simalma_shows_the_figures_of_all_its_steps(session: Session) -> None:
    done = cell(session, "alma")
    assert done.error is None
    assert [output["text/plain"] for output in done.displays] == ["simalma: alma"] * 4
    assert len({picture.tobytes() for picture in done.pictures()}) == 4
    assert files(session, "alma").count(".png") == 4


def test_simulations_draw_into_the_current_figure_as_in_plain_casa(session: Session) -> None:
    assert cell(session, "mine").results[0]["text/plain"] == "(True, 1)"


def test_statistics_of_the_users_images_are_what_casa_gives(session: Session) -> None:
    assert cell(session, "statistics").results[0]["text/plain"] == "'ndarray'"


def test_arrays_of_one_number_stay_arrays() -> None:
    import numpy as np

    from casawrapper.casa.versions.one_number import one_number

    one = one_number(np.array([2.5])) * 2
    assert "%.1f, %d" % (one, one) == "5.0, 5"  # noqa: UP031 - as the tasks format it
    assert len(one) == 1 and one[0] == 5
    many = np.array([1.0, 2.0])
    assert one_number(many) is many and one_number("text") == "text"
