"""What a cell of a test becomes: its body, with the values of constants and parameters, and its last value."""

from __future__ import annotations

import sys

import pytest
from cells import cell, cells_of, text

DATA = "my.ms"
CHOICES = {"field": "0"}


@cell()
def define() -> None:
    global double

    def double(number):
        return 2 * number


@cell(define)
def use(number: int, unit: str = "Jy") -> object:
    # Who reads the test reads this; the cell has no comments.
    global both
    both = double(number), f"{DATA}/{unit}", dict(**CHOICES)
    return both, DATA.upper()


@cell()
def nothing() -> None: ...


VERBS = {"go": text("go listobs", define)}


def test_the_body_is_the_cell() -> None:
    assert define.text() == "def double(number):\n    return 2 * number"
    assert nothing.text() == "..." and VERBS["go"].text() == "go listobs"


def test_values_stand_in_the_places_of_names_and_the_last_one_is_shown() -> None:
    first, last = use.text(number=3).splitlines()
    found: dict[str, object] = {}
    exec(f"{define.text()}\n{first}", found)
    assert found["both"] == (6, "my.ms/Jy", {"field": "0"}) and last == "(both, 'my.ms'.upper())"
    assert "'K'" in use.text(number=3, unit="K")


def test_a_value_that_is_not_given_is_missed() -> None:
    with pytest.raises(TypeError, match="number"):
        use.text()
    assert cells_of(sys.modules[__name__]) == [define, nothing, VERBS["go"]]
