"""Answers of a plain table that may not be what they seem: said, and left to the reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.analysis.notes import listed

__all__ = ["MOST_CATEGORIES", "odd_answers", "turned_round"]

MOST_CATEGORIES = 15

Floats = NDArray[np.float64]


def odd_answers(scores: pd.DataFrame) -> tuple[str, ...]:
    """Point out numbers that may stand for no answer, and columns that may be no items.

    Parameters
    ----------
    scores : DataFrame
        Numbers, a column for each item.

    Returns
    -------
    tuple of str
        One sentence for each item with such numbers, and one for all such columns.

    Examples
    --------
    >>> odd_answers(pd.DataFrame({"late": [1, 2, 3, 4, 99, 2, 3, 1]}))[0]
    'late: 99 lies far from the other answers, 1 to 4; if it stands for no answer, leave those \
cells empty.'
    """
    return (*_far(scores), *_measures(scores))


def _far(scores: pd.DataFrame) -> Iterator[str]:
    for name in scores:
        far, near = _apart(scores[name].dropna().to_numpy(dtype=float))
        if far:
            verb = "lies" if len(far) == 1 else "lie"
            stands = "it stands" if len(far) == 1 else "they stand"
            yield (
                f"{name}: {listed([f'{value:g}' for value in far])} {verb} far from the other "
                f"answers, {near[0]:g} to {near[-1]:g}; if {stands} for no answer, leave those "
                "cells empty."
            )


def _apart(told: Floats) -> tuple[list[float], list[float]]:
    """Values that a gap wider than all the others' span parts from most answers, and the others."""
    values, counts = np.unique(told, return_counts=True)
    far: list[float] = []
    while 2 < len(values) <= MOST_CATEGORIES and (values == np.round(values)).all():
        gaps = np.diff(values)
        cut = int(gaps.argmax()) + 1
        low = counts[:cut].sum() >= counts[cut:].sum()
        kept = slice(0, cut) if low else slice(cut, len(values))
        if len(values[kept]) < 2 or gaps.max() <= np.ptp(values[kept]):
            break
        far += np.delete(values, kept).tolist()
        values, counts = values[kept], counts[kept]
    return sorted(far), values.tolist()


def _measures(scores: pd.DataFrame) -> Iterator[str]:
    many = [str(name) for name in scores if scores[name].nunique() > MOST_CATEGORIES]
    if many and len(many) < scores.shape[1]:
        yield (
            f"More than {MOST_CATEGORIES} different numbers stand in {listed(many)}. They count "
            "in the score and in alpha like any item: take out of the table what is none, such "
            "as numbers of rows or ages."
        )


def turned_round(names: Sequence[str]) -> str:
    """Say what to do about items that run against the others.

    Parameters
    ----------
    names : sequence of str

    Returns
    -------
    str

    Examples
    --------
    >>> turned_round(["late", "tea"])
    'These items run against the others: late, tea. If their words are turned round, analyse \
again with --reverse late,tea.'
    """
    if len(names) == 1:
        start, words = "This item runs", "its words are"
    else:
        start, words = "These items run", "their words are"
    return (
        f"{start} against the others: {', '.join(names)}. If {words} turned round, analyse again "
        f"with --reverse {','.join(names)}."
    )
