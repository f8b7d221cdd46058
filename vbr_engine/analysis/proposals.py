"""What an analysis proposes to change, each with a sentence and figures that a person can judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from vbr_engine.analysis.answers import Answers
from vbr_engine.analysis.notes import Notes
from vbr_engine.bank.proposals import Proposal
from vbr_engine.psychometrics.panel import PanelStatistics

__all__ = ["Evidence", "propose"]


@dataclass(frozen=True, eq=False)
class Evidence:
    """What proposals are made from."""

    answers: Answers
    tables: Mapping[str, pd.DataFrame]
    panel: PanelStatistics | None


def propose(evidence: Evidence, notes: Notes) -> tuple[Proposal, ...]:
    """Propose changes to the bank; none without a bank."""
    return ()
