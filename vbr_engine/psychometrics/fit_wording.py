"""When an item or a person is said not to fit, and in which words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from vbr_engine.psychometrics.multiple_tests import adjusted

__all__ = ["flagged_items", "flagged_people"]

LEVEL = 0.05  # of adjusted p
POOR = 0.05  # RMSEA of S-X2
LOW, HIGH = 0.7, 1.3  # infit (Wright and Linacre 1994)
ODD = -2.33  # lz*: one in a hundred where the model is true

_ITEM_WORDS = {
    "curves": "people of the same total answer it otherwise than its curves say (RMSEA {:.3f})",
    "noisy": "answers vary more than the model expects (infit {:.2f}): look for a second meaning",
    "tight": "answers vary less than the model expects (infit {:.2f}): it may repeat another item",
}
_PERSON_WORDS = (
    "these answers contradict each other more than in 99 of 100 people (lz* {:.2f}): it tells that "
    "they are unusual, never why"
)


def flagged_items(figures: pd.DataFrame) -> pd.DataFrame:
    """Say which items do not fit.

    Parameters
    ----------
    figures : DataFrame
        ``p``, ``rmsea`` and ``infit`` of each item.

    Returns
    -------
    DataFrame
        The same with ``p_adjusted`` (Benjamini and Hochberg), ``flagged`` and ``sentence``: S-X2
        with an adjusted p below 0.05 and an RMSEA of 0.05 or more, or infit outside 0.7 to 1.3.
    """
    p = adjusted(figures["p"])
    sentences = []
    for chance, rmsea, infit in zip(p, figures["rmsea"], figures["infit"], strict=True):
        told = []
        if chance < LEVEL and rmsea >= POOR:
            told.append(_ITEM_WORDS["curves"].format(rmsea))
        if infit > HIGH:
            told.append(_ITEM_WORDS["noisy"].format(infit))
        if infit < LOW:
            told.append(_ITEM_WORDS["tight"].format(infit))
        sentences.append("; ".join(told))
    return figures.assign(
        p_adjusted=p, flagged=[sentence != "" for sentence in sentences], sentence=sentences
    )


def flagged_people(figures: pd.DataFrame) -> pd.DataFrame:
    """Say whose answers do not fit.

    Parameters
    ----------
    figures : DataFrame
        ``lz_star`` of each sitting.

    Returns
    -------
    DataFrame
        The same with ``flagged``, lz* below -2.33, and ``sentence``.
    """
    odd = (figures["lz_star"] < ODD).to_numpy()
    sentences = np.full(len(figures), "", dtype=object)
    sentences[odd] = [_PERSON_WORDS.format(value) for value in figures.loc[odd, "lz_star"]]
    return figures.assign(flagged=odd, sentence=sentences)
