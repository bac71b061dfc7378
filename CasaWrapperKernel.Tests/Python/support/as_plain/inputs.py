"""inputs.py ARCHIVE: with plain CASA, in the working folder, the small data on which the calls work.

NGC 5921 with seven antennas and two scans of each field: a set as it was observed and one that is calibrated, tables of
solutions, a cube and a continuum image; the same as FITS and ASDM; a multi-MS; two minutes of a single dish.
"""

from __future__ import annotations

import shutil
import subprocess
import sys

import numpy
from casatasks import (
    applycal,
    bandpass,
    exportasdm,
    exportfits,
    exportuvfits,
    fluxscale,
    gaincal,
    partition,
    setjy,
    split,
    tclean,
    uvcontsub,
)
from casatools import measures, simulator, table


def visibilities(archive: str) -> None:
    subprocess.run(["tar", "xf", archive], check=True)
    split("ngc5921_raw.ms", outputvis="raw.ms", datacolumn="data", antenna="0~6&", timebin="60s")
    shutil.rmtree("ngc5921_raw.ms")
    shutil.copytree("raw.ms", "cal.ms")
    setjy(vis="cal.ms", field="0", standard="Perley-Butler 2010", usescratch=True)
    bandpass(vis="cal.ms", caltable="b.cal", field="0", solint="inf", combine="scan", refant="2")
    gaincal(vis="cal.ms", caltable="g.cal", field="0,1", solint="inf", refant="2", gaintable=["b.cal"])
    fluxscale(vis="cal.ms", caltable="g.cal", fluxtable="f.cal", reference="0", transfer="1")
    applycal(vis="cal.ms", gaintable=["f.cal", "b.cal"])
    partition("raw.ms", outputvis="raw.mms", createmms=True, separationaxis="scan", numsubms=2, flagbackup=False)
    exportuvfits("raw.ms", fitsfile="raw.uvfits", datacolumn="data", multisource=True, combinespw=True)
    exportasdm("raw.ms", asdm="raw.asdm", archiveid="X1", apcorrected=False)


def images() -> None:
    uvcontsub("cal.ms", outputvis="line.ms", field="2", datacolumn="corrected", fitspec="0:1~2;12~13", fitorder=0)
    tclean(
        "line.ms",
        imagename="cube",
        specmode="cube",
        start=1,
        nchan=6,
        width=2,
        restfreq="1420.40575MHz",
        imsize=32,
        cell="60arcsec",
        niter=20,
        threshold="8mJy",
    )
    tclean("cal.ms", field="2", imagename="cont", imsize=32, cell="60arcsec", niter=20, savemodel="none")
    exportfits("cube.image", "cube.fits")


def single_dish() -> None:
    """An antenna looks at and beside a source with a line."""
    sm, me, tb = simulator(), measures(), table()
    sm.open("sd.ms")
    sm.setconfig(
        telescopename="ALMA",
        x=[0.0],
        y=[0.0],
        z=[0.0],
        dishdiameter=[12.0],
        mount=["alt-az"],
        antname=["PM01"],
        coordsystem="local",
        referencelocation=me.observatory("ALMA"),
    )
    sm.setspwindow(
        spwname="band3", freq="100GHz", deltafreq="1MHz", freqresolution="1MHz", nchannels=64, stokes="XX YY"
    )
    sm.setfeed("perfect X Y", pol=[""])
    sm.setfield(sourcename="target", sourcedirection=me.direction("J2000", "12h00m00s", "-23d00m00s"))
    sm.setlimits(shadowlimit=0.01, elevationlimit="1deg")
    sm.setauto(1.0)
    sm.settimes(integrationtime="10s", usehourangle=True, referencetime=me.epoch("UTC", "2014/01/01/00:00:00"))
    sm.observe("target", "band3", starttime="-60s", stoptime="60s")
    sm.close()
    tb.open("sd.ms/STATE", nomodify=False)
    tb.addrows(2 - tb.nrows())
    for column, values in (
        ("OBS_MODE", ["OBSERVE_TARGET#ON_SOURCE", "OBSERVE_TARGET#OFF_SOURCE"]),
        ("SIG", [True, False]),
        ("REF", [False, True]),
    ):
        tb.putcol(column, values)
    tb.close()
    tb.open("sd.ms", nomodify=False)
    source = numpy.arange(tb.nrows()) % 2 == 0
    channel = numpy.arange(64.0)
    line = 3 * numpy.exp(-0.5 * ((channel - 30) / 4) ** 2) + 0.01 * channel
    noise = numpy.random.default_rng(5921).normal(0, 0.1, (2, 64, len(source)))
    tb.putcol("STATE_ID", numpy.where(source, 0, 1).astype("int32"))
    tb.putcol("DATA", (20 + noise + line[None, :, None] * source).astype("complex64"))
    tb.close()


visibilities(sys.argv[1])
images()
single_dish()
