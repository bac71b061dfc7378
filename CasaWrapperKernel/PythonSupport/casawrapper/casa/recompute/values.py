"""Values with their types as JSON, and back; never pickles, which could run code of whoever wrote them."""

from __future__ import annotations

import base64
import sys
from typing import Any


class NotPlainError(Exception):
    """A value has no such form: it is an object with a life of its own, such as a tool."""


def encode(value: Any) -> Any:
    """The value as JSON; different values are different.

    Parameters
    ----------
    value
        None, a number, a text, bytes, an array or a number of numpy's, or a list, tuple or dictionary of such.

    Raises
    ------
    NotPlainError
        It is anything else.
    """
    kind = type(value)
    if value is None or kind in (bool, str):
        return value
    if kind is int:
        return {"int": str(value)}
    if kind is float:
        return {"float": value.hex()}
    if kind is complex:
        return {"complex": [value.real.hex(), value.imag.hex()]}
    if kind is bytes:
        return {"bytes": _letters(value)}
    if kind is list:
        return [encode(one) for one in value]
    if kind is tuple:
        return {"tuple": [encode(one) for one in value]}
    if kind is dict:
        return {"dict": [[encode(key), encode(one)] for key, one in value.items()]}
    return _encode_numpy(value, kind)


def decode(value: Any) -> Any:
    """The value that `encode` was given.

    Parameters
    ----------
    value
        What it has made of it.
    """
    if isinstance(value, list):
        return [decode(one) for one in value]
    if not isinstance(value, dict):
        return value
    [(kind, content)] = value.items()
    return _DECODERS[kind](content)


def _encode_numpy(value: Any, kind: type) -> Any:
    numpy = sys.modules.get("numpy")
    if numpy is None or kind is not numpy.ndarray and not isinstance(value, numpy.generic):
        raise NotPlainError(f"an object of {kind.__name__} is no plain data")
    if value.dtype.hasobject or value.dtype.names is not None:
        raise NotPlainError(f"an array of {value.dtype} is no plain data")
    if kind is not numpy.ndarray:
        return {"scalar": [value.dtype.str, _letters(value.tobytes())]}
    order = "F" if value.flags.f_contiguous and not value.flags.c_contiguous else "C"
    return {"array": [value.dtype.str, list(value.shape), order, _letters(value.tobytes(order))]}


def _array(content: list[Any]) -> Any:
    import numpy

    dtype, shape, order, letters = content
    found = numpy.frombuffer(_bytes(letters), dtype=dtype).reshape(shape, order=order)
    return found.copy(order)  # one that can be written to


def _scalar(content: list[Any]) -> Any:
    import numpy

    return numpy.frombuffer(_bytes(content[1]), dtype=content[0])[0]


def _letters(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(letters: str) -> bytes:
    return base64.b64decode(letters)


_DECODERS: dict[str, Any] = {
    "int": int,
    "float": float.fromhex,
    "complex": lambda parts: complex(*map(float.fromhex, parts)),
    "bytes": _bytes,
    "tuple": lambda items: tuple(decode(one) for one in items),
    "dict": lambda items: {decode(key): decode(one) for key, one in items},
    "array": _array,
    "scalar": _scalar,
}
