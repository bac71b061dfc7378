"""JSON that every client can read: no NaN, no lone surrogates, nothing unknown."""

from __future__ import annotations

import base64
import json
import math
import os
from datetime import datetime
from numbers import Integral, Real
from typing import Any

_LONG = 50_000
_PLACE = "casa-kernel-" + os.urandom(16).hex()


def dumps(value: Any) -> bytes:
    """Serialise message content; the slow way is taken only for the rare value that needs it.

    Parameters
    ----------
    value
        Anything: what JSON does not know becomes what jupyter_client makes of it (dates in ISO form, bytes in base64),
        or its ``repr``. NaN and infinities become texts; what of a text is not Unicode becomes question marks.

    Returns
    -------
    bytes
        UTF-8.
    """
    try:
        return json.dumps(value, default=_plain, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, TypeError, UnicodeEncodeError):
        return json.dumps(_clean(value), allow_nan=False).encode("utf-8", "replace")


def parts(content: dict[str, Any]) -> list[bytes | str]:
    """Serialise message content as bytes and, by turns, text that is as it is.

    The text is that of large pictures: letters only, which need no search for what JSON escapes, and no copy.

    Parameters
    ----------
    content
        Of a message, whose pictures are in ``data`` by mime type.

    Returns
    -------
    list of bytes or str
        One after the other they are the JSON: bytes at the even places, texts at the odd ones.
    """
    data = content.get("data")
    if not isinstance(data, dict):
        return [dumps(content)]
    pictures = {key: text for key, text in data.items() if _is_long_and_plain(text)}
    if not pictures:
        return [dumps(content)]
    between = dumps({**content, "data": {**data, **dict.fromkeys(pictures, _PLACE)}}).split(_PLACE.encode())
    return [part for pair in zip(between, [*pictures.values(), ""], strict=False) for part in pair]


def _is_long_and_plain(text: Any) -> bool:
    return (
        type(text) is str
        and len(text) > _LONG
        and text.isascii()
        and '"' not in text
        and "\\" not in text
        and text.isprintable()
    )


def _plain(value: Any) -> Any:
    """What jupyter_client makes of objects that JSON does not know."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(bytes(value)).decode("ascii")
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        number = float(value)
        return number if math.isfinite(number) else repr(number)
    if isinstance(value, (set, frozenset, tuple)) or hasattr(value, "__iter__"):
        return list(value)
    return repr(value)


def _clean(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else repr(value)
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {k if isinstance(k, str) else str(k): _clean(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(v) for v in value]
    if value is None or isinstance(value, (bool, int)):
        return value
    return _clean(_plain(value))
