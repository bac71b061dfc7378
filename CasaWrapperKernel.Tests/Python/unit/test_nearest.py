"""Which word a misspelt one is taken for, and that unlike ones are not."""

from __future__ import annotations

import pytest

from casawrapper.casa.calls.arguments import must_be_one_of
from casawrapper.casa.core.nearest import nearest

# fmt: off
KNOWN = (
    "amp", "caltable", "coloraxis", "field", "imagename", "infile", "modelimage", "pccor_caltable", "phase",
    "phasecenter", "restfreq", "spw", "tclean", "time", "vis", "weighting",
)
# fmt: on


@pytest.mark.parametrize(
    "word, meant",
    [
        ("tclaen", "tclean"),
        ("viz", "vis"),
        ("tine", "time"),
        ("apm", "amp"),
        ("phas", "phase"),
        ("fields", "field"),
        ("imagname", "imagename"),
        ("phasecentre", "phasecenter"),
        ("colouraxis", "coloraxis"),
        ("weight", "weighting"),
        ("AMP", "amp"),
        ("Imagename", "imagename"),
    ],
)
def test_a_misspelt_word(word: str, meant: str) -> None:
    assert nearest(word, KNOWN) == meant


@pytest.mark.parametrize("word", ["pccor_ant", "outfile", "calfield", "mode", "xyzzy", "v", "", "mask", "pbcor"])
def test_a_word_that_is_like_none(word: str) -> None:
    assert nearest(word, KNOWN) is None


def test_the_sentence_names_a_value_only_if_it_is_near() -> None:
    assert must_be_one_of("mode", "lst", ["list", "summary"]).startswith("Did you mean 'list'? mode must be one of ")
    assert must_be_one_of("mode", "manual", ["list", "summary"]) == "mode must be one of 'list', 'summary'."
