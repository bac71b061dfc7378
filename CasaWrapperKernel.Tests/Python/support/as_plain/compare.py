"""What differs between a call in plain CASA and in the kernel, one sentence each."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any

from as_plain.normal import normal, normal_bytes
from as_plain.sessions import SUPPORT, Outcome, Session

# CASA repeats warnings on standard error, and draws its progress there.
_LOG_LINE = re.compile(r"^<time>\t(?:WARN|SEVERE|INFO)\t.*\n?", re.MULTILINE)
_PROGRESS = re.compile(r"^(?:0%)?[.\d%]*(?:100%)?\n?$", re.MULTILINE)


@dataclass(frozen=True)
class Difference:
    """`aspect` is value, files, log, stdout, stderr, figures, error or death."""

    aspect: str
    text: str


def compare_files(
    names: Sequence[str], plain: Session, kernel: Session, python: str, env: dict[str, str]
) -> dict[str, dict[str, Any]]:
    """Per call: `differences` of the folders, and the `histories` of both."""
    pairs = plain.folder.parent / "pairs.json"
    pairs.write_text(json.dumps([[str(side.folder / name) for side in (plain, kernel)] for name in names]))
    answer = pairs.with_name("compared.json")
    done = subprocess.run(
        [python, "-m", "as_plain.trees", str(pairs), str(answer)],
        timeout=600,
        capture_output=True,
        cwd=plain.folder.parent,
        env=env | {"PYTHONPATH": str(SUPPORT)},
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return dict(zip(names, json.loads(answer.read_text()), strict=True))


def compare(name: str, plain: Session, kernel: Session) -> list[Difference]:
    """All differences of a call but those of its files."""
    one, two = plain.outcomes[name], kernel.outcomes[name]
    if one.death or two.death:
        return [] if one.death and two.death else [Difference("death", f"plain {one.death!r}, kernel {two.death!r}")]
    assert one.note is not None, f"plain CASA did not come to an end: {one.stderr}"
    if two.note is None:
        reply = two.cell.reply["content"] if two.cell else {}
        return [Difference("error", f"the cell did not come to its code: {reply.get('evalue')}")]
    return list(_parts(one, two, str(plain.folder), str(kernel.folder)))


def answers(name: str, session: Session) -> dict[str, Any]:
    """The value of a call that is a dictionary, without its session's folder; its error fails the test."""
    outcome, folder = session.outcomes[name], str(session.folder)
    assert outcome.note is not None, f"{outcome.death}{outcome.stderr}"
    assert outcome.note["error"] is None, outcome.note["error"]
    return {_plain(key[1], folder): _plain(value, folder) for key, value in outcome.note["value"][1]}


def _parts(one: Outcome, two: Outcome, first: str, second: str) -> Iterator[Difference]:
    assert one.note is not None and two.note is not None
    for aspect in ("value", "figures", "folder"):
        values = _plain(one.note[aspect], first), _plain(two.note[aspect], second)
        if repr(values[0]) != repr(values[1]):
            yield Difference(aspect, _where(values[0], values[1]))
    yield from _errors(one.note["error"], two.note["error"], first, second)
    for aspect, texts in (
        ("log", (one.note["log"], two.note["log"])),
        ("stdout", (one.stdout, two.stdout)),
        ("stderr", (one.stderr, two.stderr)),
    ):
        texts = normal(texts[0], first), normal(texts[1], second)
        if aspect == "stderr":
            texts = tuple(_PROGRESS.sub("", _LOG_LINE.sub("", text)) for text in texts)  # type: ignore[assignment]
        if texts[0] != texts[1]:
            lines = list(unified_diff(texts[0].splitlines(), texts[1].splitlines(), lineterm="", n=0))
            yield Difference(aspect, "\n".join(line[:300] for line in lines[2:14]))


def _plain(value: Any, folder: str) -> Any:
    if isinstance(value, str):
        return normal(value, folder)
    if isinstance(value, bytes):
        return normal_bytes(value, folder)
    if isinstance(value, (list, tuple)):
        return [_plain(one, folder) for one in value]
    return {key: _plain(one, folder) for key, one in value.items()} if isinstance(value, dict) else value


def _where(one: Any, two: Any, path: str = "") -> str:
    """The innermost place in which two values differ."""
    if isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        index = next(index for index, pair in enumerate(zip(one, two, strict=True)) if repr(pair[0]) != repr(pair[1]))
        return _where(one[index], two[index], f"{path}[{index}]")
    if isinstance(one, dict) and isinstance(two, dict) and one.keys() == two.keys():
        key = next(key for key in one if repr(one[key]) != repr(two[key]))
        return _where(one[key], two[key], f"{path}[{key!r}]")
    return f"{path} {repr(one)[:300]} in plain CASA, {repr(two)[:300]} in the kernel".strip()


def _errors(one: dict[str, Any] | None, two: dict[str, Any] | None, first: str, second: str) -> Iterator[Difference]:
    texts = [
        "no error" if error is None else f"{error['types'][0]}: {normal(error['text'], folder)}"
        for error, folder in ((one, first), (two, second))
    ]
    if one is None or two is None or one["types"][0] not in two["types"]:
        if one is not two:
            yield Difference("error type", f"{texts[0][:300]} in plain CASA, {texts[1][:300]} in the kernel")
    elif texts[0] != texts[1]:
        yield Difference("error text", f"{texts[0][:300]} in plain CASA, {texts[1][:600]} in the kernel")
