"""What an analysis proposes to change, each with a sentence and figures that a person can judge.

Proposals are few on purpose: an analysis that cries wolf is not read. Every rule below has a limit
that is written here, looks at hundreds of options at once and is held to one false alarm in twenty
analyses (Bonferroni over what the rule looks at; Holm for differing items), and asks for a size
besides. Nothing is done by a proposal: `vbr revise` writes a draft, and a person decides.

============== ===================================================================================
rekey          an option's points fall as people do better elsewhere, and rise under another key;
               or a panel that agrees gave another answer
drop-option    an option goes against the rest, and no other key would mend it; or a panel does not
               agree on it; or all give the same answer
retire-item    an item has nothing to do with the rest; or works very differently between groups
reword         an item works somewhat differently between groups; or people who answer well hold
               another option to be best; or a change that the bank does not bear as it stands
change-policy  scoring within the person would be clearly more reliable
============== ===================================================================================

References
----------
Ebel, R. L., and Frisbie, D. A. (1991). Essentials of educational measurement, 5th edition: items
below a discrimination of 0.2 are poor; half of that is taken here, as values differ in kind.
Zwick, R. (2012). A review of ETS differential item functioning assessment procedures. ETS RR-12-08.
McDaniel, M. A., and others (2011). Toward an understanding of situational judgment item validity
and group differences. Journal of Applied Psychology, 96(2), 327-336.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from vbr_engine.analysis.answers import Answers
from vbr_engine.analysis.item_proposals import by_ambiguity, by_difference, by_discrimination
from vbr_engine.analysis.notes import Notes
from vbr_engine.analysis.option_proposals import by_option
from vbr_engine.analysis.panel_proposals import by_panel
from vbr_engine.analysis.policy_proposals import by_policy
from vbr_engine.bank.model import Bank
from vbr_engine.bank.parse import dump_bank
from vbr_engine.bank.proposals import Proposal
from vbr_engine.bank.revise import revise_bank
from vbr_engine.psychometrics.panel import PanelStatistics

__all__ = ["LEAST_SITTINGS", "Evidence", "propose"]

LEAST_SITTINGS = 200  # below it, intervals are wider than what is looked for


@dataclass(frozen=True, eq=False)
class Evidence:
    """What proposals are made from."""

    answers: Answers
    tables: Mapping[str, pd.DataFrame]
    panel: PanelStatistics | None


def propose(evidence: Evidence, notes: Notes) -> tuple[Proposal, ...]:
    """Propose changes to the bank, each of which `revise_bank` can carry out.

    Parameters
    ----------
    evidence : Evidence
    notes : Notes
        Added to.

    Returns
    -------
    tuple of Proposal
        None without a bank; one at most for each path.
    """
    bank = evidence.answers.bank
    if bank is None:
        return ()
    found = [*_found(evidence, bank, notes)]
    first: dict[str, Proposal] = {}
    for proposal in found:
        first.setdefault(proposal.path, proposal)
    return tuple(_borne(bank, _settled(first)))


def _found(evidence: Evidence, bank: Bank, notes: Notes) -> Iterator[Proposal]:
    """Make all proposals, the most certain rule first."""
    answers, tables = evidence.answers, evidence.tables
    if evidence.panel is not None:
        yield from by_panel(evidence.panel, notes)
    if len(answers) < LEAST_SITTINGS:
        notes.add(
            f"Nothing is proposed on the strength of the answers: that needs {LEAST_SITTINGS} "
            f"sittings, and there are {len(answers)}."
        )
        return
    yield from by_option(answers, bank, LEAST_SITTINGS)
    yield from by_difference(tables["differential"])
    yield from by_discrimination(tables["items"], LEAST_SITTINGS)
    yield from by_ambiguity(tables["ambiguity"], LEAST_SITTINGS)
    yield from by_policy(answers, bank)


def _settled(first: Mapping[str, Proposal]) -> list[Proposal]:
    """Leave out what another proposal would make pointless."""
    touched = {path.split(".")[1] for path in first if path.count(".") > 1}
    kept = []
    for path, proposal in first.items():
        whole = path.count(".") == 1 and proposal.change in ("retire-item", "reword")
        fair = "DIF class" in proposal.evidence
        if whole and path.split(".")[1] in touched and not fair:
            continue  # its key or an option comes first: that may be all that is wrong with it
        kept.append(proposal)
    return kept


def _borne(bank: Bank, proposals: list[Proposal]) -> Iterator[Proposal]:
    """Turn what the bank does not bear into a wish for a person's hand."""
    if not proposals:
        return
    dump = dump_bank(bank)
    draft = revise_bank(dump["bank"], dump["catalogues"], proposals)
    refused = {waiting.path: waiting.why for waiting in draft.undecided}
    for proposal in proposals:
        if proposal.change == "reword" or proposal.path not in refused:
            yield proposal
        elif proposal.path.startswith("items."):
            path = ".".join(part for part in proposal.path.split(".")[:4] if part != "key")
            path = path if ".options." in path else ".".join(path.split(".")[:2])
            why = " ".join(refused[proposal.path].split())
            told = proposal.reason.rstrip(".")
            reason = f"{told}. The bank does not bear a {proposal.change} here: {why}"
            yield replace(proposal, path=path, change="reword", to=None, reason=reason)
