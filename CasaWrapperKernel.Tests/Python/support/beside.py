"""Cells that run in a subshell (JEP 91) beside the main one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from kernel_client import FrontEnd


def execute_in(front: FrontEnd, subshell: str, code: str) -> str:
    """Send a cell to a subshell and return the request's id."""
    header = front.session.msg_header("execute_request") | {"subshell_id": subshell}
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
    return front.send("execute_request", content, header=header)


@pytest.fixture
def subshell(front: FrontEnd) -> Iterator[str]:
    name = front.request("create_subshell_request", channel="control").reply["content"]["subshell_id"]
    yield name
    assert front.request("delete_subshell_request", {"subshell_id": name}, "control").status == "ok"
