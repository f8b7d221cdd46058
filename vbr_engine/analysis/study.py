"""`analyse`: sittings in, every statistic of them and what they propose to change out."""

from __future__ import annotations

from vbr_engine.analysis.result import Analysis
from vbr_engine.bank.model import Bank
from vbr_engine.responses import ResponseMatrix

__all__ = ["analyse"]


def analyse(responses: ResponseMatrix, bank: Bank) -> Analysis:
    """Work out every statistic of sittings of a bank.

    Parameters
    ----------
    responses : ResponseMatrix
    bank : Bank

    Returns
    -------
    Analysis
    """
    return Analysis(
        {
            "bank": bank.label,
            "sha256": bank.sha256,
            "status": str(bank.status),
            "policy": bank.policy.id,
            "sittings": len(responses),
            "items": len(bank.items),
        }
    )
