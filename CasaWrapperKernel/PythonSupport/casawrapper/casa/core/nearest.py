"""What somebody may have meant who typed a word that nobody knows."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """That of the `known` words of which `word` is a misspelling; None where none is really near.

    Parameters
    ----------
    word
        As it was typed. Small and capital letters count as the same.
    known
        The words that it could have been.

    Returns
    -------
    str or None
        The word as it stands in `known`.
    """
    words = {one.casefold(): one for one in sorted(known)}
    # Of the letters of a short word one may be wrong, of a long one every fifth.
    cutoff = min(0.8, 1 - 1.01 / max(len(word), 3))
    close = difflib.get_close_matches(word.casefold(), words, 1, cutoff)
    return words[close[0]] if close else None
