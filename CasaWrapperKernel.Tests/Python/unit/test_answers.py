"""Dictionaries that tasks return: themselves for the user's code, tables on the page."""

from __future__ import annotations

import gc
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("IPython")

from IPython.core.interactiveshell import InteractiveShell

from casawrapper.casa.calls.pipeline import Pipeline
from casawrapper.casa.display import answers


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    shell = InteractiveShell.instance()
    answers.install(shell)
    yield shell
    InteractiveShell.clear_instance()


def shown(shell: InteractiveShell, value: Any) -> dict[str, Any]:
    data: dict[str, Any] = shell.display_formatter.format(value)[0]
    return data


imstat = Pipeline(answers.remember).guard("imstat", dict, [])


def test_an_answer_is_a_plain_dictionary_that_is_shown_as_a_table(shell: InteractiveShell) -> None:
    answer = imstat(max=1.5)
    assert type(answer) is dict and answer == {"max": 1.5}
    data = shown(shell, answer)
    assert "<table" in data["text/html"] and data["text/plain"] == "{'max': 1.5}"


def test_other_dictionaries_are_shown_as_ever(shell: InteractiveShell) -> None:
    class Own(dict):  # type: ignore[type-arg]
        def _repr_html_(self) -> str:
            return "<i>own</i>"

    assert imstat(max=1.5)
    assert set(shown(shell, {"max": 1.5})) == {"text/plain"}
    assert set(shown(shell, OrderedDict(a=1))) == {"text/plain"}
    assert shown(shell, Own(a=1))["text/html"] == "<i>own</i>"


def test_only_what_the_user_keeps_is_remembered() -> None:
    kept = [imstat(number=number) for number in range(3)]
    for number in range(100):
        imstat(number=number)
    gc.collect()
    assert len(answers._answers) <= len(kept) + 1 and all(answers._answers[id(one)] is one for one in kept)


def test_a_quiet_answer_is_not_echoed_by_its_own_cell(shell: InteractiveShell) -> None:
    answer = imstat(max=2.5)
    answers.be_quiet(answer)
    assert shown(shell, answer) == {}
    shell.run_cell("1", store_history=True)
    assert "text/html" in shown(shell, answer)
