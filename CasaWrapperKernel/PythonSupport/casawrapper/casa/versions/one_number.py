"""Arrays of one element that can be used as numbers, as numpy before 2.4 let all of them be."""

from __future__ import annotations

from typing import Any

import numpy as np


class OneNumber(np.ndarray):
    """An array as good as any other; float() and the % of texts take it, if it has one element."""

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())


def one_number(value: Any) -> Any:
    """`value`, which can be used as a number if it is an array of one."""
    return value.view(OneNumber) if isinstance(value, np.ndarray) and value.size == 1 else value
