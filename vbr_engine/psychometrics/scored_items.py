"""What people score on the items of a bank: where the bank's answers meet test theory."""

from __future__ import annotations

import pandas as pd

from vbr_engine.bank.model import Bank
from vbr_engine.responses import ResponseMatrix
from vbr_engine.scoring.blocks import Scorer

__all__ = ["item_scores"]


def item_scores(responses: ResponseMatrix, bank: Bank) -> pd.DataFrame:
    """Score every item as the bank's policy declares.

    Parameters
    ----------
    responses : ResponseMatrix
    bank : Bank

    Returns
    -------
    DataFrame
        A row for each sitting, a column for each item of the bank; chance-corrected, so that 0 is
        what guessing earns and 1 is the key. NaN where an item was not answered, or not whole.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> item_scores(vbr_engine.simulate_responses(bank, 5, seed=1), bank).shape
    (5, 28)
    """
    scores = Scorer(bank, len(responses))(responses.codes).items.T.round(9)
    names = pd.Index(list(responses.sittings), name="sitting")
    return pd.DataFrame(scores, columns=[item.id for item in bank.items], index=names)
