"""Two wordings of one text: whether a slip of the pen was put right, or it says something else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

__all__ = ["is_slip"]

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_SHORTEST, _MOST = 5, 2


def is_slip(old: str | Sequence[str], new: str | Sequence[str]) -> bool:
    """Tell whether only spelling, punctuation or capitals differ.

    Counted as a slip: the same words in the same order, of which at most two differ by one letter
    put in, left out, changed or swapped; such words have five letters at least, no digit, and begin
    alike, so that *not* and *now*, *likely* and *unlikely*, 2 and 3 are never taken for a slip.

    Parameters
    ----------
    old, new : str or list of str

    Returns
    -------
    bool

    Examples
    --------
    >>> is_slip("Ring the ofice", "Ring the office."), is_slip("Do not ring", "Do now ring")
    (True, False)
    """
    if not isinstance(old, str) or not isinstance(new, str):
        return _all_slips(old, new)
    before, after = (_WORD.findall(text.casefold()) for text in (old, new))
    if len(before) != len(after):
        return False
    differing = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    return len(differing) <= _MOST and all(_misspelt(*pair) for pair in differing)


def _all_slips(old: Sequence[str], new: Sequence[str]) -> bool:
    if isinstance(old, str) or isinstance(new, str) or len(old) != len(new):
        return False
    texts = [text for text in (*old, *new) if not isinstance(text, str)]
    return not texts and all(is_slip(*pair) for pair in zip(old, new, strict=True))


def _misspelt(old: str, new: str) -> bool:
    if min(len(old), len(new)) < _SHORTEST or old[0] != new[0]:
        return False
    return old.isalpha() and new.isalpha() and _one_step(old, new)


def _one_step(old: str, new: str) -> bool:
    """Tell whether one letter was put in, left out or changed, or two neighbours swapped."""
    shorter, longer = sorted((old, new), key=len)
    if len(longer) - len(shorter) == 1:
        return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))
    places = [at for at, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]]
    if len(old) != len(new) or len(places) > 2:
        return False
    swapped = [(old[a], old[b]) == (new[b], new[a]) and b == a + 1 for a, b in pairwise(places)]
    return len(places) == 1 or swapped == [True]
