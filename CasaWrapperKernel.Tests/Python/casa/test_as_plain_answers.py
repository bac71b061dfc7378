"""What tasks return can be used as in plain CASA: written, pickled, copied, compared, unpacked, asked for its type."""

from __future__ import annotations

import pytest
from as_plain.compare import answers
from as_plain.fixtures import Both, RunBoth
from as_plain.sessions import Call
from casa_session import need_casa
from kernel_client import FrontEnd

pytestmark = pytest.mark.deadline(300)
CALLS = {
    "imstat": ("imstat('cont.image')", "cont.image"),
    "imhead": ("imhead('cont.image')", "cont.image"),
    "imfit": ("imfit('cont.image', box='8,8,24,24')", "cont.image"),
    "imval": ("imval('cont.image', box='4,4,6,6')", "cont.image"),
    "imregrid": ("imregrid('cont.image', template='get')", "cont.image"),
    "specfit": ("specfit('cube.image', box='16,16,16,16', ngauss=1)", "cube.image"),
    "flagdata": ("flagdata('raw.ms', mode='summary')", "raw.ms"),
    "listobs": ("listobs('raw.ms')", "raw.ms"),
    "visstat": ("visstat('raw.ms', axis='amp', datacolumn='data')", "raw.ms"),
    "vishead": ("vishead('raw.ms', mode='list')", "raw.ms"),
    "statwt": ("statwt('raw.ms', datacolumn='data', preview=True)", "raw.ms"),
    "calstat": ("calstat('g.cal', axis='amp', datacolumn='CPARAM')", "g.cal"),
    "fluxscale": (
        "fluxscale('cal.ms', caltable='g.cal', fluxtable='n.cal', reference='0', transfer='1')",
        "cal.ms g.cal",
    ),
    "tclean": ("tclean('cal.ms', imagename='new', field='2', imsize=32, cell='60arcsec', niter=5)", "cal.ms"),
    "listpartition": ("listpartition('raw.mms', createdict=True)", "raw.mms"),
    "flagmanager": ("flagmanager('raw.ms', mode='list')", "raw.ms"),
    "apparentsens": ("apparentsens('cal.ms', field='2', imsize=64, cell='60arcsec')", "cal.ms"),
    "in a list": ("[imstat('cont.image'), (imhead('cont.image'),)][0]", "cont.image"),
    "by a thread": (
        "__import__('multiprocessing.pool').pool.ThreadPool(1).apply(imstat, ['cont.image'])",
        "cont.image",
    ),
    "by a partial": ("__import__('functools').partial(imstat, 'cont.image')()", "cont.image"),
}


@pytest.fixture(scope="module")
def both(run_as_plain: RunBoth) -> Both:
    need_casa()
    return run_as_plain(
        [
            Call(name, name, f"from as_plain.use import uses\nr = uses({code})", tuple(inputs.split()))
            for name, (code, inputs) in CALLS.items()
        ]
    )


@pytest.mark.parametrize("name", CALLS)
def test_an_answer_is_used_as_in_plain_casa(both: Both, name: str) -> None:
    plain, kernel = answers(name, both.plain), answers(name, both.kernel)
    assert plain["type is dict"][1]
    lines = [
        f"{use}: {plain[use]!r:.300} in plain CASA, {kernel.get(use)!r:.300} in the kernel"
        for use in plain
        if plain[use] != kernel.get(use)
    ]
    assert not lines, "\n".join(lines)


def test_the_value_of_a_cell_is_a_plain_dictionary_too(front: FrontEnd, small_data: object) -> None:
    front.run(f"import os\nos.chdir({str(small_data)!r})")
    shown = front.run("imstat('cont.image')")
    assert shown.status == "ok" and shown.result is not None and shown.result.startswith("{'")
    assert front.value("type(_) is dict, _ is Out[max(Out)], 'max' in _") == "(True, True, True)"
