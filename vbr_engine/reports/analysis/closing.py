"""Sections on proposals, on people, on what is missing, and on methods."""

from __future__ import annotations

from vbr_engine.analysis.result import Analysis
from vbr_engine.bank.proposals import Proposal
from vbr_engine.reports.analysis.naming import Names
from vbr_engine.reports.analysis.parts import Block, Cell, Column, Section, Table, records
from vbr_engine.reports.analysis.scales import NOTHING

__all__ = ["METHODS", "REFERENCES", "method_section", "note_section", "people_section",
           "proposal_section"]  # fmt: skip

_CHANGES = {
    "rekey": "change the key",
    "drop-option": "drop the option",
    "retire-item": "retire the item",
    "change-policy": "change the policy",
    "reword": "look at the words",
}

METHODS = (
    "Facility: the mean item score on a scale where 0 is what guessing earns and 1 is the key; of "
    "a table without a bank, the mean as a share of the range. Correlations and alpha use all "
    "people who answered both items.",
    "Alpha with the exact interval of Feldt; omega from one factor, omega total and hierarchical "
    "from a general and group factors turned by Schmid and Leiman's method (McDonald 1999).",
    "Trace lines: people are parted into five groups by their score on the other items, and the "
    "share of each answer is drawn for every group. The keyed answer should rise.",
    "Accuracy and consistency of decisions: a four-parameter beta distribution of true scores, by "
    "Livingston and Lewis.",
    "Dimensions: parallel analysis after Horn, with each item's answers shuffled.",
    "Item response model: marginal maximum likelihood with a normal trait, standard errors from "
    "observed information. Fit: S-X2 with thin cells joined. Local dependence: Q3.",
    "Groups: people are compared at the same score. A is negligible, B moderate, C large; p is "
    "adjusted over the items by Benjamini and Hochberg's rule.",
    "People: signs of careless or unusual answering are counted, never named. They are reasons to "
    "look at how the answers came about, not to leave people out.",
)
REFERENCES = (
    "Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the "
    "Royal Statistical Society B, 57.",
    "Bock, R. D. (1972). Estimating item parameters and latent ability when responses are scored "
    "in two or more nominal categories. Psychometrika, 37.",
    "Brennan, R. L. (1998). Raw-score conditional standard errors of measurement in "
    "generalizability theory. Applied Psychological Measurement, 22.",
    "Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests. "
    "Psychometrika, 16.",
    "Dorans, N. J. and Holland, P. W. (1993). DIF detection and description: Mantel-Haenszel and "
    "standardization. In Differential Item Functioning, Erlbaum.",
    "Feldt, L. S. (1965). The approximate sampling distribution of Kuder-Richardson reliability "
    "coefficient twenty. Psychometrika, 30.",
    "Horn, J. L. (1965). A rationale and test for the number of factors in factor analysis. "
    "Psychometrika, 30.",
    "Livingston, S. A. and Lewis, C. (1995). Estimating the consistency and accuracy of "
    "classifications based on test scores. Journal of Educational Measurement, 32.",
    "McDonald, R. P. (1999). Test Theory: A Unified Treatment. Erlbaum.",
    "Muraki, E. (1992). A generalized partial credit model. Applied Psychological Measurement, 16.",
    "Orlando, M. and Thissen, D. (2000). Likelihood-based item-fit indices for dichotomous item "
    "response theory models. Applied Psychological Measurement, 24.",
    "Samejima, F. (1969). Estimation of latent ability using a response pattern of graded scores. "
    "Psychometrika Monograph 17.",
    "Yen, W. M. (1984). Effects of local item dependence on the fit and equating performance of "
    "the three-parameter logistic model. Applied Psychological Measurement, 8.",
)


def proposal_section(analysis: Analysis, names: Names) -> Section:
    """List what the figures propose to change, and say how to do it."""
    return Section("proposals", "Proposals", (_proposals(analysis, names),))


def _proposals(analysis: Analysis, names: Names) -> Block:
    if not analysis.proposals:
        told = "The figures propose no change to the bank."
        if names.bank is None:
            told = "Proposals are about a bank's key and options; no bank was given."
        return Block(sentences=(told,))
    table = Table(
        "What the figures propose",
        (Column("Where"), Column("Change"), Column("Reason", "text"), Column("Figures", "text")),
        tuple(_row(proposal, names) for proposal in analysis.proposals),
    )
    bank = names.bank.id if names.bank else "BANK"
    sentences = (
        "They are proposals: a person reads the item, weighs the reason and decides. To apply "
        "them, take out of analysis.json those that you do not want, then:",
        f"`vbr revise question_banks/{bank} --from analysis.json -o question_banks/{bank}-next`",
        f"`vbr diff question_banks/{bank} question_banks/{bank}-next` shows the draft; "
        "`vbr publish` pins it once it was reviewed.",
    )
    return Block(sentences=sentences, table=table)


def _row(proposal: Proposal, names: Names) -> tuple[Cell, ...]:
    parts = proposal.path.split(".")
    title = names.item(parts[1]) if parts[0] == "items" and len(parts) > 1 else ""
    change = _CHANGES.get(proposal.change, proposal.change)
    change += f" to {proposal.to}" if proposal.to is not None else ""
    where = f"{title} ({proposal.path})" if title and title != parts[1] else proposal.path
    return where, change, proposal.reason, proposal.figures


def people_section(analysis: Analysis) -> Section:
    """Count sittings that look careless or unusual."""
    rows = tuple(
        (row["measure"].replace("-", " ").capitalize(), row["words"], row["n"], row["share"])
        for row in records(analysis.persons)
    )
    if not rows:
        return Section("people", "People: how were the answers given?", (NOTHING,))
    table = Table(
        "Signs of how the answers were given",
        (
            Column("Sign"),
            Column("Meaning", "text"),
            Column("Sittings", "count"),
            Column("Share", "share"),
        ),
        rows,
    )
    sentence = "No sitting was left out for any of these; one sitting can show several."
    return Section(
        "people", "People: how were the answers given?", (Block("", (sentence,), table=table),)
    )


def note_section(analysis: Analysis) -> Section:
    """Say what could not be worked out, and what else the reader must know."""
    notes = analysis.notes or ("Everything that was asked for could be worked out.",)
    return Section("notes", "Notes: what is missing, and why", (Block(sentences=notes),))


def method_section() -> Section:
    """Say how the figures were found, and where the methods come from."""
    blocks = (Block("Methods", METHODS), Block("References", REFERENCES))
    return Section("method", "Methods and references", blocks)
