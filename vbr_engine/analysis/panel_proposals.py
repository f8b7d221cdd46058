"""What a panel of experts proposes: the key that it agrees on, or none where it does not agree."""

from __future__ import annotations

from collections.abc import Iterator

from vbr_engine.analysis.notes import Notes
from vbr_engine.bank.proposals import Proposal
from vbr_engine.psychometrics.key_suggestions import panel_proposals
from vbr_engine.psychometrics.panel import LEAST_AGREEMENT, PanelStatistics

__all__ = ["by_panel"]

LEAST_EXPERTS = 10
AGREED = 0.70  # r_wg from which a panel is said to agree (LeBreton and Senter 2008)


def by_panel(panel: PanelStatistics, notes: Notes) -> Iterator[Proposal]:
    """Take over what `panel_proposals` says where enough experts agree, or clearly do not.

    An option that the panel agrees to put in the middle of the scale is marked in the analysis, but
    is not proposed to go: that is a question of how long an item may be. Of keys, ratings alone: a
    rank, a pair or a set is one decision, and `vbr panel` shows it whole.

    Parameters
    ----------
    panel : PanelStatistics
    notes : Notes
        Added to.

    Yields
    ------
    Proposal
    """
    if panel.experts < LEAST_EXPERTS:
        notes.add(
            f"Nothing is proposed on the strength of the panel: that needs {LEAST_EXPERTS} "
            f"experts, and there are {panel.experts}."
        )
        return
    yield from filter(_is_strong, panel_proposals(panel))


def _is_strong(proposal: Proposal) -> bool:
    told = proposal.evidence
    if proposal.change == "reword":
        return True
    if told.get("n", 0) < LEAST_EXPERTS or "r-wg" not in told:
        return False
    agreement = float(told["r-wg"])
    return agreement < LEAST_AGREEMENT if proposal.change == "drop-option" else agreement >= AGREED
