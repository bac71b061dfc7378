"""The stage of the pipeline that answers a call with what it made when it ran."""

from __future__ import annotations

import gc
import os
import time
from contextlib import suppress
from typing import Any

from casawrapper.casa.calls.call import CallRecord
from casawrapper.casa.calls.pipeline import Proceed
from casawrapper.casa.display import answers, sink
from casawrapper.casa.log.location import current_logfile
from casawrapper.casa.recompute import engine, report
from casawrapper.casa.recompute.description import UnknownError, describe
from casawrapper.casa.recompute.values import NotPlainError, decode, encode
from casawrapper.util.messages import notice

_is_on = os.environ.get("CASA_KERNEL_RECOMPUTE") == "on"


def switch(on: bool) -> None:
    """Let calls be replayed, or not.

    Parameters
    ----------
    on
        Off, every call runs and nothing is kept.
    """
    global _is_on
    _is_on = on


def is_on() -> bool:
    """Whether calls are replayed."""
    return _is_on and engine.is_there()


def recompute(record: CallRecord, proceed: Proceed) -> Any:
    """Stage: a call of the user's whose data and arguments are as they were is answered with what it made then."""
    if record.call.depth or not is_on():
        return proceed()
    outcome = report.begin(record.call.name)
    begin = time.monotonic()
    try:
        found = engine.ask("look", call=describe(record.call))
    except UnknownError as error:
        found = {"run": str(error)}
    except Exception as error:  # whatever is wrong here, the task can run
        found = {"run": f"it could not be looked for ({type(error).__name__}: {error})"}
    outcome.reason = found.get("run") or ""
    if found.get("is_amiss"):
        notice(f"{record.call.name} runs, because {outcome.reason}.")
    if outcome.reason:
        return _run(record, proceed, outcome, found.get("ticket", 0))
    result = _replay(record, found)
    outcome.replayed, outcome.products = True, found["products"]
    outcome.seconds = time.monotonic() - begin
    outcome.saved = max(0.0, found["seconds"] - outcome.seconds)
    return result


def _replay(record: CallRecord, found: dict[str, Any]) -> Any:
    payload = found["payload"]
    path = current_logfile()
    if path and os.path.isfile(path) and found["log"]:
        with open(path, "ab") as file:
            file.write(found["log"].encode())
    for sentence in payload["notices"]:
        notice(sentence)
    for data in payload["displays"]:
        sink.show(decode(data))
    result = decode(payload["value"])
    if payload["is_quiet"]:
        answers.be_quiet(result)
    record.instead_of = found["seconds"]
    return result


def _run(record: CallRecord, proceed: Proceed, outcome: report.Outcome, ticket: int) -> Any:
    kept = False
    heard = len(record.notices)
    try:
        result = proceed()
        outcome.seconds = record.seconds
        if ticket:
            kept = True
            refusal = _keep(record, result, record.notices[heard:], outcome, ticket)
            outcome.reason += f" (not kept: {refusal})" if refusal else ""
        return result
    finally:
        if ticket and not kept:
            outcome.seconds = record.seconds
            outcome.reason += " (not kept: it has failed)"
            engine.ask("drop", ticket=ticket)


def _keep(record: CallRecord, result: Any, heard: list[str], outcome: report.Outcome, ticket: int) -> str | None:
    """Why the call is not kept, None if it is."""
    lines = record.log.lines() if record.log is not None else []
    try:
        if result is False:
            raise NotPlainError("it has returned False")
        if any(map(_is_error, lines)):
            raise NotPlainError("it has logged an error")
        payload = {
            "value": encode(result),
            "is_quiet": answers.is_quiet(result),
            "displays": [encode(data) for data in record.displayed],
            "notices": heard,
        }
        _let_go()
        answer = engine.ask("keep", ticket=ticket, seconds=record.seconds, log="\n".join(lines), payload=payload)
    except NotPlainError as error:
        engine.ask("drop", ticket=ticket)
        return str(error)
    except Exception as error:  # the task has run, and that is what counts
        engine.ask("drop", ticket=ticket)
        return f"{type(error).__name__}: {error}"
    outcome.products = answer.get("products", [])
    if answer.get("is_amiss"):
        notice(f"{record.call.name} is not kept: {answer['run']}.")
    refusal: str | None = answer.get("run")
    return refusal


def _let_go() -> None:
    # A tool that nobody holds any more has its tables open until it is collected.
    for number in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            if "/table." in os.readlink(f"/proc/self/fd/{number}"):
                gc.collect()
                return


def _is_error(line: str) -> bool:
    _, priority, origin, *_ = [*line.split("\t", 3), "", "", ""]
    # That CASA's own tables are old says nothing of the task; it is logged once in a session.
    return priority.strip() == "SEVERE" and not origin.startswith("MeasTable::")
