"""simobserve, simanalyze and simalma with real CASA: each of their figures once, files kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from casa_notebook import Notebook
from casa_session import ink
from cells import Code, cell, text

if TYPE_CHECKING:
    from casa_prompt import ia, simalma, simanalyze, simobserve

OBSERVE = {
    "skymodel": "m.im",
    "antennalist": "alma.cycle5.1.cfg",
    "totaltime": "600s",
    "integration": "60s",
    "thermalnoise": "",
}
# As in a notebook whose user keeps figures open between cells.
open_figures = text("%config InlineBackend.close_figures = False")


@cell(open_figures)
def model() -> None:
    global mine
    import numpy as np
    from matplotlib import pyplot as plt

    sky = np.zeros([64, 64, 1, 1])
    sky[32, 32] = 1
    sky[37, 32] = 0.5
    for name, pixel in ("m.im", 4.8e-7), ("wide.im", 5.3e-6):
        ia.fromarray(name, sky)
        c = ia.coordsys()
        c.setunits(["rad", "rad", "", "Hz"])
        c.setreferencepixel([32, 32], "direction")
        c.setincrement([-pixel, pixel], "direction")
        c.setreferencevalue([0.5, -0.4], "direction")
        c.setreferencevalue("230GHz", "spectral")
        c.setincrement("1GHz", "spectral")
        ia.setcoordsys(c.torecord())
        ia.setbrightnessunit("Jy/pixel")
        ia.close()
    plt.plot([1, 2])
    mine = plt.gcf()


@cell(model)
def both() -> None:
    simobserve(project="both", graphics="both", **OBSERVE)


@cell(model)
def screen() -> None:
    simobserve(project="screen", graphics="screen", **OBSERVE)


@cell(model)
def file() -> None:
    simobserve(project="file", graphics="file", **OBSERVE)


@cell(model)
def none() -> None:
    simobserve(project="none", graphics="none", **OBSERVE)


@cell(both)
def analyze() -> None:
    simanalyze(
        project="both",
        vis="both.alma.cycle5.1.ms",
        imsize=[64, 64],
        cell="0.1arcsec",
        niter=20,
        threshold="1mJy",
        analyze=True,
        graphics="both",
    )


@cell(model)
def alma() -> None:
    simalma(
        project="alma",
        skymodel="m.im",
        antennalist=["alma.cycle5.1.cfg"],
        totaltime="300s",
        tpnant=0,
        integration="60s",
        mapsize="5arcsec",
        dryrun=False,
        image=True,
        imsize=[64, 64],
        cell="0.1arcsec",
        niter=10,
        graphics="both",
    )


@cell(model)
def dish() -> None:
    simobserve(
        project="dish",
        skymodel="wide.im",
        obsmode="sd",
        sdantlist="aca.tp.cfg",
        totaltime="600s",
        integration="60s",
        mapsize="20arcsec",
        thermalnoise="",
        graphics="both",
    )


@cell(dish)
def analyze_dish() -> None:
    simanalyze(
        project="dish",
        vis="dish.aca.tp.sd.ms",
        imsize=[64, 64],
        cell="1arcsec",
        analyze=True,
        graphics="both",
    )


@cell(model)
def noisy() -> None:
    # With noise there are two data sets, which simanalyze combines.
    simobserve(
        project="noisy",
        skymodel="m.im",
        antennalist="aca.cycle5.cfg",
        totaltime="300s",
        integration="60s",
        thermalnoise="tsys-manual",
        graphics="none",
    )
    simanalyze(project="noisy", imsize=[64, 64], cell="0.5arcsec", niter=5, graphics="screen")


@cell(model)
def statistics() -> object:
    ia.open("m.im")
    found = type(ia.statistics()["max"]).__name__
    ia.close()
    return found


@cell(both, screen, file, none, analyze, alma, dish, analyze_dish, noisy)
def figures() -> object:
    from matplotlib import pyplot as plt

    return mine.number in plt.get_fignums(), len(plt.get_fignums())


def files(notebook: Notebook, project: Code) -> str:
    notebook(project)
    return str(sorted(path.name for path in (notebook.folder / str(project)).glob("*.png")))


@pytest.mark.parametrize("project", [both, screen, file], ids=str)
def test_simobserve_shows_sky_and_observation_once(notebook: Notebook, project: Code) -> None:
    done = notebook(project)
    assert [output["text/plain"] for output in done.displays] == [f"simobserve: {project}"] * 2
    sky, observation = done.pictures()
    assert ink(sky) > 2000 and ink(observation) > 2000 and sky.tobytes() != observation.tobytes()


def test_simobserve_writes_the_files_it_was_asked_for(notebook: Notebook) -> None:
    notebook(analyze)
    for asked in both, file:
        assert files(notebook, asked).count("alma.cycle5.1.observe.png") == 1
        assert f"'{asked}.alma.cycle5.1.skymodel.png'" in files(notebook, asked)
    assert files(notebook, screen) == "[]"


def test_simobserve_without_graphics_shows_none(notebook: Notebook) -> None:
    done = notebook(none)
    assert done.displays == []


def test_simanalyze_shows_image_and_analysis_once(notebook: Notebook) -> None:
    done = notebook(analyze)
    assert [output["text/plain"] for output in done.displays] == ["simanalyze: both"] * 2
    image, analysis = done.pictures()
    assert ink(image) > 2000 and ink(analysis) > 2000 and image.tobytes() != analysis.tobytes()
    assert "'both.alma.cycle5.1.analysis.png', 'both.alma.cycle5.1.image.png'" in files(notebook, both)


def test_single_dishes_are_simulated_and_analyzed(notebook: Notebook) -> None:
    for code, pictures in (dish, 2), (analyze_dish, 1):
        done = notebook(code)
        assert len(done.pictures()) == len(done.displays) == pictures
        assert all(ink(picture) > 2000 for picture in done.pictures())


def test_simanalyze_combines_data_sets(notebook: Notebook) -> None:
    done = notebook(noisy)
    assert len(done.pictures()) == len(done.displays) == 1


def test_simalma_shows_the_figures_of_all_its_steps(notebook: Notebook) -> None:
    done = notebook(alma)
    assert [output["text/plain"] for output in done.displays] == ["simalma: alma"] * 4
    assert len({picture.tobytes() for picture in done.pictures()}) == 4
    assert files(notebook, alma).count(".png") == 4


def test_simulations_draw_into_the_current_figure_as_in_plain_casa(notebook: Notebook) -> None:
    assert notebook(figures).results[0]["text/plain"] == "(True, 1)"


def test_statistics_of_the_users_images_are_what_casa_gives(notebook: Notebook) -> None:
    assert notebook(statistics).results[0]["text/plain"] == "'ndarray'"


def test_arrays_of_one_number_stay_arrays() -> None:
    import numpy as np

    from casawrapper.casa.versions.one_number import one_number

    one = one_number(np.array([2.5])) * 2
    assert "%.1f, %d" % (one, one) == "5.0, 5"  # noqa: UP031 - as the tasks format it
    assert len(one) == 1 and one[0] == 5
    many = np.array([1.0, 2.0])
    assert one_number(many) is many and one_number("text") == "text"
